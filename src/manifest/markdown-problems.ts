import type { Problem } from "../core/problem.ts";
import type { Line } from "./markdown-lines.ts";
import { nearest } from "../core/nearest.ts";
import { placeAt, type Source } from "./source.ts";
import type { YamlText } from "./yaml-node.ts";

export function notLiteral(source: Source, node: YamlText): Problem {
  return {
    code: "table-invalid",
    message: "A Markdown table must be a literal block, or its lines run together.",
    at: placeAt(source, node.start),
    expected: `"|" behind the key, and the table indented below it`,
    hint: `Write "end_states: |" (or "transition_states: |") and the table in the lines below.`,
  };
}

/** A word in the place of a table: `any` may stand there, no other one. */
export function noTable(source: Source, { text, start }: YamlText, name: string): Problem {
  const isMeant = nearest(text.trim(), ["any"]) !== null;
  const shown = text.trim().slice(0, 60);
  return {
    code: "table-invalid",
    message: `"${name}" must be a table or "any", but is "${shown}".`,
    at: placeAt(source, start),
    expected: 'a table or "any"',
    got: `"${shown}"`,
    hint: isMeant
      ? 'Did you mean "any"?'
      : `Write "any", or "${name}: |" and a Markdown table in the lines below.`,
  };
}

export function emptyTable(source: Source, node: YamlText): Problem {
  return {
    code: "table-invalid",
    message: "The table is empty.",
    at: placeAt(source, node.start),
    expected: "a head, a separator and rows",
    hint: "Write the table in the lines below, indented.",
  };
}

export function tooWide({ place, parts }: Line): Problem {
  return {
    code: "table-invalid",
    message: `The table has ${parts.length} columns.`,
    at: place,
    expected: "at most 1000",
    hint: "Split it into several tables.",
  };
}

export function noSeparator({ place }: Line): Problem {
  return {
    code: "table-invalid",
    message: "The second line of the table is no separator.",
    at: place,
    expected: "a line such as |------|------|",
    hint: "Put a line of dashes below the head, one group for each column.",
  };
}

export function noRows({ place }: Line): Problem {
  return {
    code: "table-invalid",
    message: "The table has no rows.",
    at: place,
    expected: "at least one row below the separator",
    hint: "Add the rows, or remove the table.",
  };
}

export function noColumn({ place }: Line, column: string): Problem {
  return {
    code: "table-column",
    message: `The table has no column "${column}".`,
    at: place,
    expected: `a column with the head "${column}"`,
    hint: "Add the column.",
  };
}

export function noHead({ place }: Line): Problem {
  return {
    code: "table-column",
    message: "A column of the table has no head, or there is none for a Component type.",
    at: place,
    expected: "a Component type above each column",
    hint: "Give every column a head.",
  };
}

export function wrongCount(line: Line, head: Line): Problem {
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
