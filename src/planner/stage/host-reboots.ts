import { at } from "../model/moves.ts";
import { exposureOf, isValid } from "./group-validity.ts";
import type { Share } from "./room.ts";
import type { Stage } from "./safe-group.ts";

/**
 * Components that reboot the host go into one group, the latest that all of them can share, or each as
 * late as it can; where that costs nothing. One reboot of the host then does for all of them, and little
 * is left to be done behind it.
 */
export function withRebootsTogether(
  stage: Stage,
  groups: readonly (readonly Share[])[],
): readonly (readonly Share[])[] {
  const { moveClasses, capacity } = stage;
  const rebooting = moveClasses.flatMap(({ rebootsHost }, moveClass) =>
    rebootsHost ? [moveClass] : [],
  );
  const isLimited = moveClasses.some((_, moveClass) => at(capacity, moveClass) < Infinity);
  if (rebooting.length === 0 || isLimited || groups.length < 2) return groups;
  const exposure = exposureOf(stage, groups);
  const level = moveClasses.map(() => 0);
  for (const [index, group] of groups.entries())
    for (const { moveClass } of group) level[moveClass] = index;
  const attempt = (least: readonly number[]) => {
    const moved = delayed(stage, level, least, groups.length);
    if (moved === null) return null;
    const regrouped = groups.map((_, index) =>
      moveClasses.flatMap(({ members }, moveClass) =>
        moved[moveClass] === index ? [{ moveClass, count: members.length }] : [],
      ),
    );
    const isAsGood =
      regrouped.every((group) => group.length > 0) &&
      exposureOf(stage, regrouped) === exposure &&
      isValid(stage, regrouped);
    return isAsGood ? { moved, regrouped } : null;
  };
  for (let common = groups.length - 1; common >= 0; common -= 1) {
    const least = moveClasses.map(({ rebootsHost }) => (rebootsHost ? common : 0));
    const together = attempt(least);
    if (together !== null && rebooting.every((moveClass) => together.moved[moveClass] === common)) {
      return together.regrouped;
    }
  }
  let best = groups;
  const least = moveClasses.map(() => 0);
  for (const moveClass of rebooting.toReversed()) {
    for (let late = groups.length - 1; late > 0; late -= 1) {
      const later = attempt(least.with(moveClass, late));
      if (later === null) continue;
      least[moveClass] = late;
      best = later.regrouped;
      break;
    }
  }
  return best;
}

/** The levels when these move classes may not come earlier; null where that needs more groups. */
function delayed(
  { followers, sequence }: Stage,
  level: readonly number[],
  least: readonly number[],
  count: number,
): readonly number[] | null {
  const moved = level.map((own, moveClass) => Math.max(own, at(least, moveClass)));
  for (const moveClass of sequence) {
    if (at(moved, moveClass) >= count) return null;
    for (const follower of at(followers, moveClass)) {
      moved[follower] = Math.max(at(moved, follower), at(moved, moveClass) + 1);
    }
  }
  return moved;
}
