import type { SystemVersion } from "../../core/ids.ts";
import {
  passesEndStatesOnly,
  type Rule,
  type System,
  type SystemState,
} from "../../manifest/system.ts";
import type { Options } from "../model/combinations.ts";
import { eachGroup } from "../model/draft.ts";
import { type EndStates, endStates } from "./end-states.ts";
import { type Peerage, peerage } from "../model/peers.ts";
import { type Reasons, reasons } from "./reasons.ts";
import { type RestOnly, restOnly } from "./rest-only.ts";
import { type Rulebook, rulebook } from "./rulebook.ts";
import { refusal } from "./transit.ts";

/** Why one of several states may not be passed. */
export interface Objection {
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
export interface Judge {
  readonly peerage: Peerage;
  readonly ends: EndStates;
  readonly book: Rulebook;
  /** Set where only end states may be passed; transition tables may forbid more. */
  readonly rests: RestOnly | null;
  /** The System version of an acceptable end state; null: it is none. */
  readonly endName: (state: SystemState) => SystemVersion | null;
  /** Null where every state that these options allow is acceptable. */
  readonly objection: (options: Options) => Objection | null;
  readonly allowing: Reasons;
}

/** What the tables say wherever the System starts. */
type Grounds = Pick<Judge, "peerage" | "ends" | "book">;

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
  const family = peerage(system);
  const ends = endStates(system, family);
  const grounds = { peerage: family, ends, book: rulebook(system, family, ends) };
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

export function judge(system: System): Judge {
  const { peerage: family, ends, book } = groundsOf(system);
  const starts = system.components.map(({ start }) => start);
  const common = { peerage: family, ends, book, endName: ends.nameOf };
  const objection: Judge["objection"] = (options) => {
    const refused = refusal(book, family, starts, options);
    if (refused === null) return null;
    const combination = refused.combination.map(({ peers, version }) => ({
      type: family.peers[peers]?.type ?? -1,
      version,
    }));
    const nearby = refused.page.table.rows.map(({ rule }) => rule);
    return { rule: refused.rule, table: refused.page.table.name, nearby, combination };
  };
  const allowing = reasons(book, family, starts);
  if (!passesEndStatesOnly(system)) return { ...common, rests: null, objection, allowing };
  const rests = restOnly(system, family, ends);
  const nearby = system.endTables.flatMap(({ rows }) => rows.map(({ rule }) => rule));
  return {
    ...common,
    rests,
    objection: (options) => {
      const refused = rests.refusal(options);
      return refused === null
        ? objection(options)
        : { rule: refused.rule, table: null, nearby, combination: [] };
    },
    allowing: (groups) => {
      const byTables = allowing(groups);
      const rules: (readonly Rule[])[][] = [];
      eachGroup(starts, groups, (moves, options, group) => {
        rules.push(
          moves.map(({ component, to }, place) => [
            ...rests.allowing(options.with(component, [to])),
            ...(byTables[group]?.[place] ?? []),
          ]),
        );
      });
      return rules;
    },
  };
}
