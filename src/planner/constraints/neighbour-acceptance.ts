import type { SystemState } from "../../manifest/system.ts";
import { at } from "../model/moves.ts";
import { optionClassesAmong, optionClassesOf } from "../model/option-classes.ts";
import type { Acceptability } from "./acceptability.ts";
import { accepts, type GroundConstraint } from "./ground.ts";
import { constraintsWith } from "./network.ts";
import { isRefusing } from "./refusal.ts";

/** Whether the states are acceptable that differ from an acceptable one in the version of one Component. */
export function acceptableNeighbours(
  start: SystemState,
  { tableClasses, ...acceptability }: Acceptability,
) {
  const { network, endStatesOnly, violation } = acceptability;
  const constraintsOf = tableClasses.classes.map((_, one) =>
    constraintsWith(network, one).map((constraint) => ({
      constraint,
      standing: onlyStanding(tableClasses, constraint),
    })),
  );
  return (state: SystemState) => {
    const options = state.map((version) => [version]);
    let known: ReturnType<typeof optionClassesOf> | null = null;
    const optionClassesWith = (component: number, version: number) => {
      known ??= optionClassesOf(tableClasses, start, options);
      const tableClass = at(tableClasses.of, component);
      const changed = options.with(component, [version]);
      return known.with(tableClass, optionClassesAmong(tableClasses, tableClass, start, changed));
    };
    return (component: number, version: number): boolean => {
      if (endStatesOnly !== null) return violation(options.with(component, [version])) === null;
      let optionClasses: ReturnType<typeof optionClassesOf> | null = null;
      return at(constraintsOf, at(tableClasses.of, component)).every(({ constraint, standing }) => {
        if (standing !== null) {
          const versions = standing.map((one) => (one === component ? version : at(state, one)));
          return (
            accepts(constraint, versions) ||
            standing.every((one, column) => versions[column] === start[one])
          );
        }
        optionClasses ??= optionClassesWith(component, version);
        return !isRefusing(constraint, optionClasses);
      });
    };
  };
}

/** The Components in the columns where there is no choice; null: there is one, or nobody can stand in all of them. */
function onlyStanding(
  { classes }: Acceptability["tableClasses"],
  constraint: GroundConstraint,
): readonly number[] | null {
  const standing = constraint.classes.map((one) => at(classes, one).components);
  if (standing.some(({ length }) => length !== 1)) return null;
  const components = standing.flat();
  return new Set(components).size === components.length ? components : null;
}
