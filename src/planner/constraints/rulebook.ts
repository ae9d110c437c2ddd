import type { Row, Rule, System, TransitionTable, VersionSet } from "../../manifest/system.ts";
import { at } from "../model/draft.ts";
import type { EndStates } from "./end-states.ts";
import type { Page } from "./page.ts";
import { type Palette, type Ruling, unsaid } from "./page-source.ts";
import { type Canvases, isSmall, newCanvases, paint } from "./painted.ts";
import { candidates, type Peerage } from "../model/peers.ts";
import { firstRow, rowMasks } from "./row-masks.ts";
import { byRule } from "./rule-order.ts";

/** The transition tables, page by page. */
export interface Rulebook {
  readonly pages: readonly Page[];
  /** For each peers the pages on which they stand, by index, ascending. */
  readonly pagesOf: readonly (readonly number[])[];
  /** False: a table had too many pages, and they are missing: nothing may be planned from this. */
  readonly isWhole: boolean;
}

/** The pages on which these peers stand. */
export function pagesWith({ pages, pagesOf }: Rulebook, peers: number): readonly Page[] {
  return at(pagesOf, peers).map((page) => at(pages, page));
}

/** A table in whose columns Components can stand in more ways has too many pages. */
const pagesOfOneTable = 20_000;

/** Up to so many rows are read one after the other; more are put into bit sets. */
const fewRows = 32;

export function rulebook(system: System, peerage: Peerage, ends: EndStates): Rulebook {
  const desk = { canvasOf: newCanvases(), cells: [] };
  const pages: Page[] = [];
  let isWhole = true;
  let sizes: readonly number[] = [];
  for (const table of inOrder(system.transitionTables)) {
    sizes = sizesOf(system, table, sizes);
    const plain = onlyChoice(peerage, table.columns);
    const chosen = plain === null ? choices(peerage, candidates(peerage, table.columns)) : [plain];
    isWhole &&= chosen !== null;
    if (isSmall(sizes) && ends.banned.size === 0) {
      const source = palette(table, ends);
      for (const peers of chosen ?? []) pages.push(painted(table, peers, sizes, source, desk));
    } else {
      const ask = asker(table, sizes, ends);
      for (const peers of chosen ?? []) pages.push(ask(peers));
    }
  }
  return { pages, pagesOf: indexOf(pages, peerage), isWhole };
}

/** How many versions each column knows. Most tables are as large as the one before, and share its list. */
function sizesOf(
  { types }: System,
  { columns }: TransitionTable,
  before: readonly number[],
): readonly number[] {
  const sizeOf = ({ type }: TransitionTable["columns"][number]) =>
    types[type]?.versions.length ?? 0;
  const isSame =
    columns.length === before.length &&
    columns.every((column, place) => sizeOf(column) === before[place]);
  return isSame ? before : columns.map(sizeOf);
}

/** For each peers the pages on which they stand. */
export function indexOf(pages: readonly Page[], { peers: all }: Peerage): Rulebook["pagesOf"] {
  const pagesOf: number[][] = all.map(() => []);
  for (const [index, { peers }] of pages.entries()) {
    for (const [column, one] of peers.entries()) {
      if (peers.indexOf(one) === column) pagesOf[one]?.push(index);
    }
  }
  return pagesOf;
}

/** What is not painted has no colours. */
const noColours = new Uint16Array(0);

/** Of a large table each combination when it is asked for. NO wins; then a YES row; then an end state; then the default. */
function asker(table: TransitionTable, sizes: readonly number[], ends: EndStates) {
  let sides: { readonly yes: Matcher; readonly no: Matcher } | null = null;
  return (peers: readonly number[]): Page => {
    const ruling = (versions: readonly number[]): Ruling => {
      sides ??= { yes: matcher(table, "yes", sizes), no: matcher(table, "no", sizes) };
      const forbidding = sides.no(versions);
      if (forbidding !== null) return { accepted: false, rule: forbidding };
      const allowing = sides.yes(versions);
      if (allowing !== null) return { accepted: true, rules: [allowing] };
      const granting = ends.granting(peers, versions);
      if (granting !== null) return { accepted: true, rules: granting };
      return unsaid(table);
    };
    return {
      table,
      peers,
      sizes,
      colours: noColours,
      begin: 0,
      accepted: 0,
      refused: 0,
      ask: remembered((versions) => ruling(versions).accepted),
      source: { kind: "asked", ends, ruling },
      sides: null,
      reader: undefined,
    };
  };
}

/** The first row, by its place in the file, whose every cell admits these versions. */
type Matcher = (versions: readonly number[]) => Rule | null;

function matcher(table: TransitionTable, wanted: "yes" | "no", sizes: readonly number[]): Matcher {
  const rows = rowsOf(table, wanted);
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

/** In the order of the file. */
function rowsOf({ rows: all }: TransitionTable, wanted: "yes" | "no"): readonly Row[] {
  const rows = all.every(({ verdict }) => verdict === wanted)
    ? all
    : all.filter(({ verdict }) => verdict === wanted);
  const isSorted = rows.every(
    ({ rule }, at) => at === 0 || byRule(rows[at - 1]?.rule ?? rule, rule) <= 0,
  );
  return isSorted ? rows : rows.toSorted((a, b) => byRule(a.rule, b.rule));
}

/** What all pages are painted with. */
interface Desk {
  readonly canvasOf: Canvases;
  /** Room for the cells of one end state. */
  readonly cells: VersionSet[];
}

function palette(table: TransitionTable, ends: EndStates): Palette {
  const yes = rowsOf(table, "yes");
  const no = rowsOf(table, "no");
  const firstYes = 1 + ends.boxes.length;
  return { kind: "painted", ends, yes, no, firstYes, firstNo: firstYes + yes.length };
}

/** Of a small table all combinations at once: the first of each kind last, and over all of it the NO rows. */
function painted(
  table: TransitionTable,
  peers: readonly number[],
  sizes: readonly number[],
  source: Palette,
  { canvasOf, cells }: Desk,
): Page {
  const { yes, no, firstYes, firstNo } = source;
  const { boxes } = source.ends;
  const canvas = canvasOf(sizes, firstNo + no.length - 1);
  cells.length = peers.length;
  for (let at = lastToPaint(boxes, peers); at >= 0; at -= 1) {
    const domains = boxes[at]?.domains ?? [];
    for (let column = 0; column < peers.length; column += 1)
      cells[column] = domains[peers[column] ?? -1] ?? null;
    paint(canvas, cells, 1 + at);
  }
  for (let at = yes.length - 1; at >= 0; at -= 1)
    paint(canvas, yes[at]?.cells ?? [], firstYes + at);
  for (let at = no.length - 1; at >= 0; at -= 1) paint(canvas, no[at]?.cells ?? [], firstNo + at);
  const { colours, begin } = canvas;
  return {
    table,
    peers,
    sizes,
    colours,
    begin,
    accepted: table.allowByDefault ? 0 : 1,
    refused: firstNo,
    ask: null,
    source,
    sides: null,
    reader: undefined,
  };
}

/** What comes behind an end state that holds everything is never the first. */
function lastToPaint(boxes: EndStates["boxes"], peers: readonly number[]): number {
  const all = boxes.findIndex(({ domains }) =>
    peers.every((one) => (domains[one] ?? null) === null),
  );
  return all < 0 ? boxes.length - 1 : all;
}

function remembered(ask: NonNullable<Page["ask"]>): NonNullable<Page["ask"]> {
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

/** The peers of columns each of which has one Component that may stand there; null: there is something to choose. */
function onlyChoice(
  { of, ofType, peers }: Peerage,
  columns: TransitionTable["columns"],
): readonly number[] | null {
  const chosen: number[] = [];
  for (const { type, component } of columns) {
    const all = ofType[type] ?? [];
    const one = component === null ? all[0] : of[component];
    const isOnly = component !== null || all.length === 1;
    if (!isOnly || one === undefined || peers[one] === undefined || chosen.includes(one))
      return null;
    chosen.push(one);
  }
  return chosen;
}

/** Every choice of peers for the columns that enough Components exist for; null: too many. */
function choices(
  { peers }: Peerage,
  columns: readonly (readonly number[])[],
): readonly (readonly number[])[] | null {
  let all: (readonly number[])[] = [[]];
  for (const column of columns) {
    const longer: (readonly number[])[] = [];
    for (const chosen of all) {
      for (const one of column) {
        const used = chosen.filter((other) => other === one).length;
        if (used >= (peers[one]?.components.length ?? 0)) continue;
        // At once: all of them may be more than fit into memory.
        if (longer.length === pagesOfOneTable) return null;
        longer.push([...chosen, one]);
      }
    }
    all = longer;
  }
  return all;
}

/** So that the order of the tables in a file leaves no trace. */
function inOrder(tables: readonly TransitionTable[]): readonly TransitionTable[] {
  const isSorted = tables.every(
    (table, at) => at === 0 || byName(tables[at - 1] ?? table, table) <= 0,
  );
  return isSorted ? tables : tables.toSorted(byName);
}

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
