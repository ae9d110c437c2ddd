import { at } from "../model/moves.ts";
import type { Share } from "./room.ts";
import { hasResiduals, isSafe, type Stage } from "./safe-group.ts";

/** Steps that could be undone, in or behind the first group with one that could not. */
export function exposureOf({ moveClasses }: Stage, groups: readonly (readonly Share[])[]): number {
  const point = groups.findIndex((group) =>
    group.some(({ moveClass }) => !at(moveClasses, moveClass).canGoBack),
  );
  if (point < 0) return 0;
  return groups
    .slice(point)
    .flat()
    .reduce(
      (sum, { moveClass, count }) => sum + (at(moveClasses, moveClass).canGoBack ? count : 0),
      0,
    );
}

/** Whether the groups keep the order of the move classes and are safe; room is not asked for. */
export function isValid(stage: Stage, groups: readonly (readonly Share[])[]): boolean {
  const { moveClasses, leaders } = stage;
  const done = moveClasses.map(() => 0);
  for (const group of groups) {
    for (const { moveClass } of group) {
      const isReady = at(leaders, moveClass).every(
        (leader) => done[leader] === at(moveClasses, leader).members.length,
      );
      if (!isReady) return false;
    }
    if (hasResiduals(stage) && !isSafe(stage, done, group)) return false;
    for (const { moveClass, count } of group) done[moveClass] = at(done, moveClass) + count;
  }
  return true;
}
