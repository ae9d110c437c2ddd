import type { SystemVersion } from "../../core/ids.ts";
import {
  passesEndStatesOnly,
  type Rule,
  startState,
  type System,
  type SystemState,
} from "../../manifest/system.ts";
import type { Options } from "../model/option-classes.ts";
import { eachGroup } from "../model/moves.ts";
import { type EndStates, endStates } from "./end-states.ts";
import { type TableClasses, tableClassesOf } from "../model/table-classes.ts";
import { type AllowedBy, allowedByOf } from "./allowed-by.ts";
import { type EndStatesOnly, endStatesOnlyOf } from "./end-states-only.ts";
import { type ConstraintNetwork, constraintNetwork } from "./network.ts";
import { refusal } from "./refusal.ts";

/** Why one of several states may not be passed. */
export interface Violation {
  /** The NO row; null where no row allows it. */
  readonly rule: Rule | null;
  /** The name of the table; null where only whole end states may be passed. */
  readonly table: string | null;
  /** The table's, else those of the end states. */
  readonly nearby: readonly Rule[];
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

/** What the tables say wherever the System starts. */
type Grounds = Pick<Acceptability, "tableClasses" | "ends" | "network">;

/**
 * Many questions are asked of the same tables, each from another start. Only the last tables are kept: what a weak map
 * was given stays in memory until all of it is collected.
 */
let latest: { readonly system: System; readonly grounds: Grounds } | null = null;

function groundsOf(system: System): Grounds {
  const isKnown =
    latest?.system.transitionTables === system.transitionTables &&
    isSameFrame(latest.system, system);
  // What was given up for one question may be found for another one.
  if (latest !== null && isKnown && latest.grounds.ends.isSure()) {
    latest.grounds.ends.renew();
    return latest.grounds;
  }
  const family = tableClassesOf(system);
  const ends = endStates(system, family);
  const grounds = { tableClasses: family, ends, network: constraintNetwork(system, family, ends) };
  latest = { system, grounds };
  return grounds;
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

export function acceptabilityOf(system: System): Acceptability {
  const { tableClasses: family, ends, network } = groundsOf(system);
  const starts = startState(system);
  const common = { tableClasses: family, ends, network, endName: ends.nameOf };
  const violation: Acceptability["violation"] = (options) => {
    const refused = refusal(network, family, starts, options);
    if (refused === null) return null;
    const combination = refused.combination.map(({ tableClass, version }) => ({
      type: family.classes[tableClass]?.type ?? -1,
      version,
    }));
    const nearby = refused.constraint.table.rows.map(({ rule }) => rule);
    return { rule: refused.rule, table: refused.constraint.table.name, nearby, combination };
  };
  const allowing = allowedByOf(network, family, starts);
  if (!passesEndStatesOnly(system)) return { ...common, endStatesOnly: null, violation, allowing };
  const endStatesOnly = endStatesOnlyOf(system, family, ends);
  const nearby = system.endTables.flatMap(({ rows }) => rows.map(({ rule }) => rule));
  return {
    ...common,
    endStatesOnly,
    violation: (options) => {
      const refused = endStatesOnly.refusal(options);
      return refused === null
        ? violation(options)
        : { rule: refused.rule, table: null, nearby, combination: [] };
    },
    allowing: (groups) => {
      const byTables = allowing(groups);
      const rules: (readonly Rule[])[][] = [];
      eachGroup(starts, groups, (moves, options, group) => {
        rules.push(
          moves.map(({ component, to }, place) => [
            ...endStatesOnly.allowing(options.with(component, [to])),
            ...(byTables[group]?.[place] ?? []),
          ]),
        );
      });
      return rules;
    },
  };
}
