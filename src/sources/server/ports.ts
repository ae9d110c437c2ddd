import type { Problem } from "../../core/problem.ts";
import type { Authentication, Http, Pace } from "../../platform/network-types.ts";
import type { Clock } from "../../platform/types.ts";

/** What is needed to talk to the Mender Server. */
export interface ServerPorts {
  readonly http: Http;
  readonly authentication: Authentication;
  readonly clock: Pick<Clock, "now" | "sleep">;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Aborted when this process is told to end: its reason is then thrown by whatever is under way. */
  readonly signal: AbortSignal;
  /** How often a request is repeated, and a download that broke off and did not get on meanwhile. */
  readonly retryCount: number;
  /** Milliseconds; where a Server asks for more, it is not waited for at all. */
  readonly longestWaitMs: number;
  /** Told of each failure that may pass, and after how many milliseconds it is tried again. */
  readonly onRetry: (problem: Problem, waitMs: number) => void;
  /** When a connection counts as dead. */
  readonly pace: Pace;
}
