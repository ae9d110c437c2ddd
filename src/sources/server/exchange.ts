import { HttpError, type HttpRequest, type HttpResponse } from "../../platform/network-types.ts";
import { ArtifactError } from "../../artifact/artifact-error.ts";
import { safeUrl } from "./address.ts";
import { limits } from "./limits.ts";
import type { ServerPorts } from "./ports.ts";
import { answerInvalid, busy, connectionProblem, type Party } from "./problems.ts";
import { PassingFailure } from "./retry.ts";

/** An answer that is no redirect, nor one that says to come back later. */
export interface Answer {
  readonly response: HttpResponse;
  /** Who has given it: not whom was asked, after a redirect. */
  readonly party: Party;
}

export interface Question {
  readonly url: URL;
  readonly role: Party["role"];
  /** For whom was asked only: it does not go along to where a redirect leads. */
  readonly token: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the body, that may lie here before they are read. */
  readonly aheadBytes: number;
}

/** Asks, and follows redirects to safe places. Throws PassingFailure for what may pass, else ArtifactError. */
export async function exchange(ports: ServerPorts, question: Question): Promise<Answer> {
  let { url, token } = question;
  for (let redirects = 0; ; redirects += 1) {
    const party = { role: question.role, host: url.host };
    const response = await answerOf(ports, party, {
      url,
      headers: {
        ...question.headers,
        "accept-encoding": "identity",
        ...(token !== null && { authorization: `Bearer ${token}` }),
      },
      aheadBytes: question.aheadBytes,
    });
    const { status } = response;
    if (!isRedirect(status)) return demandAnswer(ports, party, response);
    response.close();
    const location = response.header("location");
    if (location === null || redirects === limits.redirects) {
      const got =
        location === null ? `status ${status} without a place` : `${redirects + 1} in a row`;
      throw answerInvalid(party, "redirects without an end", "an answer", got);
    }
    url = safeUrl(`the place to which ${party.role} redirects`, location, url);
    token = null;
  }
}

/** What is thrown where the connection broke, there or while the body was read. */
export function brokenConnection(party: Party, error: unknown): unknown {
  if (!(error instanceof HttpError)) return error;
  const problem = connectionProblem(party, error);
  const passes = error.reason !== "untrusted" && error.reason !== "malformed";
  return passes ? new PassingFailure(problem) : new ArtifactError(problem);
}

async function answerOf(
  { http, signal, pace }: ServerPorts,
  party: Party,
  request: Pick<HttpRequest, "url" | "headers" | "aheadBytes">,
): Promise<HttpResponse> {
  try {
    return await http.get({ ...request, pace, signal });
  } catch (error) {
    throw brokenConnection(party, error);
  }
}

function demandAnswer({ clock }: ServerPorts, party: Party, response: HttpResponse): Answer {
  const { status } = response;
  if (status !== 429 && status !== 408 && status < 500) return { response, party };
  response.close();
  const asked = retryAfterMs(response.header("retry-after"), clock.now());
  throw new PassingFailure(busy(party, status), asked === null ? "backoff" : { askedMs: asked });
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** Seconds, or a date as HTTP writes it; null: there is none that can be read. */
function retryAfterMs(value: string | null, now: Date): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
