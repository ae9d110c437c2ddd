import { ArtifactError } from "../../artifact/artifact-error.ts";
import type { Problem } from "../../core/problem.ts";
import { waits } from "./limits.ts";
import type { ServerPorts } from "./ports.ts";

/** A failure that may pass. `wait`: by backoff; at once; or what the Server asks for, in milliseconds. */
export class PassingFailure extends Error {
  readonly problem: Problem;
  readonly wait: "backoff" | "none" | { readonly askedMs: number };
  constructor(problem: Problem, wait: PassingFailure["wait"] = "backoff") {
    super(problem.message);
    this.name = "PassingFailure";
    this.problem = problem;
    this.wait = wait;
  }
}

/** How often in a row something has failed that may pass. */
export interface Retries {
  /**
   * Returns when it is time for the next attempt. Throws `error` where it is none that passes, and its problem as
   * ArtifactError after the last attempt.
   */
  after(error: unknown): Promise<void>;
  /** It got on: the count begins anew. */
  reset(): void;
}

export function countRetries(
  ports: Pick<
    ServerPorts,
    "clock" | "random" | "signal" | "retryCount" | "longestWaitMs" | "onRetry"
  >,
): Retries {
  const { clock, random, signal, retryCount, longestWaitMs, onRetry } = ports;
  let failures = 0;
  return {
    async after(error) {
      if (!(error instanceof PassingFailure)) throw error;
      failures += 1;
      const ms = waitMs(error.wait, failures, random);
      if (failures > retryCount || ms > longestWaitMs)
        throw new ArtifactError(lasting(error.problem, failures));
      onRetry(error.problem, ms);
      if (ms === 0) return;
      try {
        await clock.sleep(ms, signal);
      } finally {
        signal.throwIfAborted();
      }
    },
    reset() {
      failures = 0;
    },
  };
}

function waitMs(wait: PassingFailure["wait"], failures: number, random: () => number): number {
  if (wait === "none") return 0;
  const ms = backoffMs(failures, random);
  return wait === "backoff" ? ms : Math.max(ms, Math.min(wait.askedMs, waits.longestAsked));
}

/** Doubled from time to time, and shortened by up to a half: many devices must not come back all at once. */
function backoffMs(failures: number, random: () => number): number {
  const ms = Math.min(waits.first * 2 ** Math.min(failures - 1, 20), waits.longest);
  return Math.round(ms * (0.5 + random() / 2));
}

function lasting(problem: Problem, failures: number): Problem {
  return failures === 1
    ? problem
    : { ...problem, got: `${problem.got ?? "the same"}, ${failures} times in a row` };
}
