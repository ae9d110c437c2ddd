import type { Rule, System, TransitionTable } from "../manifest/system.ts";
import { boxOf, isAllAccepted, isAnyPossible, layoutOf, type Sides } from "./boxes.ts";
import type { EndStates } from "./end-states.ts";
import { canvasOf, isEvery, isFew, isPainted, isSmall, paint } from "./painted.ts";
import { candidates, type Peerage } from "./peers.ts";
import { firstRow, rowMasks } from "./row-masks.ts";
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
  /** The same of every combination of these versions, a list for each column. */
  readonly acceptsAll: (lists: readonly (readonly number[])[]) => boolean;
  /** False: it accepts no combination of these versions. */
  readonly mayAccept: (lists: readonly (readonly number[])[]) => boolean;
  readonly ruling: (versions: readonly number[]) => Ruling;
}

/** The transition tables, page by page. */
export interface Rulebook {
  readonly pages: readonly Page[];
  /** For each peers the pages on which they stand. */
  readonly pagesOf: readonly (readonly Page[])[];
}

/** Up to so many rows are read one after the other; more are put into bit sets. */
const fewRows = 32;

export function rulebook(system: System, peerage: Peerage, ends: EndStates): Rulebook {
  const pages = system.transitionTables.toSorted(byName).flatMap((table) => {
    const sizes = table.columns.map(({ type }) => system.types[type]?.versions.length ?? 0);
    const ruling = rulingOf(table, sizes, ends);
    return choices(peerage, candidates(peerage, table.columns)).map((peers): Page => {
      const accepts =
        isSmall(sizes) && ends.banned.size === 0
          ? painted(table, peers, sizes, ends)
          : remembered((versions) => ruling(peers, versions).accepted);
      const whole = wholesale(table, peers, sizes, ends, accepts);
      return { table, peers, sizes, accepts, ...whole, ruling: (them) => ruling(peers, them) };
    });
  });
  const pagesOf: Page[][] = peerage.peers.map(() => []);
  for (const page of pages) {
    for (const [column, peers] of page.peers.entries()) {
      if (page.peers.indexOf(peers) === column) pagesOf[peers]?.push(page);
    }
  }
  return { pages, pagesOf };
}

/** NO wins; then a YES row; then an end state; then the default. */
function rulingOf(table: TransitionTable, sizes: readonly number[], ends: EndStates) {
  let sides: { readonly yes: Matcher; readonly no: Matcher } | null = null;
  return (peers: readonly number[], versions: readonly number[]): Ruling => {
    sides ??= { yes: matcher(table, "yes", sizes), no: matcher(table, "no", sizes) };
    const forbidding = sides.no(versions);
    if (forbidding !== null) return { accepted: false, rule: forbidding };
    const allowing = sides.yes(versions);
    if (allowing !== null) return { accepted: true, rules: [allowing] };
    const granting = ends.granting(peers, versions);
    if (granting !== null) return { accepted: true, rules: granting };
    return table.allowByDefault ? { accepted: true, rules: [] } : { accepted: false, rule: null };
  };
}

/** The first row, by its place in the file, whose every cell admits these versions. */
type Matcher = (versions: readonly number[]) => Rule | null;

function matcher(table: TransitionTable, wanted: "yes" | "no", sizes: readonly number[]): Matcher {
  const rows = table.rows
    .filter(({ verdict }) => verdict === wanted)
    .toSorted((a, b) => byRule(a.rule, b.rule));
  if (rows.length <= fewRows) {
    return (versions) =>
      rows.find(({ cells }) =>
        cells.every((cell, column) => cell === null || cell.includes(versions[column] ?? -1)),
      )?.rule ?? null;
  }
  const everyColumn = table.columns.map((_, at) => at);
  const masks = rowMasks(
    rows.map(({ cells }) => cells),
    sizes,
  );
  return (versions) => rows[firstRow(masks, everyColumn, versions)]?.rule ?? null;
}

/** All combinations at once: the default, over it the end states, the YES rows, the NO rows. */
function painted(
  table: TransitionTable,
  peers: readonly number[],
  sizes: readonly number[],
  ends: EndStates,
): Page["accepts"] {
  const canvas = canvasOf(sizes, table.allowByDefault);
  if (!table.allowByDefault)
    for (const { domains } of ends.boxes) {
      paint(
        canvas,
        peers.map((one) => domains[one] ?? null),
        1,
      );
    }
  for (const { cells, verdict } of table.rows) if (verdict === "yes") paint(canvas, cells, 1);
  for (const { cells, verdict } of table.rows) if (verdict === "no") paint(canvas, cells, 0);
  return (versions) => isPainted(canvas, versions);
}

function remembered(ask: (versions: readonly number[]) => boolean): Page["accepts"] {
  const known = new Map<string, boolean>();
  return (versions) => {
    const key = versions.join();
    const before = known.get(key);
    if (before !== undefined) return before;
    const said = ask(versions);
    known.set(key, said);
    return said;
  };
}

/** Many combinations at once: one by one where they are few, else box by box. */
function wholesale(
  table: TransitionTable,
  peers: readonly number[],
  sizes: readonly number[],
  ends: EndStates,
  accepts: Page["accepts"],
): Pick<Page, "acceptsAll" | "mayAccept"> {
  let known: Sides | null = null;
  const sides = (): Sides => {
    if (known !== null) return known;
    const layout = layoutOf(sizes);
    const side = (wanted: "yes" | "no") =>
      table.rows
        .filter(({ verdict }) => verdict === wanted)
        .map(({ cells }) => boxOf(layout, cells));
    const granted = ends.boxes.map(({ domains }) =>
      boxOf(
        layout,
        peers.map((one) => domains[one] ?? null),
      ),
    );
    known = {
      layout,
      yes: [...side("yes"), ...granted],
      no: side("no"),
      allowByDefault: table.allowByDefault,
    };
    return known;
  };
  return {
    // Where NO rows overlap the end states, a box of them is no proof that each combination has one.
    acceptsAll: (lists) =>
      ends.banned.size > 0 || isFew(lists)
        ? isEvery(lists, accepts)
        : isAllAccepted(sides(), boxOf(sides().layout, lists)),
    mayAccept: (lists) => isAnyPossible(sides(), boxOf(sides().layout, lists)),
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
