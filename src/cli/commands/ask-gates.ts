import { assertNever } from "../../core/assert-never.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { type Asked, askStartGates } from "../../install/ask-gates.ts";
import { failureJson, failureText } from "../../report/failure.ts";
import { reasonText } from "../../report/gate-text.ts";
import { printableExactly } from "../../report/printable.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";

/** May an update begin? Asks the gates of `start`; the exit status is that of an install that meets them. */
export async function askGates(context: Context): Promise<ExitCode> {
  const { output } = context;
  const asked = await askStartGates(context);
  if (!asked.ok) return failed(output, asked.problems);
  answer(
    output,
    () => (asked.value.length === 0 ? ["No gate is asked at start."] : asked.value.map(lineOf)),
    () => ({ type: "gates", gates: asked.value.map(jsonOf) }),
  );
  const last = asked.value.at(-1)?.reply.kind ?? "go";
  switch (last) {
    case "go":
      return exitCode.done;
    case "not-now":
      return exitCode.waiting;
    case "no":
      return exitCode.notReady;
    default:
      return assertNever(last);
  }
}

function lineOf({ gate, reply }: Asked): string {
  const name = printableExactly(gate);
  const reason = reasonText(reply.reason);
  switch (reply.kind) {
    case "go":
      return `${name}: go${reason}`;
    case "not-now":
      return `${name}: not now${reason}`;
    case "no":
      return `${name}: no (${failureText(reply.failure)})${reason}`;
    default:
      return assertNever(reply);
  }
}

function jsonOf({ gate, reply }: Asked): Readonly<Record<string, unknown>> {
  const { kind, reason } = reply;
  return {
    gate,
    answer: kind,
    reason,
    retry_after_ms: kind === "not-now" ? reply.retryAfterMs : null,
    failure: kind === "no" ? failureJson(reply.failure) : null,
  };
}
