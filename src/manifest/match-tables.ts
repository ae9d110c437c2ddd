import { unknownVersion, type ComponentId, type ComponentType, type Version } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { namesIn, versionsOf } from "./cell-versions.ts";
import { nameLike, resolveHead } from "./columns.ts";
import { suggestion } from "./nearest.ts";
import type { Column, EndTable, System, VersionSet } from "./system.ts";
import type { ConstraintTable, TableColumn, TableRow } from "./table.ts";

type TransitionTable = System["transitionTables"][number];

/** What the tables are matched with; all of it in the System's order. */
export interface Population {
  /** The types of which the System has Components, sorted. */
  readonly types: readonly {
    readonly name: ComponentType;
    readonly versions: readonly Version[];
  }[];
  readonly components: readonly { readonly id: ComponentId; readonly type: number }[];
  /** Every type that a head may name. */
  readonly knownTypes: readonly ComponentType[];
}

/** The versions that the cells of the tables name, by type. */
export function namedVersions(
  tables: readonly ConstraintTable[],
  knownTypes: readonly ComponentType[],
): ReadonlyMap<ComponentType, readonly Version[]> {
  const byType = new Map<ComponentType, Version[]>();
  for (const table of tables) {
    const types = table.columns.map(({ head }) => resolveHead(head, knownTypes)?.type);
    for (const { cells } of table.rows) {
      for (const [index, cell] of cells.entries()) {
        const type = types[index];
        if (type === undefined) continue;
        byType.set(type, [...(byType.get(type) ?? []), ...namesIn(cell)]);
      }
    }
  }
  return byType;
}

/** All versions of a type in the System's order: by name, the unknown one last. */
export function inVersionOrder(versions: Iterable<Version>): readonly Version[] {
  const known = [...new Set(versions)].filter((version) => version !== unknownVersion);
  return [...known.toSorted((a, b) => (a < b ? -1 : 1)), unknownVersion];
}

export interface MatchedTable<Table> {
  readonly table: Table;
  readonly problems: readonly Problem[];
}

/** End states; a column of a type without Components asks nothing of anybody and is left out. */
export function matchEndTable(
  table: ConstraintTable,
  population: Population,
): MatchedTable<EndTable> {
  const { columns, problems } = matchColumns(table.columns, population);
  const present = columns.flatMap((column, index) => (column === null ? [] : [{ column, index }]));
  const rows = table.rows.map((row) => {
    const { cells, problems: found } = matchCells(row, present, population);
    problems.push(...found);
    return { cells, verdict: row.verdict, rule: row.rule, systemVersion: row.systemVersion };
  });
  return {
    table: { name: table.name, columns: present.map(({ column }) => column), rows: sorted(rows) },
    problems,
  };
}

/** Null: a column's type has no Components, so no combination is ever in the table. */
export function matchTransitionTable(
  table: ConstraintTable,
  population: Population,
): MatchedTable<TransitionTable | null> {
  const { columns, problems } = matchColumns(table.columns, population);
  const present = columns.flatMap((column, index) => (column === null ? [] : [{ column, index }]));
  if (present.length < columns.length) return { table: null, problems };
  const rows = table.rows.map((row) => {
    const { cells, problems: found } = matchCells(row, present, population);
    problems.push(...found);
    return { cells, verdict: row.verdict, rule: row.rule };
  });
  return {
    table: {
      name: table.name,
      columns: present.map(({ column }) => column),
      allowByDefault: table.allowByDefault,
      rows: sorted(rows),
    },
    problems,
  };
}

interface PresentColumn {
  readonly column: Column;
  /** Its place in the table as written. */
  readonly index: number;
}

/** Null stands for a column whose type has no Components. */
function matchColumns(
  heads: readonly TableColumn[],
  { types, components, knownTypes }: Population,
): { readonly columns: readonly (Column | null)[]; readonly problems: Problem[] } {
  const problems: Problem[] = [];
  const columns = heads.map((head): Column | null => {
    const named = resolveHead(head.head, knownTypes);
    // Heads that name no type are reported where the tables are read.
    const type = types.findIndex(({ name }) => name === named?.type);
    if (named === null || type === -1) return null;
    if (named.id === null) return { type, component: null };
    const ofType = components.filter((component) => component.type === type);
    const id = nameLike(
      named.id,
      ofType.map((component) => component.id),
    );
    const component = components.findIndex((candidate) => candidate.id === id);
    if (component === -1) problems.push(unknownComponent(head, named.id, ofType));
    return component === -1 ? null : { type, component };
  });
  return { columns, problems };
}

function matchCells(
  row: TableRow,
  present: readonly PresentColumn[],
  { types }: Population,
): { readonly cells: readonly VersionSet[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const cells = present.map(({ column, index }): VersionSet => {
    const cell = row.cells[index];
    if (cell === undefined) throw new Error("a row has fewer cells than its table has columns");
    const { set, problems: found } = versionsOf(cell, types[column.type]?.versions ?? []);
    problems.push(...found);
    return set;
  });
  return { cells, problems };
}

/** The order of the rows says nothing, so that it must change nothing. */
function sorted<Row extends { readonly cells: readonly VersionSet[]; readonly verdict: string }>(
  rows: readonly Row[],
): readonly Row[] {
  const key = (row: Row) => {
    const { cells, verdict } = row;
    return JSON.stringify([cells, verdict, "systemVersion" in row ? row.systemVersion : null]);
  };
  return rows
    .map((row) => ({ row, key: key(row) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row);
}

function unknownComponent(
  { head, at }: TableColumn,
  id: string,
  ofType: readonly { readonly id: ComponentId }[],
): Problem {
  return {
    code: "table-column",
    message: `The column "${head}" names no Component of the System.`,
    at,
    expected: `one of ${ofType.map((component) => component.id).join(", ")}`,
    got: id,
    hint: suggestion(
      id,
      ofType.map((component) => component.id),
    ),
  };
}
