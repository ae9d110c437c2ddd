import type { System, SystemState } from "../manifest/system.ts";
import type { Options } from "./combinations.ts";
import type { Judge } from "./judge.ts";
import type { Cost, GroupPlace, Plan, Stage, Step } from "./plan.ts";
import { distinctRules } from "./rule-order.ts";

/** One Component of the System from one version to another, by index. */
export interface Move {
  readonly component: number;
  readonly from: number;
  readonly to: number;
}

/** Stages of order groups of moves. */
export type Draft = readonly (readonly (readonly Move[])[])[];

function costOf(system: System, draft: Draft): Cost {
  return {
    installs: draft.flat(2).length,
    stages: draft.length,
    exposure: draft.reduce((sum, groups) => sum + exposureOf(system, groups), 0),
    groups: draft.flat().length,
  };
}

/** Steps that could be undone, in or after the first group that holds one that could not. */
export function exposureOf(system: System, groups: Draft[number]): number {
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
export function planOf(system: System, judge: Judge, draft: Draft, bound: Cost | "proved"): Plan {
  const cost = costOf(system, draft);
  const stages: Stage[] = [];
  const state = system.components.map(({ start }) => start);
  const options: (readonly number[])[] = state.map((version) => [version]);
  for (const groups of draft) {
    const told = groups.map((moves) => {
      for (const { component, from, to } of moves) options[component] = [from, to];
      const steps = stepsOf(system, judge, options, moves);
      for (const { component, to } of moves) {
        options[component] = [to];
        state[component] = to;
      }
      return steps;
    });
    const systemVersion = system.endTables.length === 0 ? null : judge.endName(state);
    stages.push({ systemVersion, groups: told });
  }
  return {
    stages,
    cost,
    optimal: bound === "proved",
    bound: bound === "proved" ? cost : bound,
    pointOfNoReturn: pointOfNoReturn(system, draft),
  };
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

function stepsOf(
  system: System,
  judge: Judge,
  options: Options,
  moves: readonly Move[],
): readonly Step[] {
  const allowing = judge.allowing(options);
  const isSorted = moves.every(
    ({ component }, place) => place === 0 || at(moves, place - 1).component <= component,
  );
  const sorted = isSorted ? moves : moves.toSorted((a, b) => a.component - b.component);
  return sorted.map(({ component, from, to }) => {
    const { id, type } = at(system.components, component);
    const { name, versions } = at(system.types, type);
    return {
      component: id,
      componentType: name,
      from: at(versions, from),
      to: at(versions, to),
      allowedBy: distinctRules(allowing(component, to)),
    };
  });
}

function pointOfNoReturn(system: System, draft: Draft): GroupPlace | null {
  for (const [stage, groups] of draft.entries()) {
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
