import { unknownVersion, type Version } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { knownVersions, versionsOf } from "./cell-versions.ts";
import { type PlacedColumn, placeColumns } from "./match-columns.ts";
import type { VersionDomains } from "./version-domains.ts";
import type { Column, EndTable, TransitionTable, VersionSet } from "./system.ts";
import type { ConstraintTable, TableRow } from "./table.ts";

export interface MatchedTable<Table> {
  readonly tables: readonly Table[];
  readonly problems: readonly Problem[];
}

/**
 * End states. A column in which nobody stands asks nothing of anybody and is left out; a NO row of such a
 * table can match no combination.
 */
export function matchEndTable(
  table: ConstraintTable,
  domains: VersionDomains,
): MatchedTable<EndTable> {
  const { columns, problems } = placeColumns(table.columns, domains);
  const isWhole = columns.every(({ present }) => present !== null);
  const matched = table.rows
    .filter(({ verdict }) => isWhole || verdict !== "no")
    .map((row) => ({ row, ...matchCells(row, columns, domains) }));
  const rows = matched.map(({ row, cells }) => ({
    systemVersion: row.systemVersion,
    cells: cells.filter((_, index) => isThere(columns[index])),
    verdict: row.verdict,
    rule: row.rule,
  }));
  return {
    tables: [{ name: table.name, columns: presentOf(columns), rows: sorted(rows) }],
    problems: [...problems, ...matched.flatMap((one) => one.problems)],
  };
}

/**
 * Transition states. Where a column's type has no Component at all, no combination is ever in the table, and
 * it comes to nothing. Where Components of it are left out, there is one more table for each way to leave
 * them out: they may have any version, so that a row allows only if it allows them all, and forbids if it
 * forbids one.
 */
export function matchTransitionTable(
  table: ConstraintTable,
  domains: VersionDomains,
): MatchedTable<TransitionTable> {
  const { columns, problems } = placeColumns(table.columns, domains);
  const matched = table.rows.map((row) => ({ row, ...matchCells(row, columns, domains) }));
  const tables = waysToStand(columns).map((standing) => ({
    name: table.name,
    columns: presentOf(columns.filter((_, index) => standing[index])),
    allowByDefault: table.allowByDefault,
    rows: rowsThatHold(matched, columns, standing, domains),
  }));
  return {
    tables: tables.filter((one) => one.columns.length > 0),
    problems: [...problems, ...matched.flatMap((one) => one.problems)],
  };
}

/** More columns than this with Components that are left out are not combined with each other. */
const maxCombined = 6;

/** For each column whether somebody stands in it who is there; every way that the System can fill the table. */
function waysToStand(columns: readonly PlacedColumn[]): readonly (readonly boolean[])[] {
  const isTold = columns.filter(({ hasAbsent }) => hasAbsent).length <= maxCombined;
  let ways: readonly (readonly boolean[])[] = [[]];
  for (const { present, hasAbsent } of columns) {
    const choices = [...(present === null ? [] : [true]), ...(hasAbsent ? [false] : [])];
    ways = ways.flatMap((way) => choices.map((choice) => [...way, choice]));
    // Everybody is there, or everybody is left out who can be.
    if (!isTold) ways = [...new Map(ways.map((way) => [way.every(Boolean), way])).values()];
  }
  return ways;
}

/** The rows of those columns in which somebody stands. */
export function rowsThatHold(
  rows: readonly { readonly row: TableRow; readonly cells: readonly VersionSet[] }[],
  columns: readonly Pick<PlacedColumn, "type">[],
  standing: readonly boolean[],
  domains: VersionDomains,
): TransitionTable["rows"] {
  return sorted(
    rows.flatMap(({ row: { verdict, rule }, cells }) =>
      holdsWithout(verdict, cells, columns, standing, domains)
        ? [{ cells: cells.filter((_, index) => standing[index]), verdict, rule }]
        : [],
    ),
  );
}

/** Whether the row still says what it says when the versions in the left-out columns are anybody's guess. */
function holdsWithout(
  verdict: TableRow["verdict"],
  cells: readonly VersionSet[],
  columns: readonly Pick<PlacedColumn, "type">[],
  standing: readonly boolean[],
  { versions }: VersionDomains,
): boolean {
  return columns.every(({ type }, index) => {
    if (standing[index] === true) return true;
    const set = cells[index] ?? null;
    if (verdict === "no") return set === null || set.length > 0;
    return (
      set === null || allKnown(versions.get(type)?.names ?? []).every((at) => set.includes(at))
    );
  });
}

function matchCells(
  row: TableRow,
  columns: readonly PlacedColumn[],
  { versions }: VersionDomains,
): { readonly cells: readonly VersionSet[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const cells = columns.map(({ type }, index): VersionSet => {
    const cell = row.cells[index];
    if (cell === undefined) throw new Error("a row has fewer cells than its table has columns");
    const { set, problems: found } = versionsOf(cell, versions.get(type) ?? knownVersions([]));
    problems.push(...found);
    return set;
  });
  return { cells, problems };
}

function presentOf(columns: readonly PlacedColumn[]): readonly Column[] {
  return columns.flatMap(({ present }) => present ?? []);
}

function isThere(column: PlacedColumn | undefined): boolean {
  return column !== undefined && column.present !== null;
}

function allKnown(versions: readonly Version[]): readonly number[] {
  return versions.flatMap((version, index) => (version === unknownVersion ? [] : [index]));
}

interface AnyRow {
  readonly cells: readonly VersionSet[];
  readonly verdict: TableRow["verdict"];
  readonly systemVersion?: string | null;
}

/** The order of the rows says nothing, so that it must change nothing. */
function sorted<Row extends AnyRow>(rows: readonly Row[]): readonly Row[] {
  return rows
    .map((row) => ({
      row,
      key: JSON.stringify([row.cells, row.verdict, row.systemVersion ?? null]),
    }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row);
}
