import type { Rule, System } from "../manifest/system.ts";
import type { Plan } from "../planner/model/plan.ts";
import type { PlannedSystem } from "../report/planned.ts";
import type { PathState } from "./picture.ts";

/** The start of the plan, and where the System is behind each group. */
export function pathStates(
  planned: Pick<PlannedSystem, "from">,
  system: System,
  plan: Plan,
): readonly PathState[] {
  const { systemVersion } = planned.from;
  const start: PathState = {
    name: systemVersion ?? "start",
    systemVersion,
    group: null,
    isPointOfNoReturn: false,
    moves: [],
    allowedBy: endRules(system, systemVersion),
  };
  const point = plan.pointOfNoReturn;
  const behind = plan.stages.flatMap((stage, index) =>
    stage.groups.map((steps, group): PathState => {
      const isLast = group === stage.groups.length - 1;
      const end = isLast ? stage.systemVersion : null;
      const of = plan.stages.length > 1 ? ` of stage ${index + 1}` : "";
      return {
        name: end ?? `after group ${group + 1}${of}`,
        systemVersion: end,
        group: { stage: index, group },
        isPointOfNoReturn: point !== null && point.stage === index && point.group === group,
        moves: steps.map(({ component, componentType, from, to }) => ({
          component,
          componentType,
          from,
          to,
        })),
        allowedBy: distinct([
          ...steps.flatMap(({ allowedBy }) => allowedBy),
          ...endRules(system, end),
        ]),
      };
    }),
  );
  return [start, ...behind];
}

/** The rows that name an end state. */
function endRules({ endTables }: System, name: string | null): readonly Rule[] {
  if (name === null) return [];
  return endTables.flatMap(({ rows }) =>
    rows
      .filter((row) => row.systemVersion === name && row.verdict === "yes")
      .map(({ rule }) => rule),
  );
}

function distinct(rules: readonly Rule[]): readonly Rule[] {
  return [...new Map(rules.map((rule) => [ruleKey(rule), rule])).values()];
}

export function ruleKey({ file, line, row }: Rule): string {
  return JSON.stringify([file, line, row]);
}
