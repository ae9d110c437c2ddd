import { at } from "../model/draft.ts";
import { exposureOf, isValid } from "../model/groups.ts";
import type { Share, Stage } from "./stage.ts";

/**
 * Components that reboot the host go into one group, the latest that all of them can share, or each as
 * late as it can; where that costs nothing. One reboot of the host then does for all of them, and little
 * is left to be done behind it.
 */
export function withRebootsTogether(
  stage: Stage,
  groups: readonly (readonly Share[])[],
): readonly (readonly Share[])[] {
  const { squads, room } = stage;
  const rebooting = squads.flatMap(({ rebootsHost }, squad) => (rebootsHost ? [squad] : []));
  const isLimited = squads.some((_, squad) => at(room, squad) < Infinity);
  if (rebooting.length === 0 || isLimited || groups.length < 2) return groups;
  const exposure = exposureOf(stage, groups);
  const level = squads.map(() => 0);
  for (const [index, group] of groups.entries())
    for (const { squad } of group) level[squad] = index;
  const attempt = (least: readonly number[]) => {
    const moved = delayed(stage, level, least, groups.length);
    if (moved === null) return null;
    const regrouped = groups.map((_, index) =>
      squads.flatMap(({ members }, squad) =>
        moved[squad] === index ? [{ squad, count: members.length }] : [],
      ),
    );
    const isAsGood =
      regrouped.every((group) => group.length > 0) &&
      exposureOf(stage, regrouped) === exposure &&
      isValid(stage, regrouped);
    return isAsGood ? { moved, regrouped } : null;
  };
  for (let common = groups.length - 1; common >= 0; common -= 1) {
    const least = squads.map(({ rebootsHost }) => (rebootsHost ? common : 0));
    const together = attempt(least);
    if (together !== null && rebooting.every((squad) => together.moved[squad] === common)) {
      return together.regrouped;
    }
  }
  let best = groups;
  const least = squads.map(() => 0);
  for (const squad of rebooting.toReversed()) {
    for (let late = groups.length - 1; late > 0; late -= 1) {
      const later = attempt(least.with(squad, late));
      if (later === null) continue;
      least[squad] = late;
      best = later.regrouped;
      break;
    }
  }
  return best;
}

/** The levels when these squads may not come earlier; null where that needs more groups. */
function delayed(
  { followers, sequence }: Stage,
  level: readonly number[],
  least: readonly number[],
  count: number,
): readonly number[] | null {
  const moved = level.map((own, squad) => Math.max(own, at(least, squad)));
  for (const squad of sequence) {
    if (at(moved, squad) >= count) return null;
    for (const follower of at(followers, squad)) {
      moved[follower] = Math.max(at(moved, follower), at(moved, squad) + 1);
    }
  }
  return moved;
}
