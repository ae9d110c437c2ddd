import type { Rule, System, TransitionTable } from "../manifest/system.ts";
import type { EndStates } from "./end-states.ts";
import { candidates, type Peerage } from "./peers.ts";
import { firstRow, type RowMasks, rowMasks } from "./row-masks.ts";
import { byRule } from "./rule-order.ts";

/** What a table says of one combination. */
export type Ruling =
  /** `rules` is empty where nothing but the table's default allows it. */
  | { readonly accepted: true; readonly rules: readonly Rule[] }
  /** `rule` is the NO row; null where no row allows it. */
  | { readonly accepted: false; readonly rule: Rule | null };

/** One transition table for one choice of peers, one for each column. */
export interface Page {
  readonly table: TransitionTable;
  readonly peers: readonly number[];
  /** How many versions each column knows. */
  readonly sizes: readonly number[];
  /** Whether it accepts these versions, one for each column; what stands since the start is not asked for. */
  readonly accepts: (versions: readonly number[]) => boolean;
  readonly ruling: (versions: readonly number[]) => Ruling;
}

/** The transition tables, page by page. */
export interface Rulebook {
  readonly pages: readonly Page[];
  /** For each peers the pages on which they stand. */
  readonly pagesOf: readonly (readonly Page[])[];
}

/** Up to here the answers of a page are remembered in a table, beyond in a map. */
const smallPage = 1 << 16;

export function rulebook(system: System, peerage: Peerage, ends: EndStates): Rulebook {
  const pages = system.transitionTables.toSorted(byName).flatMap((table) => {
    const sizes = table.columns.map(({ type }) => system.types[type]?.versions.length ?? 0);
    const everyone = table.columns.map((_, at) => at);
    const rows = table.rows.toSorted((a, b) => byRule(a.rule, b.rule));
    const yes = sideOf(rows, "yes", sizes);
    const no = sideOf(rows, "no", sizes);
    return choices(peerage, candidates(peerage, table.columns)).map((peers): Page => {
      const ruling = (versions: readonly number[]): Ruling => {
        const forbidding = no.rules[firstRow(no.masks, everyone, versions)];
        if (forbidding !== undefined) return { accepted: false, rule: forbidding };
        const allowing = yes.rules[firstRow(yes.masks, everyone, versions)];
        if (allowing !== undefined) return { accepted: true, rules: [allowing] };
        const granting = ends.granting(peers, versions);
        if (granting !== null) return { accepted: true, rules: granting };
        return table.allowByDefault
          ? { accepted: true, rules: [] }
          : { accepted: false, rule: null };
      };
      return { table, peers, sizes, ruling, accepts: remembered(sizes, ruling) };
    });
  });
  const pagesOf: Page[][] = peerage.peers.map(() => []);
  for (const page of pages) for (const peers of new Set(page.peers)) pagesOf[peers]?.push(page);
  return { pages, pagesOf };
}

function sideOf(
  rows: TransitionTable["rows"],
  wanted: "yes" | "no",
  sizes: readonly number[],
): { readonly rules: readonly Rule[]; readonly masks: RowMasks } {
  const chosen = rows.filter(({ verdict }) => verdict === wanted);
  return {
    rules: chosen.map(({ rule }) => rule),
    masks: rowMasks(
      chosen.map(({ cells }) => cells),
      sizes,
    ),
  };
}

/** Every choice of peers for the columns that enough Components exist for. */
function choices(
  { peers }: Peerage,
  columns: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  let all: readonly (readonly number[])[] = [[]];
  for (const column of columns) {
    all = all.flatMap((chosen) =>
      column
        .filter(
          (one) =>
            chosen.filter((other) => other === one).length < (peers[one]?.components.length ?? 0),
        )
        .map((one) => [...chosen, one]),
    );
  }
  return all;
}

function remembered(sizes: readonly number[], ruling: Page["ruling"]): Page["accepts"] {
  const count = sizes.reduce((product, size) => product * size, 1);
  if (count > smallPage) {
    const known = new Map<string, boolean>();
    return (versions) => {
      const key = versions.join();
      const before = known.get(key);
      if (before !== undefined) return before;
      const { accepted } = ruling(versions);
      known.set(key, accepted);
      return accepted;
    };
  }
  // 0: not asked yet; 1: accepted; 2: refused.
  const known = new Uint8Array(count);
  return (versions) => {
    let index = 0;
    for (let at = 0; at < sizes.length; at += 1) {
      index = index * (sizes[at] ?? 0) + (versions[at] ?? 0);
    }
    const before = known[index];
    if (before !== 0) return before === 1;
    const { accepted } = ruling(versions);
    known[index] = accepted ? 1 : 2;
    return accepted;
  };
}

/** So that the order of the tables in a file leaves no trace. */
function byName(a: TransitionTable, b: TransitionTable): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  const rulesOf = (table: TransitionTable) => table.rows.map(({ rule }) => rule).toSorted(byRule);
  const [rulesA, rulesB] = [rulesOf(a), rulesOf(b)];
  for (const [at, rule] of rulesA.entries()) {
    const other = rulesB[at];
    if (other === undefined) return 1;
    const order = byRule(rule, other);
    if (order !== 0) return order;
  }
  return rulesA.length - rulesB.length;
}
