import type { Rule, System } from "../manifest/system.ts";
import type { Acceptability } from "./constraints/acceptability.ts";
import { distinctRules } from "./constraints/rule-order.ts";
import { at, canGoBack, costOf, type Move, type MovePlan } from "./model/moves.ts";
import type { Cost, GroupPlace, Plan, Stage, Step } from "./model/plan.ts";

/** The plan as people and the deployment read it. `bound` is the cost itself where that is proved. */
export function planOf(
  system: System,
  acceptability: Acceptability,
  movePlan: MovePlan,
  bound: Cost | "proved",
): Plan {
  const cost = costOf(system, movePlan);
  const stages: Stage[] = [];
  const state = system.components.map(({ start }) => start);
  const sorted = movePlan.map((groups) => groups.map(byComponent));
  const allowed = acceptability.allowing(sorted.flat());
  let first = 0;
  for (const groups of sorted) {
    const told = groups.map((moves, group) => {
      for (const { component, to } of moves) state[component] = to;
      return stepsOf(system, moves, at(allowed, first + group));
    });
    first += groups.length;
    const systemVersion = system.endTables.length === 0 ? null : acceptability.endName(state);
    stages.push({ systemVersion, groups: told });
  }
  return {
    stages,
    cost,
    optimal: bound === "proved",
    bound: bound === "proved" ? cost : bound,
    pointOfNoReturn: pointOfNoReturn(system, movePlan),
  };
}

function byComponent(moves: readonly Move[]): readonly Move[] {
  const isSorted = moves.every(
    ({ component }, place) => place === 0 || at(moves, place - 1).component <= component,
  );
  return isSorted ? moves : moves.toSorted((a, b) => a.component - b.component);
}

function stepsOf(
  system: System,
  moves: readonly Move[],
  rules: readonly (readonly Rule[])[],
): readonly Step[] {
  return moves.map(({ component, from, to }, place) => {
    const { id, type } = at(system.components, component);
    const { name, versions } = at(system.types, type);
    return {
      component: id,
      componentType: name,
      from: at(versions, from),
      to: at(versions, to),
      allowedBy: distinctRules(at(rules, place)),
    };
  });
}

function pointOfNoReturn(system: System, movePlan: MovePlan): GroupPlace | null {
  for (const [stage, groups] of movePlan.entries()) {
    const group = groups.findIndex((moves) => moves.some((move) => !canGoBack(system, move)));
    if (group >= 0) return { stage, group };
  }
  return null;
}
