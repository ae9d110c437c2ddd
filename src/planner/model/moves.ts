import type { Rule, System, SystemState } from "../../manifest/system.ts";
import type { Options } from "./option-classes.ts";
import type { Acceptability } from "../constraints/acceptability.ts";
import type { Cost, GroupPlace, Plan, Stage, Step } from "./plan.ts";
import { distinctRules } from "../constraints/rule-order.ts";

/** One Component of the System from one version to another, by index. */
export interface Move {
  readonly component: number;
  readonly from: number;
  readonly to: number;
}

/** Stages of order groups of moves. */
export type MovePlan = readonly (readonly (readonly Move[])[])[];

function costOf(system: System, movePlan: MovePlan): Cost {
  return {
    installs: movePlan.flat(2).length,
    stages: movePlan.length,
    exposure: movePlan.reduce((sum, groups) => sum + exposureOf(system, groups), 0),
    groups: movePlan.flat().length,
  };
}

/** Steps that could be undone, in or after the first group that holds one that could not. */
export function exposureOf(system: System, groups: MovePlan[number]): number {
  const point = groups.findIndex((moves) => moves.some((move) => !canGoBack(system, move)));
  if (point < 0) return 0;
  return groups
    .slice(point)
    .flat()
    .filter((move) => canGoBack(system, move)).length;
}

function canGoBack(system: System, { component }: Move): boolean {
  return system.components[component]?.supportsRollback ?? true;
}

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

export function after(state: SystemState, moves: readonly Move[]): SystemState {
  const next = [...state];
  for (const { component, to } of moves) next[component] = to;
  return next;
}

/** What each Component may have while these moves are made at the same time. */
export function during(state: SystemState, moves: readonly Move[]): readonly (readonly number[])[] {
  const options = state.map((version) => [version]);
  for (const { component, from, to } of moves) options[component] = [from, to];
  return options;
}

/** Goes through the groups with what every Component may have while each of them moves. */
export function eachGroup(
  starts: readonly number[],
  groups: readonly (readonly Move[])[],
  visit: (moves: readonly Move[], options: Options, group: number) => void,
) {
  const options: (readonly number[])[] = starts.map((version) => [version]);
  for (const [group, moves] of groups.entries()) {
    for (const { component, from, to } of moves) options[component] = [from, to];
    visit(moves, options, group);
    for (const { component, to } of moves) options[component] = [to];
  }
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

/** The element that must be there; that it is not is a bug. */
export function at<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined)
    throw new Error(`no element ${String(index)} of ${String(list.length)}`);
  return element;
}
