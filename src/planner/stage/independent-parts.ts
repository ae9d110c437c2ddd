import { at } from "../model/moves.ts";
import type { Share } from "./room.ts";
import type { Stage } from "./safe-group.ts";

/** A stage of fewer move classes, and what their indexes were. */
export interface IndependentPart {
  readonly stage: Stage;
  readonly moveClasses: readonly number[];
}

/**
 * The parts of a stage that nothing connects: they can be arranged one by one and made at the same time.
 * Only where room and the point of no return do not connect them after all; one part otherwise.
 */
export function independentPartsOf(stage: Stage): readonly IndependentPart[] {
  const { moveClasses, followers, residuals, capacity, wide, isWhole } = stage;
  const everyone = moveClasses.map((_, moveClass) => moveClass);
  const isIrreversible = (moveClass: number) => !at(moveClasses, moveClass).canGoBack;
  const isMixed = everyone.some(isIrreversible) && !everyone.every(isIrreversible);
  if (isWhole || wide.length > 0 || isMixed || capacity.some((count) => count < Infinity)) {
    return [{ stage, moveClasses: everyone }];
  }
  const leader = [...everyone];
  const find = (moveClass: number): number => {
    let one = moveClass;
    while (at(leader, one) !== one) one = at(leader, one);
    leader[moveClass] = one;
    return one;
  };
  const join = (one: number, other: number) => {
    leader[Math.max(find(one), find(other))] = Math.min(find(one), find(other));
  };
  for (const [moveClass, list] of followers.entries()) for (const one of list) join(moveClass, one);
  for (const residual of residuals)
    for (const one of residual.moveClasses) join(at(residual.moveClasses, 0), one);
  const parts = new Map<number, number[]>();
  for (const moveClass of everyone) {
    const part = parts.get(find(moveClass));
    if (part === undefined) parts.set(find(moveClass), [moveClass]);
    else part.push(moveClass);
  }
  return [...parts.values()].map((part) => ({ stage: partOf(stage, part), moveClasses: part }));
}

function partOf(stage: Stage, part: readonly number[]): Stage {
  const place = new Map(part.map((moveClass, at) => [moveClass, at]));
  const renamed = (list: readonly number[]) =>
    list.flatMap((moveClass) => place.get(moveClass) ?? []);
  const residuals = stage.residuals
    .filter((residual) => place.has(at(residual.moveClasses, 0)))
    .map((residual) => ({ ...residual, moveClasses: renamed(residual.moveClasses) }));
  return {
    ...stage,
    moveClasses: part.map((moveClass) => at(stage.moveClasses, moveClass)),
    followers: part.map((moveClass) => renamed(at(stage.followers, moveClass))),
    leaders: part.map((moveClass) => renamed(at(stage.leaders, moveClass))),
    sequence: renamed(stage.sequence),
    residuals,
    residualsOf: part.map((_, moveClass) =>
      residuals.filter((residual) => residual.moveClasses.includes(moveClass)),
    ),
    divisible: new Set(renamed([...stage.divisible])),
    // Nothing limits what is taken apart.
    rooms: [],
    capacity: part.map((moveClass) => at(stage.capacity, moveClass)),
  };
}

/** The groups of all independent parts, first with first. */
export function together(
  independentParts: readonly IndependentPart[],
  groups: readonly (readonly (readonly Share[])[])[],
): readonly (readonly Share[])[] {
  const count = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: count }, (_, index) =>
    independentParts.flatMap(({ moveClasses }, independentPart) =>
      (groups[independentPart]?.[index] ?? []).map(({ moveClass, count: moves }) => ({
        moveClass: at(moveClasses, moveClass),
        count: moves,
      })),
    ),
  );
}
