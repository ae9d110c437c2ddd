import type { SystemState } from "../../manifest/system.ts";
import { type Budget, spend } from "../model/budget.ts";
import { at } from "../model/moves.ts";
import type { ClassAtVersion } from "./class-at-version.ts";
import { keyOf, type Moves, type Successor } from "./successors.ts";

/**
 * The end states that one stage can reach along shortest ways of single installs, the nearest to the goal first.
 * `left`: the installs from each state of such a way to the goal, by its key.
 */
export function successorsAlong(
  moves: Moves,
  left: ReadonlyMap<string, number>,
  isEndState: (state: SystemState) => boolean,
  state: SystemState,
  classesAtVersion: readonly ClassAtVersion[],
  budget: Budget,
): readonly Successor[] {
  const { symmetryClasses, hops, distances, ranks } = moves;
  const key = keyOf(symmetryClasses, state);
  const leftHere = left.get(key);
  if (leftHere === undefined) return [];
  // Within the stage alike Components are those that begin it alike.
  const sized = classesAtVersion.map(({ symmetryClass, members }) => ({
    members,
    size: at(symmetryClasses.classes, symmetryClass).size,
  }));
  const seen = new Set<string>();
  const reached: { readonly state: SystemState; readonly key: string; readonly left: number }[] = [
    { state, key, left: leftHere },
  ];
  for (const one of reached) {
    for (const { symmetryClass, members, from } of classesAtVersion) {
      // Each Component moves once in a stage; of alike ones the first that has not.
      const component = members.find((member) => one.state[member] === from);
      if (component === undefined) continue;
      for (const version of at(at(hops, symmetryClass), from)) {
        const next = one.state.with(component, version);
        const nextKey = keyOf(symmetryClasses, next);
        if (left.get(nextKey) !== one.left - 1) continue;
        const stageKey = keyOf({ classes: sized }, next);
        if (seen.has(stageKey)) continue;
        if (!spend(budget, 1)) return [];
        seen.add(stageKey);
        reached.push({ state: next, key: nextKey, left: one.left - 1 });
      }
    }
  }
  return reached
    .slice(1)
    .toReversed()
    .filter((one) => isEndState(one.state))
    .map((one, tieBreak) => {
      let stagesLeft = 0;
      let preference = 0;
      for (const [component, version] of one.state.entries()) {
        const symmetryClass = at(symmetryClasses.of, component);
        stagesLeft = Math.max(stagesLeft, at(at(distances, symmetryClass), version));
        preference += at(at(ranks, symmetryClass), version);
      }
      return { ...one, installs: leftHere - one.left, stagesLeft, tieBreak, preference };
    });
}
