import { at } from "../model/draft.ts";
import type { Share, Stage } from "./stage.ts";

/** A stage of fewer squads, and what their indexes were. */
export interface Island {
  readonly stage: Stage;
  readonly squads: readonly number[];
}

/**
 * The parts of a stage that nothing connects: they can be arranged one by one and made at the same time.
 * Only where room and the point of no return do not connect them after all; one part otherwise.
 */
export function islandsOf(stage: Stage): readonly Island[] {
  const { squads, followers, knots, room, wide, isWhole } = stage;
  const everyone = squads.map((_, squad) => squad);
  const isFirm = (squad: number) => !at(squads, squad).canGoBack;
  const isMixed = everyone.some(isFirm) && !everyone.every(isFirm);
  if (isWhole || wide.length > 0 || isMixed || room.some((count) => count < Infinity)) {
    return [{ stage, squads: everyone }];
  }
  const leader = [...everyone];
  const find = (squad: number): number => {
    let one = squad;
    while (at(leader, one) !== one) one = at(leader, one);
    leader[squad] = one;
    return one;
  };
  const join = (one: number, other: number) => {
    leader[Math.max(find(one), find(other))] = Math.min(find(one), find(other));
  };
  for (const [squad, list] of followers.entries()) for (const one of list) join(squad, one);
  for (const knot of knots) for (const one of knot.squads) join(at(knot.squads, 0), one);
  const parts = new Map<number, number[]>();
  for (const squad of everyone) {
    const part = parts.get(find(squad));
    if (part === undefined) parts.set(find(squad), [squad]);
    else part.push(squad);
  }
  return [...parts.values()].map((part) => ({ stage: partOf(stage, part), squads: part }));
}

function partOf(stage: Stage, part: readonly number[]): Stage {
  const place = new Map(part.map((squad, at) => [squad, at]));
  const renamed = (list: readonly number[]) => list.flatMap((squad) => place.get(squad) ?? []);
  const knots = stage.knots
    .filter((knot) => place.has(at(knot.squads, 0)))
    .map((knot) => ({ ...knot, squads: renamed(knot.squads) }));
  return {
    ...stage,
    squads: part.map((squad) => at(stage.squads, squad)),
    followers: part.map((squad) => renamed(at(stage.followers, squad))),
    leaders: part.map((squad) => renamed(at(stage.leaders, squad))),
    sequence: renamed(stage.sequence),
    knots,
    knotsOf: part.map((_, squad) => knots.filter((knot) => knot.squads.includes(squad))),
    divisible: new Set(renamed([...stage.divisible])),
    room: part.map((squad) => at(stage.room, squad)),
  };
}

/** The groups of all islands, first with first. */
export function together(
  islands: readonly Island[],
  groups: readonly (readonly (readonly Share[])[])[],
): readonly (readonly Share[])[] {
  const count = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: count }, (_, index) =>
    islands.flatMap(({ squads }, island) =>
      (groups[island]?.[index] ?? []).map(({ squad, count: moves }) => ({
        squad: at(squads, squad),
        count: moves,
      })),
    ),
  );
}
