import { once } from "../../core/once.ts";
import type { System } from "../../manifest/system.ts";
import { type TableClasses, tableClassesOf } from "../model/table-classes.ts";
import { type EndStateBudget, endStateBudget } from "./end-state-satisfiability.ts";
import { type EndStates, endStatesOf } from "./end-states.ts";
import { type ConstraintNetwork, constraintNetwork } from "./network.ts";

/**
 * What the tables of a System say wherever it starts. Whoever asks many questions of the same tables grounds them once
 * and passes that on. Each part is made when it is first needed; no answer depends on what was asked before.
 */
export interface Grounding {
  /** Whether these are its tables, Components and versions; where they start does not matter. */
  readonly isOf: (system: System) => boolean;
  readonly tableClasses: () => TableClasses;
  /** For one question. */
  readonly within: (budget: EndStateBudget) => GroundTables;
}

export interface GroundTables {
  readonly ends: EndStates;
  readonly network: () => ConstraintNetwork;
}

export function groundingOf(system: System): Grounding {
  const tableClasses = once(() => tableClassesOf(system));
  const joined = once(() => endStatesOf(system, tableClasses()));
  const tablesWithin = (budget: EndStateBudget): GroundTables => {
    const ends = joined().within(budget);
    return { ends, network: once(() => constraintNetwork(system, tableClasses(), ends)) };
  };
  const unsearched = once(() => tablesWithin(endStateBudget()));
  return {
    isOf: (other) =>
      other.transitionTables === system.transitionTables &&
      other.limits === system.limits &&
      isSameFrame(other, system),
    tableClasses,
    within: (budget) => (joined().areSearched ? tablesWithin(budget) : unsearched()),
  };
}

/** Whether the tables of one speak of the same Components and versions as those of the other. */
function isSameFrame(one: System, other: System): boolean {
  return (
    one.endTables === other.endTables &&
    one.components.length === other.components.length &&
    one.components.every(({ type }, at) => type === other.components[at]?.type) &&
    one.types.length === other.types.length &&
    one.types.every(({ versions }, at) => versions === other.types[at]?.versions)
  );
}
