import type { ComponentType, Version } from "../core/ids.ts";
import type { Place, Problem } from "../core/problem.ts";
import { partialNumbersExplained } from "./number-range.ts";
import type { TableRow } from "./table.ts";

/** A table with its cells as sets of the versions that the Manifest itself knows. */
export interface ResolvedTable {
  readonly name: string;
  readonly columns: readonly {
    /** The same for columns that speak of the same Components. */
    readonly key: string;
    readonly type: ComponentType | null;
    readonly all: readonly Version[];
  }[];
  readonly rows: readonly ResolvedRow[];
}

interface ResolvedRow {
  readonly row: TableRow;
  readonly cells: readonly ReadonlySet<number>[];
}

/** In larger tables rows are not compared with each other. */
const maxCompared = 1_000;

/** Rows that match nothing, that another one covers, or that a NO row takes all meaning from. */
export function rowNotes({ rows, columns }: ResolvedTable): readonly Problem[] {
  const empty = rows.flatMap(({ row, cells }) => {
    const at = cells.findIndex((cell) => cell.size === 0);
    return at === -1 ? [] : [matchesNothing(row, columns[at]?.type ?? "")];
  });
  if (rows.length > maxCompared) return empty;
  const live = rows.filter(
    ({ row, cells }) => row.verdict !== "n/a" && cells.every(({ size }) => size > 0),
  );
  const covered = live.flatMap((inner, index) => {
    const ban = live.find((outer) => outer.row.verdict === "no" && isWithin(inner, outer));
    if (inner.row.verdict === "yes" && ban !== undefined) return [contradicted(inner.row, ban.row)];
    const cover = live.find(
      (outer, other) =>
        other !== index &&
        outer.row.verdict === inner.row.verdict &&
        outer.row.systemVersion === inner.row.systemVersion &&
        isWithin(inner, outer) &&
        (other < index || !isWithin(outer, inner)),
    );
    return cover === undefined ? [] : [redundant(inner.row, cover.row)];
  });
  return [...empty, ...covered];
}

/** `n/a` rows that no end state matches, and NO rows that forbid a whole end state. */
export function endStateRows(table: ResolvedTable, end: ResolvedTable): readonly Problem[] {
  const acceptable = end.rows.filter(({ row }) => row.verdict === "yes");
  return table.rows.flatMap(({ row, cells }) => {
    const projections = acceptable.map((state) => ({ state, cells: projected(state, end, table) }));
    if (row.verdict === "n/a") {
      const isEndState = projections.some((one) =>
        cells.every((cell, index) => overlap(cell, one.cells[index])),
      );
      return isEndState ? [] : [noEndState(row)];
    }
    if (row.verdict === "yes") return [];
    const banned = projections.find((one) =>
      cells.every((cell, index) => isSubset(one.cells[index], cell)),
    );
    return banned === undefined ? [] : [forbidsEndState(row, banned.state.row)];
  });
}

/** What an end state says in the columns of another table; every version where it says nothing. */
function projected(
  { cells }: ResolvedRow,
  end: ResolvedTable,
  table: ResolvedTable,
): readonly ReadonlySet<number>[] {
  return table.columns.map(({ key, type, all }) => {
    const own = end.columns.findIndex((column) => column.key === key);
    const at = own === -1 ? end.columns.findIndex((column) => column.type === type) : own;
    return cells[at] ?? new Set(all.keys());
  });
}

function isWithin(inner: ResolvedRow, outer: ResolvedRow): boolean {
  return inner.cells.every((cell, index) => isSubset(cell, outer.cells[index]));
}

export function isSubset(
  inner: ReadonlySet<number> | undefined,
  outer: ReadonlySet<number> | undefined,
): boolean {
  return inner !== undefined && outer !== undefined && [...inner].every((one) => outer.has(one));
}

export function overlap(a: ReadonlySet<number>, b: ReadonlySet<number> | undefined): boolean {
  return b !== undefined && [...a].some((one) => b.has(one));
}

export function placeOf({ rule }: Pick<TableRow, "rule">): Place {
  return { file: rule.file, line: rule.line, text: rule.row };
}

function note(row: TableRow, code: Problem["code"], message: string, hint: string): Problem {
  return { code, message, at: placeOf(row), hint };
}

function matchesNothing(row: TableRow, type: string): Problem {
  return note(
    row,
    "row-without-effect",
    `The row never applies: its cell for "${type}" matches no version that the Manifest knows.`,
    ["Correct the cell, or remove the row.", partialNumbersExplained(row.rule.row)]
      .join(" ")
      .trim(),
  );
}

function redundant(row: TableRow, cover: TableRow): Problem {
  return note(
    row,
    "row-without-effect",
    `The row adds nothing to line ${cover.rule.line}, which says the same of more.`,
    "Remove it.",
  );
}

function contradicted(row: TableRow, ban: TableRow): Problem {
  return note(
    row,
    "rows-contradict",
    `The row says YES, but line ${ban.rule.line} says NO to all of it, and NO wins.`,
    "Remove one of the two rows.",
  );
}

function forbidsEndState(row: TableRow, state: TableRow): Problem {
  return note(
    row,
    "rows-contradict",
    `The row says NO to the end state "${state.systemVersion ?? ""}" of line ${state.rule.line}: it can never be reached.`,
    "Say n/a where a combination is an end state, or correct one of the two rows.",
  );
}

function noEndState(row: TableRow): Problem {
  return note(
    row,
    "row-not-an-end-state",
    "The row says n/a, but it is no acceptable end state: the combination stays forbidden.",
    "Say YES or NO, or add the end state.",
  );
}
