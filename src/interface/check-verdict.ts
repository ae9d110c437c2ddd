import type { FailureReason } from "../core/events.ts";
import type { Trial } from "./check-trial.ts";
import { callProblem } from "./query.ts";

/** What a clause says of an Interface. `warn`: it works, but something about it will surprise. */
export interface Verdict {
  readonly status: "pass" | "warn" | "fail" | "skip";
  /** A sentence. */
  readonly why: string;
}

/** One clause of the protocol, as docs/interface-check.md lists them. */
export interface Clause {
  /** Never changes. */
  readonly id: string;
  /** What the protocol asks for. */
  readonly title: string;
  readonly check: (trial: Trial) => Promise<Verdict>;
}

export const pass = (why: string): Verdict => ({ status: "pass", why });
export const warn = (why: string): Verdict => ({ status: "warn", why });
export const fail = (why: string): Verdict => ({ status: "fail", why });
/** Nothing that the clause asks for can go wrong with it. */
export const doesNotApply = (why: string): Verdict => pass(`it does not apply: ${why}`);
export const skip = (why: string): Verdict => ({ status: "skip", why });

/** A call that failed, in a sentence. */
export function failedCall(trial: Trial, call: string, failure: FailureReason): string {
  return callProblem(trial.spec.interfaceName, call, failure).message;
}
