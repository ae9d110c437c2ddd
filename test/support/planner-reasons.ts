import type { EndRow, Rule, System, TransitionTable } from "../../src/manifest/system.ts";
import type { Move } from "../../src/planner/model/moves.ts";
import { byRule } from "../../src/planner/constraints/rule-order.ts";
import { everyState, fits, oracle, tuples } from "./planner-brute-force.ts";

/**
 * For each move of each group the rules that allow what it leads to: of every tuple of Components in which it stands in
 * a table, of every combination of versions that they may have while its group moves. Small Systems only.
 */
export function allowingRules(
  system: System,
  groups: readonly (readonly Move[])[],
): readonly (readonly (readonly Rule[])[])[] {
  const isEndStatesOnly = system.endStatesOnly ?? system.transitionTables.length === 0;
  const sources = [inTables(system), ...(isEndStatesOnly ? [inEndStates(system)] : [])];
  const rulesOf: RulesOf = (...asked) => sources.flatMap((source) => source(...asked));
  let options = system.components.map(({ start }) => [start]);
  return groups.map((moves) => {
    const moving = [...options];
    for (const { component, from, to } of moves) moving[component] = [from, to];
    const found = moves.map(({ component, to }) => {
      const rules = rulesOf(component, moving.with(component, [to]));
      return [...new Set(rules)].toSorted(byRule);
    });
    options = [...moving];
    for (const { component, to } of moves) options[component] = [to];
    return found;
  });
}

/** The rules for a Component that has its new version, while the others have any of their options. */
type RulesOf = (component: number, options: readonly (readonly number[])[]) => readonly Rule[];

function inTables(system: System): RulesOf {
  const starts = system.components.map(({ start }) => start);
  const law = oracle(system);
  const ends = everyState(system).filter((state) => law.endName(state) !== null);

  function saying(table: TransitionTable, tuple: readonly number[], versions: readonly number[]) {
    const matching = (verdict: string) =>
      table.rows
        .filter(
          (row) => row.verdict === verdict && versions.every((v, at) => fits(row.cells[at], v)),
        )
        .map(({ rule }) => rule)
        .toSorted(byRule);
    if (matching("no").length > 0) return [];
    const [allowing] = matching("yes");
    if (allowing !== undefined) return [allowing];
    const granting = ends
      .filter((end) => tuple.every((c, at) => end[c] === versions[at]))
      .flatMap((end) => combinations(law.endRows(end)));
    return granting.toSorted(byNames)[0]?.map(({ rule }) => rule) ?? [];
  }

  return (component, options) =>
    system.transitionTables.flatMap((table) =>
      tuples(system, table.columns)
        .filter((tuple) => tuple.includes(component))
        .flatMap((tuple) =>
          combinations(tuple.map((c) => options[c] ?? []))
            .filter((versions) => tuple.some((c, at) => versions[at] !== starts[c]))
            .flatMap((versions) => saying(table, tuple, versions)),
        ),
    );
}

/** Where only end states may be passed: the rows in which the states lie. */
function inEndStates(system: System): RulesOf {
  const law = oracle(system);
  return (_, options) =>
    combinations(options).flatMap((state) =>
      law.endRows(state).flatMap((rows) => rows.map(({ rule }) => rule)),
    );
}

/**
 * Which of two choices of a row from every end table is told: by the name and the rule of the first one, then of the
 * second.
 */
function byNames(a: readonly EndRow[], b: readonly EndRow[]): number {
  for (const [at, row] of a.entries()) {
    const other = b[at];
    if (other === undefined) return 1;
    const [name, otherName] = [String(row.systemVersion), String(other.systemVersion)];
    if (name !== otherName) return name < otherName ? -1 : 1;
    const order = byRule(row.rule, other.rule);
    if (order !== 0) return order;
  }
  return 0;
}

function combinations<T>(columns: readonly (readonly T[])[]): readonly (readonly T[])[] {
  let all: readonly (readonly T[])[] = [[]];
  for (const column of columns) {
    all = all.flatMap((chosen) => column.map((one) => [...chosen, one]));
  }
  return all;
}
