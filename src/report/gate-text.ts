import type { FailureReason, GateRefusal } from "../core/events.ts";
import type { Problem } from "../core/problem.ts";
import type { GateMoment } from "../core/protocol.ts";
import { failureText } from "./failure.ts";
import { printable, printableExactly, quotedName } from "./printable.ts";

/** What a gate stands before, for people. */
const moments: Readonly<Record<GateMoment, string>> = {
  start: "before anything is begun",
  group: "before the installs of a group",
  reboot: "before a reboot of the host",
  commit: "before the commit",
};

/** `gate "window", before the commit` */
export function gateName(gate: string, moment: GateMoment): string {
  return `gate ${quotedName(gate)}, ${moments[moment]}`;
}

/** Its reason behind a colon; nothing where it gave none. */
export function reasonText(reason: string | null): string {
  return reason === null ? "" : `: ${printableExactly(reason)}`;
}

/** Why a deployment has failed of a gate, in a clause of its own. */
export function refusalText(
  gate: string,
  moment: GateMoment,
  reason: GateRefusal,
  told: string | null,
): string {
  const what =
    reason.kind === "deferred"
      ? deferredText(reason.mostMs)
      : `said no (${printable(failureText(reason)).replace(/\.+$/, "")})`;
  return `the ${gateName(gate, moment)}, ${what}${reasonText(told)}`;
}

/** The same as what fails of anything else: a gate that defers for too long is a problem of its own. */
export function refusalReason(gate: string, reason: GateRefusal): FailureReason {
  if (reason.kind !== "deferred") return reason;
  const problem: Problem = {
    code: "gate-deferred",
    message: `The gate "${gate}" ${deferredText(reason.mostMs)}.`,
    expected: "exit status 0",
    got: "exit status 75",
    hint: `See to what it waits for, or let it be waited for longer: "defer_at_most" of the gate in the Topology, and under the Mender Client "GateWaitSeconds" of the configuration.`,
  };
  return { kind: "problem", problem };
}

function deferredText(mostMs: number): string {
  return `still says not now after ${mostMs / 1000} s, for which it may be waited for`;
}
