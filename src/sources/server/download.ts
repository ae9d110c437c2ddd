import { ArtifactError } from "../../artifact/artifact-error.ts";
import { freeBuffer } from "../../artifact/buffer-lending.ts";
import type { ByteSource } from "../../platform/types.ts";
import { type Answer, brokenConnection, exchange } from "./exchange.ts";
import { demandRange, type Stretch } from "./content-range.ts";
import type { ServerCandidate } from "./item.ts";
import { limits } from "./limits.ts";
import { requestLink } from "./link.ts";
import type { ServerPorts } from "./ports.ts";
import { answerInvalid, artifactGone, refusedRequest, sizeDiffers } from "./problems.ts";
import { countRetries, PassingFailure } from "./retry.ts";
import type { Session } from "./session.ts";

/** As people see it. */
export function serverName(name: string): string {
  return `mender-server:${name}`;
}

export type Downloadable = Pick<ServerCandidate, "id" | "name" | "size">;

/**
 * The file of an Artifact on the Server. A connection that breaks is taken up at the very byte; nothing is read ahead
 * but what lies in the connection's own buffers. `read` throws ArtifactError.
 */
export function serverSource(
  ports: ServerPorts,
  session: Session,
  artifact: Downloadable,
  /** The most that one request asks for. */
  stepBytes: number,
): ByteSource {
  const { name, size } = artifact;
  let link: URL | null = null;
  /** Of links, since the last byte came. */
  let refusals = 0;

  /** The stretch as it comes, and no byte more. */
  async function* stretch(wanted: Stretch, aheadBytes: number): AsyncGenerator<Uint8Array> {
    link ??= await requestLink(session, artifact);
    const answer = await exchange(ports, {
      url: link,
      role: "the store of the Mender Server",
      token: null,
      headers: { range: `bytes=${wanted.start}-${wanted.end - 1}` },
      aheadBytes,
    });
    try {
      demandStatus(answer);
      const { isWhole } = demandRange(answer, artifact, wanted);
      yield* bodyOf(answer, wanted.end - wanted.start, isWhole && wanted.end < size);
    } finally {
      answer.response.close();
    }
  }

  function demandStatus({ response: { status }, party }: Answer): void {
    if (status === 200 || status === 206) return;
    if (status === 404) throw artifactGone(name, party);
    if (status === 416) throw sizeDiffers(name, size, "fewer: the store has no such range");
    const problem = refusedRequest(party, status);
    // So say stores, each in its way, that a link has expired.
    if (![400, 401, 403, 410].includes(status)) throw new ArtifactError(problem);
    link = null;
    refusals += 1;
    // The first refusal tells of the link's age, the next one of something else.
    throw new PassingFailure(problem, refusals === 1 ? "none" : "backoff");
  }

  return {
    name: serverName(name),
    size,
    async *read(offset, length, lentBytes) {
      const retries = countRetries(ports);
      const end = offset + length;
      if (offset < 0 || end > size) throw new Error("a read beyond the end of the Artifact");
      let gained = 0;
      for (let at = offset; at < end;) {
        try {
          const wanted = { start: at, end: Math.min(end, at + stepBytes) };
          // As large as the pieces that are wanted: each takes a way through many hands.
          for await (const piece of stretch(wanted, lentBytes ?? limits.ahead)) {
            at += piece.length;
            gained += piece.length;
            refusals = 0;
            yield* inPieces(piece, lentBytes ?? piece.length);
            if (lentBytes !== undefined) freeWhole(piece);
          }
        } catch (error) {
          // One that got on is no failure in a row.
          if (gained >= limits.progress) retries.reset();
          gained = 0;
          await retries.after(error);
        }
      }
    },
  };
}

async function* bodyOf(
  { response, party }: Answer,
  length: number,
  /** What follows is not wanted. */
  isCut: boolean,
): AsyncGenerator<Uint8Array> {
  let left = length;
  const body = response.body[Symbol.asyncIterator]();
  for (;;) {
    const next = await body.next().catch((error: unknown) => {
      throw brokenConnection(party, error);
    });
    if (next.done === true) break;
    const piece = next.value;
    if (piece.length > left && !isCut) {
      throw answerInvalid(party, "sends more than it was asked for", `${length} bytes`, "more");
    }
    const wanted = piece.subarray(0, left);
    // Before it is handed on: whoever has done with it may free its memory.
    left -= wanted.length;
    if (wanted.length > 0) yield wanted;
    if (left === 0 && isCut) return;
  }
  if (left > 0) throw endedEarly(party, length - left, length);
}

function endedEarly(party: Answer["party"], got: number, expected: number): PassingFailure {
  const { problem } = answerInvalid(
    party,
    "ends an answer early",
    `${expected} bytes`,
    `${got} bytes`,
  );
  return new PassingFailure({ ...problem, code: "server-unreachable" });
}

/** Only where it is all of its memory, of which nobody else has a part: then whoever had it last has done with it. */
function freeWhole({ buffer, byteLength }: Uint8Array): void {
  if (byteLength === buffer.byteLength) freeBuffer(buffer);
}

function* inPieces(bytes: Uint8Array, most: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += most) yield bytes.subarray(at, at + most);
}
