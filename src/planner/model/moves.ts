import type { System, SystemState } from "../../manifest/system.ts";
import type { Options } from "./option-classes.ts";
import type { Cost } from "./plan.ts";

/** One Component of the System from one version to another, by index. */
export interface Move {
  readonly component: number;
  readonly from: number;
  readonly to: number;
}

/** Stages of order groups of moves. */
export type MovePlan = readonly (readonly (readonly Move[])[])[];

export function costOf(system: System, movePlan: MovePlan): Cost {
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

export function canGoBack(system: System, { component }: Move): boolean {
  return system.components[component]?.supportsRollback ?? true;
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

/** The element that must be there; that it is not is a bug. */
export function at<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined)
    throw new Error(`no element ${String(index)} of ${String(list.length)}`);
  return element;
}
