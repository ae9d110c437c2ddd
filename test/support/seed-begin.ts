import { ComponentId, SystemVersion } from "../../src/core/ids.ts";
import type { Begin } from "../../src/deployment/records.ts";
import type { System } from "../../src/manifest/system.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import type { Plan } from "../../src/planner/model/plan.ts";
import { beginOf, type BoardSpec } from "./drive.ts";

/** The seed's System under the seed's two tables, planned by the real planner. */

const boards: readonly BoardSpec[] = [
  { id: "G13", type: "gateway", group: 0 },
  { id: "R456", type: "rtos", group: 1 },
  { id: "R998", type: "rtos", group: 1 },
];

const rule = (line: number, row: string) => ({ file: "manifest.yaml", line, row });

export interface SeedSpec {
  /** Components that cannot roll back, and are declared so. */
  readonly withoutRollback?: readonly string[];
  /** In place of what the planner finds. */
  readonly replan?: (plan: Plan) => Plan;
  readonly onInterrupt?: BoardSpec["onInterrupt"];
}

function seedSystem(spec: SeedSpec = {}): System {
  const { system } = beginOf({ boards, constrained: true });
  const columns = [
    { type: 0, component: null },
    { type: 1, component: null },
  ];
  return {
    ...system,
    components: system.components.map((component) => ({
      ...component,
      hops: [[1], []],
      supportsRollback: !(spec.withoutRollback ?? []).includes(component.id),
    })),
    endTables: [
      {
        name: "end_states",
        columns,
        rows: [0, 1].map((version) => ({
          systemVersion: SystemVersion.parse(`v.${String(version + 1)}`),
          cells: [[version], [version]],
          verdict: "yes",
          rule: rule(4 + version, `v.${String(version + 1)}`),
        })),
      },
    ],
    transitionTables: [
      {
        name: "transition_states",
        columns,
        allowByDefault: false,
        rows: [
          { cells: [[0], [1]], verdict: "no", rule: rule(8, "v1 v2 NO") },
          { cells: [[1], [0]], verdict: "yes", rule: rule(9, "v2 v1 YES") },
        ],
      },
    ],
  };
}

export function seedBegin(spec: SeedSpec = {}): Begin {
  const system = seedSystem(spec);
  const answer = findPlan(system);
  if (answer.kind !== "plan") throw new Error(`no plan for the seed's System: ${answer.kind}`);
  const first = beginOf({
    boards: boards.map((board) => ({ ...board, onInterrupt: spec.onInterrupt ?? "rollback" })),
    constrained: true,
  });
  return { ...first, system, plan: spec.replan?.(answer.plan) ?? answer.plan };
}

export const gateway = ComponentId.parse("G13");
