import { oddBlanks } from "../core/hidden-characters.ts";
import type { Problem } from "../core/problem.ts";
import { invisible } from "./invisible.ts";
import { readCell } from "./cell.ts";
import { headApart } from "./head-apart.ts";
import { isSeparator, type Line, linesOf } from "./markdown-lines.ts";
import {
  emptyTable,
  noColumn,
  noHead,
  noRows,
  noSeparator,
  noTable,
  notLiteral,
  tooWide,
  wrongCount,
} from "./markdown-problems.ts";
import type { Source } from "./source.ts";
import type { ConstraintTable, TableColumn, TableRow } from "./table.ts";
import { readSystemVersion, readVerdict, unknownVerdict } from "./verdict.ts";
import type { YamlText } from "./yaml-node.ts";

/** A table and what is wrong with it; a row that is wrong is left out. */
export interface ReadTable {
  readonly table: ConstraintTable | null;
  readonly problems: readonly Problem[];
}

/** Of one table. */
export const maxColumns = 1_000;

/** Reads a Markdown table out of a literal block scalar, where every line of it is a line of the file. */
export function readMarkdownTable(
  source: Source,
  node: YamlText,
  name: string,
  kind: "end" | "transition",
): ReadTable {
  if (node.style !== "literal") {
    // In a list of tables "any" says nothing.
    const isWord = !/[|\n]/.test(node.text.trim()) && !name.endsWith("]");
    return failed(isWord ? noTable(source, node, name) : notLiteral(source, node));
  }
  const [head, separator, ...body] = linesOf(source, node);
  if (head === undefined) return failed(emptyTable(source, node));
  if (head.parts.length > maxColumns) return failed(tooWide(head));
  const below = (separator === undefined ? [] : [separator, ...body]).map(
    ({ parts }) => parts.length,
  );
  const apart = headApart(heads(head), below, kind, head.place);
  if (apart !== null) return failed(apart);
  const columns = columnsOf(head, kind);
  if (separator === undefined || !isSeparator(separator))
    columns.problems.push(noSeparator(separator ?? head));
  else if (separator.parts.length !== head.parts.length)
    columns.problems.push(wrongCount(separator, head));
  const rows: TableRow[] = [];
  const problems = columns.problems;
  const lines = separator === undefined || isSeparator(separator) ? body : [separator, ...body];
  for (const line of lines) {
    const row = rowOf(source, line, head, columns);
    problems.push(...row.problems);
    if (row.row !== null) rows.push(row.row);
  }
  if (lines.length === 0) problems.push(noRows(head));
  const table = {
    name,
    columns: columns.columns,
    allowByDefault: false,
    sharing: null,
    rows,
    at: head.place,
  };
  return { table, problems };
}

function heads({ parts }: Line): readonly TableColumn[] {
  return parts.map(({ text, at }) => ({ head: text, at }));
}

interface Columns {
  readonly columns: readonly TableColumn[];
  /** Where among the parts of a line they stand; -1: there is none. */
  readonly verdictAt: number;
  readonly systemVersionAt: number;
  readonly problems: Problem[];
}

function columnsOf(head: Line, kind: "end" | "transition"): Columns {
  const problems: Problem[] = [...blankProblems(head)];
  const names = head.parts.map((part) => part.text.toLowerCase().replace(/\s+/g, " "));
  const verdictAt = names.indexOf("acceptable");
  const systemVersionAt = kind === "end" ? names.indexOf("system version") : -1;
  if (verdictAt === -1) problems.push(noColumn(head, "Acceptable"));
  if (kind === "end" && systemVersionAt === -1) problems.push(noColumn(head, "System version"));
  const columns = heads(head).filter(
    (_, index) => index !== verdictAt && index !== systemVersionAt,
  );
  const isEmpty = columns.length === 0 || columns.some((column) => column.head === "");
  if (isEmpty) problems.push(noHead(head));
  return { columns, verdictAt, systemVersionAt, problems };
}

function rowOf(
  source: Source,
  line: Line,
  head: Line,
  { verdictAt, systemVersionAt }: Columns,
): { readonly row: TableRow | null; readonly problems: readonly Problem[] } {
  if (line.parts.length !== head.parts.length)
    return { row: null, problems: [wrongCount(line, head)] };
  const problems: Problem[] = [...blankProblems(line)];
  const cells = line.parts.flatMap((part, index) => {
    if (index === verdictAt || index === systemVersionAt) return [];
    const { cell, problems: found } = readCell([part.text], part.at);
    problems.push(...found);
    return [cell];
  });
  const said = line.parts[verdictAt];
  const verdict = said === undefined ? "n/a" : readVerdict(said.text);
  if (verdict === null) {
    if (said !== undefined) problems.push(unknownVerdict(said.text, said.at));
    return { row: null, problems };
  }
  const named = line.parts[systemVersionAt];
  const { systemVersion, problem } =
    named === undefined
      ? { systemVersion: null, problem: null }
      : readSystemVersion(named.text, verdict, named.at);
  if (problem !== null) problems.push(problem);
  const { line: number = 1, text = "" } = line.place;
  const rule = { file: source.file, line: number, row: text.trim() };
  return { row: { cells, verdict, systemVersion, rule }, problems };
}

/** Blanks in names that are not the plain one; whatever else does not show was looked for in the file. */
function blankProblems({ parts }: Line): readonly Problem[] {
  return parts.flatMap(({ text, at }) =>
    oddBlanks(text)
      .slice(0, 1)
      .map(({ shown }) => invisible(at, shown, text)),
  );
}

function failed(problem: Problem): ReadTable {
  return { table: null, problems: [problem] };
}
