import { ArtifactError } from "../../artifact/artifact-error.ts";
import type { Problem } from "../../core/problem.ts";
import { AuthenticationError, type ServerAccess } from "../../platform/network-types.ts";
import { safeUrl } from "./address.ts";
import { exchange } from "./exchange.ts";
import { type JsonBody, readJsonBody } from "./json-body.ts";
import { limits } from "./limits.ts";
import type { ServerPorts } from "./ports.ts";
import { type Party, authenticationProblem, notAuthorised, refusedRequest } from "./problems.ts";
import { countRetries, PassingFailure } from "./retry.ts";

/** The device's side of the Server's API. */
export interface Session {
  /** What `path`, from `/api` on, answers. Throws ArtifactError; `onMissing` makes that of a status 404. */
  getJson(request: {
    readonly path: string;
    readonly maxBytes: number;
    readonly onMissing: (party: Party) => ArtifactError;
  }): Promise<JsonBody & { readonly link: string | null; readonly party: Party }>;
}

export function openSession(ports: ServerPorts): Session {
  const access = keepAccess(ports);
  return {
    async getJson({ path, maxBytes, onMissing }) {
      const retries = countRetries(ports);
      let wasRenewed = false;
      for (;;) {
        let used: ServerAccess | null = null;
        try {
          used = await access.get();
          const url = safeUrl(
            "the address of the Mender Server",
            used.address.replace(/\/+$/, "") + path,
          );
          const answer = await exchange(ports, {
            url,
            role: "the Mender Server",
            token: used.token,
            headers: { accept: "application/json" },
            aheadBytes: limits.ahead,
          });
          const { response, party } = answer;
          if (response.status === 200) {
            const body = await readJsonBody(answer, maxBytes);
            return { ...body, link: response.header("link"), party };
          }
          response.close();
          if (response.status === 404) throw onMissing(party);
          if (response.status !== 401)
            throw new ArtifactError(refusedRequest(party, response.status));
          if (wasRenewed) throw notAuthorised("status 401 with a new token, too");
          wasRenewed = true;
          await access.renew(used);
        } catch (error) {
          await retries.after(await withNewAddress(error, used));
        }
      }
    },
  };

  /** The client's proxy has another port after each start, and then nobody listens at the old one. */
  async function withNewAddress(error: unknown, used: ServerAccess | null): Promise<unknown> {
    if (
      !(error instanceof PassingFailure) ||
      error.problem.code !== "server-unreachable" ||
      used === null
    )
      return error;
    try {
      const hasMoved = (await access.again(used)).address !== used.address;
      return hasMoved ? new PassingFailure(error.problem, "none") : error;
    } catch (refused) {
      return refused;
    }
  }
}

interface KeptAccess {
  get(): Promise<ServerAccess>;
  /** What the service has now. */
  again(used: ServerAccess): Promise<ServerAccess>;
  /** With a token that was not used yet. */
  renew(used: ServerAccess): Promise<ServerAccess>;
}

/** One token for all requests; where several find it useless at the same time, one asks for another. */
function keepAccess({ authentication, signal }: ServerPorts): KeptAccess {
  let kept: ServerAccess | null = null;
  let wasEver = false;
  const ask = async (how: () => Promise<ServerAccess | null>): Promise<ServerAccess> => {
    try {
      const found = await how();
      if (found === null) throw notAuthorised("no token");
      kept = found;
      wasEver = true;
      return found;
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      throw authenticationFailure(authenticationProblem(error), wasEver);
    }
  };
  const current = sharing(() =>
    ask(async () => (await authentication.current(signal)) ?? (await authentication.renew(signal))),
  );
  const renewed = sharing(() => ask(() => authentication.renew(signal)));
  const orReplaced = (used: ServerAccess, how: () => Promise<ServerAccess>) =>
    kept !== null && kept !== used ? Promise.resolve(kept) : how();
  return {
    get: () => (kept === null ? current() : Promise.resolve(kept)),
    again: (used) => orReplaced(used, current),
    renew: (used) => orReplaced(used, renewed),
  };
}

/** Whoever comes while one is under way gets what that one gets. */
function sharing<T>(start: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | null = null;
  return () =>
    (underWay ??= start().finally(() => {
      underWay = null;
    }));
}

/** Where the service was there once, it is being started anew. */
function authenticationFailure(problem: Problem, wasEver: boolean): Error {
  return wasEver ? new PassingFailure(problem) : new ArtifactError(problem);
}
