import type { Problem, Place } from "../core/problem.ts";
import { readCell } from "./cell.ts";
import { lineAt, lineText, type Source } from "./source.ts";
import type { ConstraintTable, TableColumn, TableRow } from "./table.ts";
import { readSystemVersion, readVerdict, unknownVerdict } from "./verdict.ts";
import type { YamlText } from "./yaml-node.ts";

/** A table and what is wrong with it; a row that is wrong is left out. */
export interface ReadTable {
  readonly table: ConstraintTable | null;
  readonly problems: readonly Problem[];
}

/** One line of the table. */
interface Line {
  readonly place: Place;
  readonly parts: readonly Part[];
}

interface Part {
  readonly text: string;
  readonly at: Place;
}

/** Reads a Markdown table out of a literal block scalar, where every line of it is a line of the file. */
export function readMarkdownTable(
  source: Source,
  node: YamlText,
  name: string,
  kind: "end" | "transition",
): ReadTable {
  if (node.style !== "literal") return failed(notLiteral(source, node));
  const [head, separator, ...body] = linesOf(source, node);
  if (head === undefined) return failed(emptyTable(source, node));
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
  const table = { name, columns: columns.columns, allowByDefault: false, rows, at: head.place };
  return { table, problems };
}

interface Columns {
  readonly columns: readonly TableColumn[];
  /** Where among the parts of a line they stand; -1: there is none. */
  readonly verdictAt: number;
  readonly systemVersionAt: number;
  readonly problems: Problem[];
}

function columnsOf(head: Line, kind: "end" | "transition"): Columns {
  const names = head.parts.map((part) => part.text.toLowerCase().replace(/\s+/g, " "));
  const verdictAt = names.indexOf("acceptable");
  const systemVersionAt = kind === "end" ? names.indexOf("system version") : -1;
  const problems: Problem[] = [];
  if (verdictAt === -1) problems.push(noColumn(head, "Acceptable"));
  if (kind === "end" && systemVersionAt === -1) problems.push(noColumn(head, "System version"));
  const columns = head.parts.flatMap(({ text, at }, index) =>
    index === verdictAt || index === systemVersionAt ? [] : [{ head: text, at }],
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
  const problems: Problem[] = [];
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

/** The lines that hold something. A literal scalar has as many lines as its text. */
function linesOf(source: Source, node: YamlText): readonly Line[] {
  const first = lineAt(source, node.start) + 1;
  const count = node.text.trimEnd().split("\n").length;
  return Array.from({ length: count }, (_, index) => lineOf(source, first + index)).filter(
    (line) => line.place.text?.trim() !== "",
  );
}

function lineOf({ file, ...source }: Source, line: number): Line {
  const text = lineText({ file, ...source }, line);
  const column = text.length - text.trimStart().length + 1;
  const parts = partsOf(text).map(({ text: part, column: at }) => ({
    text: part,
    at: { file, line, column: at, text },
  }));
  return { place: { file, line, column, text }, parts };
}

/** Splits at the `|` that no backslash stands before; the outer ones may be left away. */
export function partsOf(
  line: string,
): readonly { readonly text: string; readonly column: number }[] {
  const parts = line.matchAll(/(?:[^|\\]|\\.|\\$)*(?:\||$)/g);
  const found = [...parts]
    .filter(([part]) => part !== "")
    .map((match) => {
      const raw = match[0].replace(/\|$/, "");
      const blanks = raw.length - raw.trimStart().length;
      const text = raw.trim().replace(/\\([!-/:-@[-`{-~])/g, "$1");
      return { text, column: match.index + blanks + 1, isClosed: raw !== match[0] };
    });
  const [first] = found;
  if (first?.text === "" && first.isClosed) found.shift();
  const last = found.at(-1);
  if (last?.text === "" && !last.isClosed) found.pop();
  return found;
}

function isSeparator({ parts }: Line): boolean {
  return parts.length > 0 && parts.every(({ text }) => /^:?-+:?$/.test(text));
}

function failed(problem: Problem): ReadTable {
  return { table: null, problems: [problem] };
}

function notLiteral(source: Source, node: YamlText): Problem {
  const line = lineAt(source, node.start);
  return {
    code: "table-invalid",
    message: "A Markdown table must be a literal block, or its lines run together.",
    at: { file: source.file, line, text: lineText(source, line) },
    expected: `"|" behind the key, and the table indented below it`,
    hint: `Write "end_states: |" (or "transition_states: |") and the table in the lines below.`,
  };
}

function emptyTable(source: Source, node: YamlText): Problem {
  const line = lineAt(source, node.start);
  return {
    code: "table-invalid",
    message: "The table is empty.",
    at: { file: source.file, line, text: lineText(source, line) },
    expected: "a head, a separator and rows",
    hint: "Write the table in the lines below, indented.",
  };
}

function noSeparator({ place }: Line): Problem {
  return {
    code: "table-invalid",
    message: "The second line of the table is no separator.",
    at: place,
    expected: "a line such as |------|------|",
    hint: "Put a line of dashes below the head, one group for each column.",
  };
}

function noRows({ place }: Line): Problem {
  return {
    code: "table-invalid",
    message: "The table has no rows.",
    at: place,
    expected: "at least one row below the separator",
    hint: "Add the rows, or remove the table.",
  };
}

function noColumn({ place }: Line, column: string): Problem {
  return {
    code: "table-column",
    message: `The table has no column "${column}".`,
    at: place,
    expected: `a column with the head "${column}"`,
    hint: "Add the column.",
  };
}

function noHead({ place }: Line): Problem {
  return {
    code: "table-column",
    message: "A column of the table has no head, or there is none for a Component type.",
    at: place,
    expected: "a Component type above each column",
    hint: "Give every column a head.",
  };
}

function wrongCount(line: Line, head: Line): Problem {
  const [is, wanted] = [line.parts.length, head.parts.length];
  return {
    code: "table-cell",
    message:
      is < wanted
        ? `A cell is missing: the row has ${is}, the table has ${wanted} columns.`
        : `There is a cell too many: the row has ${is}, the table has ${wanted} columns.`,
    at: line.place,
    expected: `${wanted} cells`,
    got: `${is} cells`,
    hint: `Compare the row with the head of the table; a "|" inside a cell is written "\\|".`,
  };
}
