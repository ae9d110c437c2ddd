import type { GatePlace, Gates } from "../certificate/shape.ts";
import { program } from "../deployment/program.ts";
import type { PlannedGate } from "../deployment/records.ts";
import type { Plan } from "../planner/model/plan.ts";

/** The gates, and where the machine asks them on the way of a plan. */
export function certifiedGates(gates: readonly PlannedGate[], { stages }: Plan): Gates {
  return {
    declared: gates.map(({ name, at, timeoutMs, deferAtMostMs }) => ({
      name,
      at,
      timeout_seconds: timeoutMs / 1000,
      defer_at_most_seconds: deferAtMostMs === null ? null : deferAtMostMs / 1000,
    })),
    places: stages.flatMap(({ groups }, stage) =>
      program("forward", groups.length, stage === 0).flatMap((line): readonly GatePlace[] => {
        if (line.kind !== "gate") return [];
        const { moment, group } = line;
        const asked = gates.flatMap(({ at }, index) => (at.includes(moment) ? [index] : []));
        const place = { moment, stage, group, gates: asked };
        return asked.length === 0 ? [] : [{ ...place, waits_in: stateAt(moment, stage, group) }];
      }),
    ),
  };
}

/** Of a group nothing is installed before it, and any part of it may run what is new before the host reboots. */
function stateAt(
  moment: GatePlace["moment"],
  stage: number,
  group: number | null,
): GatePlace["waits_in"] {
  if (moment === "commit") return { is: "end", stage };
  if (group !== null && (moment === "reboot" || group > 0)) return { is: "interval", stage, group };
  return stage === 0 ? { is: "start" } : { is: "end", stage: stage - 1 };
}
