import { startState } from "../../manifest/system-state.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import type { SymmetryClasses } from "./symmetry-classes.ts";
import { after, at, type MovePlan } from "./moves.ts";

/** [symmetry class][version] */
export function ranksOf(
  { types }: Pick<System, "types">,
  { classes }: SymmetryClasses,
): readonly (readonly number[])[] {
  const ranks = types.map(({ versions, preference }) => preference ?? versions.map(() => 0));
  return classes.map(({ type }) => at(ranks, type));
}

/** How little the versions of a state are preferred: the sum of their ranks. */
export function preferenceIn({ types, components }: System, state: SystemState): number {
  return components.reduce(
    (sum, { type }, index) => sum + (types[type]?.preference?.[at(state, index)] ?? 0),
    0,
  );
}

/** The same for the ends of all stages of a plan, which for all plans has what is wanted in it. */
export function preferenceOf(system: System, movePlan: MovePlan): number {
  let state = startState(system);
  let sum = 0;
  for (const groups of movePlan) {
    state = after(state, groups.flat());
    sum += preferenceIn(system, state);
  }
  return sum;
}
