import { parseJson } from "../../core/json.ts";
import { type Answer, brokenConnection } from "./exchange.ts";
import { answerInvalid } from "./problems.ts";

export interface JsonBody {
  readonly json: unknown;
  /** As many as it took. */
  readonly bytes: number;
}

/** The JSON of an answer, of at most so many bytes. What is wrong with it is told without repeating any of it. */
export async function readJsonBody(answer: Answer, maxBytes: number): Promise<JsonBody> {
  const { party } = answer;
  const whole = await readWhole(answer, maxBytes);
  const text = new TextDecoder().decode(whole);
  try {
    return { json: parseJson(text), bytes: whole.length };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw answerInvalid(
      party,
      "answers with something that is no JSON",
      "JSON",
      `${text.length} characters`,
    );
  }
}

async function readWhole({ response, party }: Answer, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of response.body) {
      size += piece.length;
      if (size > maxBytes) {
        const got = `more than ${maxBytes}`;
        throw answerInvalid(party, "answers with too much", `at most ${maxBytes} bytes`, got);
      }
      pieces.push(piece);
    }
  } catch (error) {
    throw brokenConnection(party, error);
  } finally {
    response.close();
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
