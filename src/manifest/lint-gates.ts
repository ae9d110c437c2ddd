import type { GateMoment } from "../core/protocol.ts";
import type { Problem } from "../core/problem.ts";
import type { TopologyGate } from "./topology.ts";

/** At these the System may stand between two end states. */
const between: readonly GateMoment[] = ["group", "reboot"];

/** As long as a gate may say not now there where the Topology does not say. */
const bearableMs = 3_600_000;

/** A note for each gate that may keep the System for long in a state in which it need not work. */
export function gateNotes(gates: readonly TopologyGate[]): readonly Problem[] {
  return gates.flatMap(({ name, moments, deferAtMostMs, at }) => {
    const moment = moments.find((one) => between.includes(one));
    if (moment === undefined || deferAtMostMs === null || deferAtMostMs <= bearableMs) return [];
    return [
      {
        code: "gate-defers-long" as const,
        message: `The gate "${name}" may say not now at "${moment}" for longer than an hour, and the System may then stand in a combination that is no end state.`,
        at,
        expected: `"defer_at_most" of at most 1h at "${moment}"`,
        got: `${deferAtMostMs / 1000} s`,
        hint: `Ask it at "start" or "commit", or let it defer for no longer than the System may stand half-way.`,
      },
    ];
  });
}
