import type { Problem } from "../core/problem.ts";
import { readCell } from "./cell.ts";
import { headApart, type TableKind } from "./head-apart.ts";
import { maxColumns, type ReadTable } from "./markdown-table.ts";
import { placeAt, type Source } from "./source.ts";
import type { Cell, TableColumn, TableRow } from "./table.ts";
import { readSystemVersion, readVerdict, unknownVerdict } from "./verdict.ts";
import { writtenRule } from "./yaml-flow.ts";
import {
  entriesOf,
  entryOf,
  isEmpty,
  textOf,
  valueOf,
  type YamlMap,
  type YamlNode,
} from "./yaml-node.ts";

/**
 * Reads a table written in YAML. What is not of the right shape is passed over here: the schema reports
 * it, and the rest of the table is still worth checking.
 */
export function readYamlTable(
  source: Source,
  node: YamlMap,
  name: string,
  kind: TableKind,
): ReadTable {
  const columns = columnsOf(source, valueOf(node, "columns"));
  if (columns.length > maxColumns)
    return { table: null, problems: [tooWide(source, node, columns.length)] };
  const rows = valueOf(node, "rows");
  const apart = headApart(
    columns,
    cellCounts(rows, kind),
    kind,
    placeAt(source, headOf(node).start),
  );
  if (apart !== null) return { table: null, problems: [apart] };
  const read =
    kind === "end" ? endRows(source, rows, columns) : transitionRows(source, rows, columns);
  const given = valueOf(node, "name");
  const fallback = valueOf(node, "default");
  const shared = entryOf(node, "sharing");
  const fact = textOf(shared?.value);
  const table = {
    name: given?.kind === "text" ? given.text : name,
    columns,
    allowByDefault: fallback?.kind === "text" && fallback.text === "allow",
    sharing:
      shared === undefined || fact === null
        ? null
        : { name: fact, at: placeAt(source, shared.key.start) },
    rows: read.rows,
    at: placeAt(source, node.start),
  };
  return { table, problems: read.problems };
}

function headOf(node: YamlMap): YamlNode {
  return valueOf(node, "columns") ?? node;
}

/** Behind the cells of a row that is no end state stands what is said of them. */
function cellCounts(rows: YamlNode | undefined, kind: TableKind): readonly number[] {
  const items = rows?.kind === "list" ? rows.items : entriesOf(rows).map(({ value }) => value);
  return items.flatMap((row) =>
    row.kind === "list" ? [row.items.length - (kind === "end" ? 0 : 1)] : [],
  );
}

interface ReadRows {
  readonly rows: readonly TableRow[];
  readonly problems: readonly Problem[];
}

function columnsOf(source: Source, node: YamlNode | undefined): readonly TableColumn[] {
  if (node?.kind !== "list") return [];
  return node.items.flatMap((item) =>
    item.kind === "text" ? [{ head: item.text, at: placeAt(source, item.start) }] : [],
  );
}

/** System version: one cell for each column. */
function endRows(
  source: Source,
  node: YamlNode | undefined,
  columns: readonly TableColumn[],
): ReadRows {
  const rows: TableRow[] = [];
  const problems: Problem[] = [];
  for (const { key, value } of entriesOf(node)) {
    if (value.kind !== "list") continue;
    const at = placeAt(source, key.start);
    const { systemVersion, problem } = readSystemVersion(key.text, "yes", at);
    if (problem !== null) problems.push(problem);
    if (value.items.length !== columns.length) {
      problems.push(wrongCount(source, key, value.items.length, columns.length));
      continue;
    }
    const read = cellsOf(source, value.items);
    problems.push(...read.problems);
    if (read.cells.length < columns.length) continue;
    const rule = writtenRule(source, key, value, `${key.text}: `);
    rows.push({ cells: read.cells, verdict: "yes", systemVersion, rule });
  }
  return { rows, problems };
}

/** A cell for each column, then the verdict. */
function transitionRows(
  source: Source,
  node: YamlNode | undefined,
  columns: readonly TableColumn[],
): ReadRows {
  const rows: TableRow[] = [];
  const problems: Problem[] = [];
  for (const row of node?.kind === "list" ? node.items : []) {
    if (row.kind !== "list") continue;
    const last = row.items.at(-1);
    if (row.items.length !== columns.length + 1) {
      problems.push(wrongCount(source, row, row.items.length, columns.length + 1));
      continue;
    }
    const read = cellsOf(source, row.items.slice(0, -1));
    problems.push(...read.problems);
    if (last?.kind !== "text" || isEmpty(last)) continue;
    const verdict = readVerdict(last.text);
    if (verdict === null) problems.push(unknownVerdict(last.text, placeAt(source, last.start)));
    else if (read.cells.length === columns.length)
      rows.push({
        cells: read.cells,
        verdict,
        systemVersion: null,
        rule: writtenRule(source, row, row, ""),
      });
  }
  return { rows, problems };
}

function cellsOf(
  source: Source,
  nodes: readonly YamlNode[],
): { readonly cells: readonly Cell[]; readonly problems: readonly Problem[] } {
  const read = nodes.flatMap((node) => readCellNode(source, node) ?? []);
  return {
    cells: read.map(({ cell }) => cell),
    problems: read.flatMap(({ problems }) => problems),
  };
}

/** Null where the schema has something to say. */
export function readCellNode(
  source: Source,
  node: YamlNode,
): { readonly cell: Cell; readonly problems: readonly Problem[] } | null {
  const texts = textsOf(node);
  return texts === null ? null : readCell(texts, placeAt(source, node.start));
}

/** A version, or a list of them; null where the schema has something to say. */
function textsOf(node: YamlNode): readonly string[] | null {
  if (node.kind === "text") return isEmpty(node) ? null : [node.text];
  if (node.kind === "map" || node.items.length === 0) return null;
  const texts = node.items.flatMap((item) => textOf(item) ?? []);
  return texts.length === node.items.length ? texts : null;
}

function tooWide(source: Source, table: YamlNode, count: number): Problem {
  return {
    code: "table-invalid",
    message: `The table has ${count} columns.`,
    at: placeAt(source, table.start),
    expected: `at most ${maxColumns}`,
    hint: "Split it into several tables.",
  };
}

function wrongCount(source: Source, row: YamlNode, is: number, wanted: number): Problem {
  return {
    code: "table-cell",
    message: `The row has ${is} entries, the table wants ${wanted}.`,
    at: placeAt(source, row.start),
    expected: `${wanted} entries`,
    got: `${is} entries`,
    hint: "Give one cell for each column; in a table of transition states YES, NO or n/a follows.",
  };
}
