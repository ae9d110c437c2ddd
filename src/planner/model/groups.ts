import { at } from "./draft.ts";
import { isKnotted, isSafe, type Share, type Stage } from "../stage/stage.ts";

/** Steps that could be undone, in or behind the first group with one that could not. */
export function exposureOf({ squads }: Stage, groups: readonly (readonly Share[])[]): number {
  const point = groups.findIndex((group) =>
    group.some(({ squad }) => !at(squads, squad).canGoBack),
  );
  if (point < 0) return 0;
  return groups
    .slice(point)
    .flat()
    .reduce((sum, { squad, count }) => sum + (at(squads, squad).canGoBack ? count : 0), 0);
}

/** Whether the groups keep the order of the squads and are safe; room is not asked for. */
export function isValid(stage: Stage, groups: readonly (readonly Share[])[]): boolean {
  const { squads, leaders } = stage;
  const done = squads.map(() => 0);
  for (const group of groups) {
    for (const { squad } of group) {
      const isReady = at(leaders, squad).every(
        (leader) => done[leader] === at(squads, leader).members.length,
      );
      if (!isReady) return false;
    }
    if (isKnotted(stage) && !isSafe(stage, done, group)) return false;
    for (const { squad, count } of group) done[squad] = at(done, squad) + count;
  }
  return true;
}
