import type { Rule, System, TransitionTable } from "../manifest/system.ts";
import { at } from "./draft.ts";
import { byRule } from "./rule-order.ts";

/** Something that forbids: a NO row, or that a table does not allow what it does not list. */
interface Ban {
  readonly table: number;
  /** Null: what the table does not list. */
  readonly row: number | null;
  readonly rule: Rule;
}

/** How often the planner may be asked. */
const questionLimit = 400;

/**
 * Rules of the transition tables that together forbid every plan, none of which can be left out: where one
 * of them allowed what it forbids, there would be a way. A deletion filter over the planner itself.
 */
export function core(system: System, hasNoPlan: (system: System) => boolean): readonly Rule[] {
  let kept = bansOf(system);
  if (kept.length > questionLimit || !hasNoPlan(without(system, kept, kept))) return [];
  for (const ban of kept) {
    const fewer = kept.filter((other) => other !== ban);
    if (hasNoPlan(without(system, bansOf(system), fewer))) kept = fewer;
  }
  return kept.map(({ rule }) => rule);
}

function bansOf(system: System): readonly Ban[] {
  const bans = system.transitionTables.flatMap((table, at): readonly Ban[] => {
    const rows = table.rows.flatMap(({ verdict, rule }, row) =>
      verdict === "no" ? [{ table: at, row, rule }] : [],
    );
    const unlisted = unlistedOf(table);
    return unlisted === null ? rows : [...rows, { table: at, row: null, rule: unlisted }];
  });
  return bans.toSorted((a, b) => byRule(a.rule, b.rule));
}

/** It has no line of its own; the table's first row tells people where to look. */
function unlistedOf({ allowByDefault, rows, name }: TransitionTable): Rule | null {
  const first = rows.map(({ rule }) => rule).toSorted(byRule)[0];
  if (allowByDefault || first === undefined) return null;
  return { ...first, row: `(no row of "${name}" allows more)` };
}

/** The System in which only the `kept` bans of `all` forbid. */
function without(system: System, all: readonly Ban[], kept: readonly Ban[]): System {
  const transitionTables = system.transitionTables.map((table, index) => {
    const lifted = all.filter((ban) => ban.table === index && !isIn(kept, ban));
    if (lifted.length === 0) return table;
    const rows = table.rows.map((row, number) =>
      lifted.some((ban) => ban.row === number) ? { ...row, verdict: "yes" as const } : row,
    );
    const allowByDefault = table.allowByDefault || lifted.some(({ row }) => row === null);
    return { ...at(system.transitionTables, index), rows, allowByDefault };
  });
  return { ...system, transitionTables };
}

function isIn(bans: readonly Ban[], ban: Ban): boolean {
  return bans.some(({ table, row }) => table === ban.table && row === ban.row);
}
