import type { SystemVersion } from "../../core/ids.ts";
import { passesEndStatesOnly, startState } from "../../manifest/system-state.ts";
import type { Rule, System, SystemState } from "../../manifest/system.ts";
import type { Options } from "../model/option-classes.ts";
import { eachGroup } from "../model/moves.ts";
import { type EndStateBudget, endStateBudget } from "./end-state-satisfiability.ts";
import type { EndStates } from "./end-states.ts";
import { type Grounding, groundingOf } from "./grounding.ts";
import type { TableClasses } from "../model/table-classes.ts";
import { type AllowedBy, allowedByOf } from "./allowed-by.ts";
import { type EndStatesOnly, endStatesOnlyOf } from "./end-states-only.ts";
import type { ConstraintNetwork } from "./network.ts";
import { refusal } from "./refusal.ts";

/** Why one of several states may not be passed. */
export interface Violation {
  /** The NO row; null where no row allows it. */
  readonly rule: Rule | null;
  /** The name of the table; null where only whole end states may be passed. */
  readonly table: string | null;
  /** What no row allows, by type and version; empty where only whole end states may be passed. */
  readonly combination: readonly { readonly type: number; readonly version: number }[];
}

/** What the tables of a System say, seen from its starting state. */
export interface Acceptability {
  readonly tableClasses: TableClasses;
  readonly ends: EndStates;
  readonly network: ConstraintNetwork;
  /** Set where only end states may be passed; transition tables may forbid more. */
  readonly endStatesOnly: EndStatesOnly | null;
  /** The System version of an acceptable end state; null: it is none. */
  readonly endName: (state: SystemState) => SystemVersion | null;
  /** Null where every state that these options allow is acceptable. */
  readonly violation: (options: Options) => Violation | null;
  readonly allowing: AllowedBy;
}

/**
 * `grounding`: of its tables, where it is at hand. `budget`: tells afterwards whether more may be acceptable than was
 * told.
 */
export function acceptabilityOf(
  system: System,
  grounding: Grounding = groundingOf(system),
  budget: EndStateBudget = endStateBudget(),
): Acceptability {
  if (!grounding.isOf(system)) throw new Error("these are the tables of another System");
  const family = grounding.tableClasses();
  const { ends, network } = grounding.within(budget);
  const starts = startState(system);
  const endStatesOnly = passesEndStatesOnly(system) ? endStatesOnlyOf(system, family, ends) : null;
  const byTables: Acceptability["violation"] = (options) => {
    const refused = refusal(network(), family, starts, options);
    if (refused === null) return null;
    const combination = refused.combination.map(({ tableClass, version }) => ({
      type: family.classes[tableClass]?.type ?? -1,
      version,
    }));
    return { rule: refused.rule, table: refused.constraint.table.name, combination };
  };
  return {
    tableClasses: family,
    ends,
    get network() {
      return network();
    },
    endName: ends.nameOf,
    endStatesOnly,
    violation: (options) => {
      const refused = endStatesOnly?.refusal(options) ?? null;
      if (refused === null) return byTables(options);
      return { rule: refused.rule, table: null, combination: [] };
    },
    allowing: (groups) => {
      const allowed = allowedByOf(network(), family, starts)(groups);
      return endStatesOnly === null
        ? allowed
        : withEndStates(endStatesOnly, starts, groups, allowed);
    },
  };
}

/** The rules of the end states before those of the tables. */
function withEndStates(
  endStatesOnly: EndStatesOnly,
  starts: readonly number[],
  groups: Parameters<AllowedBy>[0],
  allowed: ReturnType<AllowedBy>,
): ReturnType<AllowedBy> {
  const rules: (readonly Rule[])[][] = [];
  eachGroup(starts, groups, (moves, options, group) => {
    rules.push(
      moves.map(({ component, to }, place) => [
        ...endStatesOnly.allowing(options.with(component, [to])),
        ...(allowed[group]?.[place] ?? []),
      ]),
    );
  });
  return rules;
}
