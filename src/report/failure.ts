import { assertNever } from "../core/assert-never.ts";
import type { FailureReason } from "../core/events.ts";
import { durationText } from "./measures.ts";
import { printable } from "./printable.ts";
import { problemJson } from "./problems.ts";
import { plainStyle, type Style } from "./style.ts";

/** How a state ended, and how long it took; of one that was interrupted unseen nobody knows how long. */
export function endedText(
  failure: FailureReason | null,
  elapsedMs: number,
  style: Pick<Style, "good" | "bad" | "faint"> = plainStyle,
): string {
  const how = failure === null ? style.good("done") : style.bad(`failed: ${failureText(failure)}`);
  const isUnseen = failure?.kind === "interrupted" && elapsedMs === 0;
  return isUnseen ? how : `${how} ${style.faint(`(${durationText(elapsedMs)})`)}`;
}

/** Why a state failed, to be put behind "failed: " and to stand in a sentence. */
export function failureText(reason: FailureReason): string {
  switch (reason.kind) {
    case "exited":
      return `exit status ${reason.code}`;
    case "signalled":
      return `ended by ${reason.signal}`;
    case "timed-out":
      return `timed out after ${durationText(reason.afterMs)}`;
    case "not-started":
      return `could not be started: ${printable(reason.message)}`;
    case "interrupted":
      return "interrupted, the process or the host went away";
    case "problem":
      return printable(reason.problem.message);
    default:
      return assertNever(reason);
  }
}

export function failureJson(reason: FailureReason): Readonly<Record<string, unknown>> {
  switch (reason.kind) {
    case "exited":
      return { kind: reason.kind, code: reason.code };
    case "signalled":
      return { kind: reason.kind, signal: reason.signal };
    case "timed-out":
      return { kind: reason.kind, after_ms: Math.round(reason.afterMs) };
    case "not-started":
      return { kind: reason.kind, message: reason.message };
    case "interrupted":
      return { kind: reason.kind };
    case "problem":
      return { kind: reason.kind, problem: problemJson(reason.problem) };
    default:
      return assertNever(reason);
  }
}
