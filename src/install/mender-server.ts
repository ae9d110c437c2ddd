import { ArtifactError } from "../artifact/artifact-error.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Http } from "../platform/network-types.ts";
import { openConfiguredHttp } from "../sources/server/http-settings.ts";
import { serverName } from "../sources/server/download.ts";
import { limits, waits } from "../sources/server/limits.ts";
import type { ServerPorts } from "../sources/server/ports.ts";
import { type MenderServer, menderServer } from "../sources/server/server.ts";
import type { Machine } from "./machine.ts";
import type { ServerSettings } from "./settings.ts";

/** The Mender Server; nothing of it is loaded or connected before it is asked for something. */
export interface OpenServer {
  /** For what somebody waits for who can do without: a list, a header. */
  readonly hasty: MenderServer;
  /** For what an update depends on. */
  readonly patient: MenderServer;
  readonly close: () => Promise<void>;
}

/** A list or a header is asked for three times at most, and so long is waited for an answer; docs/mender-server.md. */
const haste = {
  retryCount: 2,
  pace: { idleMs: 15_000, leastBytes: 1024, slowMs: 15_000, totalMs: 120_000 },
  longestWaitMs: 15_000,
} as const;

/** As much as has to come in a row so that a download counts as getting on. */
const patience = {
  idleMs: 60_000,
  leastBytes: limits.progress,
  slowMs: 300_000,
  totalMs: null,
} as const;

/** `tell` is told of each failure that may pass. */
export function openMenderServer(
  { platform, signal }: Machine,
  { http: configured, retryDownloadCount }: ServerSettings,
  tell: (message: string) => void,
): OpenServer {
  const { network, clock, files } = platform;
  let opening: Promise<Result<Http>> | null = null;
  const serverThat = (how: Pick<ServerPorts, "retryCount" | "pace" | "longestWaitMs">) =>
    lazily(signal, async () => {
      const http = await (opening ??= openConfiguredHttp({ files, network, tell }, configured));
      if (!http.ok) return http;
      return ok(
        menderServer({
          ...how,
          http: http.value,
          authentication: network.authentication,
          clock,
          random: () => fraction(clock.randomId()),
          signal,
          onRetry: (problem, waitMs) => tell(retryNote(problem, waitMs)),
        }),
      );
    });
  return {
    hasty: serverThat(haste),
    patient: serverThat({
      retryCount: retryDownloadCount,
      pace: patience,
      longestWaitMs: waits.longestAsked,
    }),
    async close() {
      const http = await opening;
      if (http?.ok === true) await http.value.close();
    },
  };
}

function lazily(signal: AbortSignal, open: () => Promise<Result<MenderServer>>): MenderServer {
  let opening: Promise<Result<MenderServer>> | null = null;
  const opened = () => (opening ??= open());
  return {
    async candidates(release, type) {
      try {
        const server = await opened();
        return server.ok ? await server.value.candidates(release, type) : server;
      } catch (error) {
        if (signal.aborted) return fail(interrupted);
        throw error;
      }
    },
    source(artifact, purpose) {
      let source: ReturnType<MenderServer["source"]> | null = null;
      return {
        name: serverName(artifact.name),
        size: artifact.size,
        async *read(offset, length, lentBytes) {
          try {
            const server = await opened();
            if (!server.ok) throw new ArtifactError(firstOf(server.problems));
            source ??= server.value.source(artifact, purpose);
            yield* source.read(offset, length, lentBytes);
          } catch (error) {
            throw signal.aborted ? new ArtifactError(interrupted) : error;
          }
        },
      };
    },
  };
}

/** This process was told to end, which is no bug. */
const interrupted: Problem = {
  code: "interrupted",
  message: "The Mender Server was being asked.",
  got: "this process was told to end",
  hint: "Call the command again.",
};

function firstOf([first]: readonly Problem[]): Problem {
  if (first === undefined) throw new Error("a failure without a problem");
  return first;
}

/** Of 32 random bits; from 0 to below 1. */
function fraction(randomId: string): number {
  return Number.parseInt(randomId.slice(0, 8), 16) / 2 ** 32;
}

function retryNote({ message }: Problem, waitMs: number): string {
  const when = waitMs === 0 ? "at once" : `in ${(waitMs / 1000).toFixed(1)} s`;
  return `${message} It is tried again ${when}.`;
}
