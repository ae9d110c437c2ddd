import type { SystemVersion } from "../core/ids.ts";
import type { Rule, System, SystemState } from "../manifest/system.ts";
import type { Options } from "./combinations.ts";
import { endStates } from "./end-states.ts";
import { peerage } from "./peers.ts";
import { restOnly } from "./rest-only.ts";
import { transit } from "./transit.ts";

/** Why one of several states may not be passed. */
export interface Objection {
  /** The NO row; null where no row allows it. */
  readonly rule: Rule | null;
  /** The table's, else those of the end states. */
  readonly nearby: readonly Rule[];
  /** What no row allows, by type and version; empty where only whole end states may be passed. */
  readonly combination: readonly { readonly type: number; readonly version: number }[];
}

/** What the tables of a System say, seen from its starting state. */
export interface Judge {
  /** The System version of an acceptable end state; null: it is none. */
  readonly endName: (state: SystemState) => SystemVersion | null;
  /** Null where every state that these options allow is acceptable. */
  readonly objection: (options: Options) => Objection | null;
  /** The rows that accept a Component's being at one of its options, while the others are at theirs. */
  readonly allowing: (options: Options, component: number, version: number) => readonly Rule[];
}

export function judge(system: System): Judge {
  const family = peerage(system);
  const ends = endStates(system, family);
  const endName = (state: SystemState) => {
    const box = ends.boxOf(state);
    return box === null || ends.contradiction(state) !== null ? null : box.name;
  };
  if (system.transitionTables.length === 0 && system.endTables.length > 0) {
    const rests = restOnly(system, family);
    const nearby = system.endTables.flatMap(({ rows }) => rows.map(({ rule }) => rule));
    return {
      endName,
      objection: (options) => {
        const refusal = rests.refusal(options);
        return refusal === null ? null : { rule: refusal.rule, nearby, combination: [] };
      },
      allowing: (options, component, version) => rests.allowing(options.with(component, [version])),
    };
  }
  const tables = transit(system, family, ends);
  return {
    endName,
    objection: (options) => {
      const refusal = tables.refusal(options);
      if (refusal === null) return null;
      const nearby = refusal.table.rows.map(({ rule }) => rule);
      const combination = refusal.combination.map(({ peers, version }) => ({
        type: family.peers[peers]?.type ?? -1,
        version,
      }));
      return { rule: refusal.rule, nearby, combination };
    },
    allowing: (options, component, version) => tables.allowing(options, component, version),
  };
}
