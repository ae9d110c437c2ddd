import type { Rule, System, TransitionTable } from "../manifest/system.ts";
import { combinations, kindsOf, type Option, type Options } from "./combinations.ts";
import type { EndStates } from "./end-states.ts";
import { candidates, type Peerage } from "./peers.ts";
import { firstRow, rowMasks } from "./row-masks.ts";
import { byRule } from "./rule-order.ts";

/** What a table says of one combination. */
export type Ruling =
  /** `rules` is empty where nothing but the table's default allows it. */
  | { readonly accepted: true; readonly rules: readonly Rule[] }
  /** `rule` is the NO row; null where no row allows it. */
  | { readonly accepted: false; readonly rule: Rule | null };

/** A combination that no table accepts. */
export interface Refusal {
  readonly table: TransitionTable;
  readonly combination: readonly Option[];
  readonly rule: Rule | null;
}

export interface Transit {
  /** The first combination that is refused, of all that Components with these options can hold; null: none. */
  readonly refusal: (options: Options) => Refusal | null;
  /** The rules that accept the combinations in which the Component has this one of its options. */
  readonly allowing: (options: Options, component: number, version: number) => readonly Rule[];
}

export function transit(system: System, peerage: Peerage, ends: EndStates): Transit {
  const starts = system.components.map(({ start }) => start);
  const tables = system.transitionTables.toSorted(byName).map((table) => ({
    table,
    columns: candidates(peerage, table.columns),
    ruling: remembered(judge(system, table, ends)),
  }));
  return {
    refusal: (options) => {
      const kinds = kindsOf(peerage, starts, options);
      for (const { table, columns, ruling } of tables) {
        const filled = columns.map((peers) => peers.flatMap((at) => kinds[at] ?? []));
        for (const combination of combinations(filled)) {
          if (combination.every(({ stands }) => stands)) continue;
          const said = ruling(combination);
          if (!said.accepted) return { table, combination: [...combination], rule: said.rule };
        }
      }
      return null;
    },
    allowing: (options, component, version) => {
      const rules: Rule[] = [];
      const others = options.map((versions, at) => (at === component ? [] : versions));
      const kinds = kindsOf(peerage, starts, others);
      const own = peerage.of[component] ?? -1;
      const stands = starts[component] === version;
      const moved = { peers: own, options: [{ peers: own, version, stands }], count: 1 };
      for (const { columns, ruling } of tables) {
        const filled = columns.map((peers) => peers.flatMap((at) => kinds[at] ?? []));
        for (const [column, peers] of columns.entries()) {
          if (!peers.includes(own)) continue;
          for (const combination of combinations(filled.with(column, [moved]))) {
            if (combination.every((option) => option.stands)) continue;
            const said = ruling(combination);
            if (said.accepted) rules.push(...said.rules);
          }
        }
      }
      return rules;
    },
  };
}

/** NO wins; then a YES row; then an end state; then the default. */
function judge(system: System, table: TransitionTable, ends: EndStates) {
  const sizes = table.columns.map(({ type }) => system.types[type]?.versions.length ?? 0);
  const rows = table.rows.toSorted((a, b) => byRule(a.rule, b.rule));
  const [yes, no] = (["yes", "no"] as const).map((wanted) => {
    const chosen = rows.filter(({ verdict }) => verdict === wanted);
    return {
      chosen,
      masks: rowMasks(
        chosen.map(({ cells }) => cells),
        sizes,
      ),
    };
  });
  const match = (side: typeof yes, versions: readonly number[]): Rule | null =>
    side === undefined ? null : (side.chosen[firstRow(side.masks, versions)]?.rule ?? null);
  return (combination: readonly Option[]): Ruling => {
    const versions = combination.map(({ version }) => version);
    const forbidding = match(no, versions);
    if (forbidding !== null) return { accepted: false, rule: forbidding };
    const allowing = match(yes, versions);
    if (allowing !== null) return { accepted: true, rules: [allowing] };
    const box = ends.granting(combination);
    if (box !== null) return { accepted: true, rules: box.rules };
    return table.allowByDefault ? { accepted: true, rules: [] } : { accepted: false, rule: null };
  };
}

function remembered(ruling: (combination: readonly Option[]) => Ruling): typeof ruling {
  const known = new Map<string, Ruling>();
  return (combination) => {
    const key = combination.map(({ peers, version }) => `${peers}:${version}`).join();
    const before = known.get(key);
    if (before !== undefined) return before;
    const said = ruling(combination);
    known.set(key, said);
    return said;
  };
}

function byName(a: TransitionTable, b: TransitionTable): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  const rules = (table: TransitionTable) => table.rows.map(({ rule }) => rule).toSorted(byRule);
  const [rulesA, rulesB] = [rules(a), rules(b)];
  for (const [at, rule] of rulesA.entries()) {
    const other = rulesB[at];
    if (other === undefined) return 1;
    const order = byRule(rule, other);
    if (order !== 0) return order;
  }
  return rulesA.length - rulesB.length;
}
