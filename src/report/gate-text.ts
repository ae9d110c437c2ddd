import type { FailureReason } from "../core/events.ts";
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
  reason: FailureReason,
  told: string | null,
): string {
  const why = printable(failureText(reason)).replace(/\.+$/, "");
  if (reason.kind === "problem" && reason.problem.code === "gate-deferred") {
    const still = why.slice(Math.max(0, why.indexOf(" still ")));
    return `the ${gateName(gate, moment)},${still}${reasonText(told)}`;
  }
  return `the ${gateName(gate, moment)}, said no (${why})${reasonText(told)}`;
}
