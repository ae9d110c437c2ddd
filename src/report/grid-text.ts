import { aligned, padded, shortened, type WidthOf } from "./columns.ts";
import { foldedRows, type Grid, type GridColumn, type GridRow, shortVersion } from "./grid.ts";
import { printableExactly } from "./printable.ts";
import type { Canvas, Sheet, Style } from "./style.ts";

/** Of so many Components that do the same each has its line; of more only the first one. */
const mostAlike = 3;

interface Signs {
  readonly line: string;
  readonly dot: string;
  readonly stageBorder: string;
  readonly noReturn: string;
  readonly arrow: string;
}

const unicodeSigns: Signs = {
  line: "─",
  dot: "●",
  stageBorder: "│",
  noReturn: "║",
  arrow: "→",
};
const asciiSigns: Signs = { line: "-", dot: "*", stageBorder: "|", noReturn: "!", arrow: "->" };

/**
 * One row a Component, one column an order group: `1.0 ──● 2.1`. What is wider than the canvas is folded into bands,
 * each with the Components that move in it.
 */
export function gridLines(grid: Grid, canvas: Canvas, style: Style): readonly string[] {
  const { columns } = grid;
  if (columns.length === 0) return [];
  const signs = canvas.isUnicode ? unicodeSigns : asciiSigns;
  const sheet = { ...canvas, widthOf: style.widthOf };
  const lines: string[] = [];
  let { rows } = grid;
  for (let first = 0; first < columns.length;) {
    const band = widestBand({ columns, rows }, first, sheet, signs);
    if (first > 0) lines.push("");
    lines.push(...bandLines(band, signs, sheet, style));
    rows = rows.map((row) => startingAfter(row, first, band.columns.length));
    first += band.columns.length;
  }
  if (columns.some(({ isPointOfNoReturn }) => isPointOfNoReturn)) {
    lines.push(style.careful(`${signs.noReturn} point of no return`));
  }
  return lines;
}

/** Some of the columns behind each other, with what their rows begin with. */
interface Band {
  readonly first: number;
  readonly columns: readonly GridColumn[];
  readonly rows: readonly ShownRow[];
  readonly widths: readonly number[];
  readonly spans: readonly Span[];
}

interface ShownRow {
  /** Its name, its type, and the version that it has before the first column. */
  readonly label: readonly string[];
  readonly cells: readonly (string | null)[];
  /** How many further ones are like it. */
  readonly others: number;
}

/**
 * The row with the version that it has behind these columns; each column is looked at once, however many bands there
 * are.
 */
function startingAfter(row: GridRow, first: number, count: number): GridRow {
  const reached = row.cells.slice(first, first + count).findLast((version) => version !== null);
  return reached === undefined || reached === null ? row : { ...row, start: reached };
}

/** As many columns as fit, one at least. `rows`: with the versions that they have before the first. */
function widestBand(grid: Grid, first: number, sheet: Sheet, signs: Signs): Band {
  let best = bandOf(grid, first, 1, sheet, signs);
  for (let count = 2; first + count <= grid.columns.length; count += 1) {
    const wider = bandOf(grid, first, count, sheet, signs);
    if (widthOfBand(wider, sheet) > sheet.width) break;
    best = wider;
  }
  return best;
}

function bandOf(grid: Grid, first: number, count: number, sheet: Sheet, signs: Signs): Band {
  const { width, widthOf } = sheet;
  const columns = grid.columns.slice(first, first + count);
  const isWhole = count === grid.columns.length;
  const later = grid.rows.map((row): GridRow => ({
    ...row,
    cells: row.cells.slice(first, first + count),
  }));
  const moving = isWhole ? later : later.filter(({ cells }) => cells.some((cell) => cell !== null));
  const longest = longestName(width);
  const rows = foldedRows(moving, mostAlike).map(
    ({ component, componentType, start, cells, others }): ShownRow => {
      const shown = (version: string) =>
        shortened(printableExactly(shortVersion(componentType, version)), longest, widthOf);
      const name = shortened(printableExactly(component), longest, widthOf);
      const type = shortened(printableExactly(componentType), longest, widthOf);
      return {
        label:
          [[name], [name, shown(start)], [name, type, shown(start)]][labelParts(width) - 1] ?? [],
        cells: cells.map((version) => (version === null ? null : shown(version))),
        others: others.length,
      };
    },
  );
  const spans = spansOf(columns, { ...sheet, width: width - labelWidth(rows, widthOf) }, signs);
  return { first, columns, rows, spans, widths: widthsOf(columns, rows, spans, widthOf) };
}

/** On a narrow terminal a row begins with less. */
function labelParts(width: number): 1 | 2 | 3 {
  if (width < 30) return 1;
  return width < 60 ? 2 : 3;
}

/** So that all of the label and one move fit. */
function longestName(width: number): number {
  const parts = labelParts(width);
  return Math.max(5, Math.floor((width - 5 - 2 * parts) / (parts + 1)));
}

/** A move takes `──● ` and the version; heads that span several columns widen the last one. */
function widthsOf(
  columns: readonly GridColumn[],
  rows: readonly ShownRow[],
  spans: readonly Span[],
  widthOf: WidthOf,
): readonly number[] {
  const widths = columns.map(({ group }, index) => {
    const versions = rows.map(({ cells }) => widthOf(cells[index] ?? ""));
    return Math.max(String(group + 1).length + 3, ...versions.map((length) => length + 5));
  });
  for (const { begin, end, head } of spans) {
    const own = widths.slice(begin, end).reduce((sum, one) => sum + one + 1, -1);
    const last = widths[end - 1] ?? 0;
    widths[end - 1] = last + Math.max(0, widthOf(head) + 1 - own);
  }
  return widths;
}

interface Span {
  readonly begin: number;
  /** Behind its last column. */
  readonly end: number;
  readonly head: string;
}

/** The columns of each stage, with what stands above them. `width`: how much there is for all of them. */
function spansOf(
  columns: readonly GridColumn[],
  { width, widthOf }: Sheet,
  { arrow }: Signs,
): readonly Span[] {
  return columns.flatMap(({ stage, endsIn }, begin): Span[] => {
    if (begin > 0 && columns[begin - 1]?.stage === stage) return [];
    const next = columns.findIndex((column, at) => at > begin && column.stage !== stage);
    const end = endsIn === null ? "" : ` ${arrow} ${printableExactly(endsIn)}`;
    const head = shortened(`Stage ${stage + 1}${end}`, Math.max(8, width - 2), widthOf);
    return [{ begin, end: next < 0 ? columns.length : next, head }];
  });
}

/** What stands above the labels. */
const labelHead = "Group";

function labelWidth(rows: readonly ShownRow[], widthOf: WidthOf): number {
  return Math.max(labelHead.length, ...labelsOf(rows, widthOf).map(widthOf));
}

function labelsOf(rows: readonly ShownRow[], widthOf: WidthOf): readonly string[] {
  const cellsOf = rows.map(({ label }) => [...label, ""]);
  const labels = aligned(cellsOf, widthOf).map((cells) => cells.join("  "));
  return labels.map((label) => label.slice(0, -1));
}

function widthOfBand({ rows, widths }: Band, { widthOf }: Sheet): number {
  return labelWidth(rows, widthOf) + widths.reduce((sum, one) => sum + one + 1, 0);
}

function bandLines(
  { first, columns, rows, widths, spans }: Band,
  signs: Signs,
  { widthOf }: Sheet,
  style: Style,
): readonly string[] {
  const left = labelWidth(rows, widthOf);
  const borders = columns.map(({ stage, group, isPointOfNoReturn }, index) => {
    if (isPointOfNoReturn) return signs.noReturn;
    return stage > 0 && group === 0 && first + index > 0 ? signs.stageBorder : null;
  });
  const bordered = (index: number, otherwise: string) => {
    const border = borders[index] ?? null;
    if (border === null) return otherwise;
    return border === signs.noReturn ? style.careful(border) : border;
  };
  const heads = spans.map(({ begin, end, head }) => {
    const span = widths.slice(begin, end).reduce((sum, one) => sum + one + 1, -1);
    return bordered(begin, " ") + style.strong(padded(head, span, widthOf));
  });
  const numbers = columns.map(
    ({ group }, index) => bordered(index, " ") + `  ${group + 1}`.padEnd(widths[index] ?? 0),
  );
  return [
    `${" ".repeat(left)}${heads.join("")}`.trimEnd(),
    `${labelHead.padEnd(left)}${numbers.join("")}`.trimEnd(),
    ...labelsOf(rows, widthOf).flatMap((label, index) => {
      const row = rows[index];
      if (row === undefined) return [];
      const cells = cellsText(row, widths, bordered, signs, widthOf, style);
      const line = padded(label, left, widthOf) + cells;
      return [line.trimEnd(), ...othersLine(row)];
    }),
  ];
}

function cellsText(
  { cells }: ShownRow,
  widths: readonly number[],
  bordered: (column: number, otherwise: string) => string,
  { line, dot }: Signs,
  widthOf: WidthOf,
  style: Style,
): string {
  const last = cells.findLastIndex((cell) => cell !== null);
  return cells
    .map((version, column) => {
      const width = widths[column] ?? 0;
      const isOpen = column <= last;
      const between = bordered(column, isOpen && column > 0 ? line : " ");
      if (version === null) return between + (isOpen ? line : " ").repeat(width);
      const rest = (column < last ? line : " ").repeat(Math.max(0, width - 5 - widthOf(version)));
      return `${between}${line.repeat(2)}${dot} ${style.good(version)} ${rest}`;
    })
    .join("");
}

function othersLine({ label: [name = ""], others }: ShownRow): readonly string[] {
  return others === 0 ? [] : [`... ${others} more like ${name}`];
}
