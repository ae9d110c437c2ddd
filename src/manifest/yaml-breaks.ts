import type { YAMLError } from "yaml";
import { lineAt, lineText, placeAt, type Source } from "./source.ts";
import { type Brackets, type Quoted, unclosedQuote } from "./yaml-brackets.ts";
import { isRecoverable, syntaxProblem, type YamlBreak, yamlBreak } from "./yaml-problems.ts";

/** The first place that leaves in doubt what was meant; errors behind it may follow from it. */
export function firstBreak(
  source: Source,
  errors: readonly YAMLError[],
  { stray, longQuote }: Brackets,
): YamlBreak | null {
  const [error] = errors
    .filter((one) => !isRecoverable(one))
    .toSorted((a, b) => a.pos[0] - b.pos[0]);
  const first = error && errorBreak(source, error);
  if (first === undefined || (stray !== null && stray.offset < first.offset)) return stray;
  return longQuote !== null && isWithin(source, longQuote, first.offset)
    ? unclosedQuote(source, longQuote)
    : first;
}

function errorBreak(source: Source, error: YAMLError): YamlBreak {
  const start = Math.max(error.pos[0], 0);
  const line = lineAt(source, start);
  if (/^\s*\|/.test(lineText(source, line))) return tableLine(source, line);
  if (isDeeperLine(source, error))
    return deeperLine(source, nextText(source, lineEnd(source, start)));
  const offset = isOfNextEntry.test(error.message) ? nextText(source, start) : start;
  const problem = syntaxProblem(source, error, offset);
  return { problem, offset, spoils: spoiltBy(source, error, offset) };
}

/** The parser puts these where the entry before has ended. */
const isOfNextEntry = /^(?:All \w+ items|A block sequence|Sequence item without)/;

function tableLine(source: Source, line: number): YamlBreak {
  const offset = (source.lineStarts[line - 1] ?? 0) + (indentOf(source, line) ?? 0);
  return yamlBreak(source, offset, "neighbours", {
    message: "A line of a table is no part of a text here.",
    hint: 'Write "|" behind the field above, as in "end_states: |", and indent the table deeper than the field, all lines alike.',
  });
}

/** The parser complains of the value before, as if the key were in the same line. */
function isDeeperLine({ text }: Source, { message, pos: [start] }: YAMLError): boolean {
  return message.startsWith("Nested mappings") && !/^.*:(?:\s|$)/.test(text.slice(start));
}

function deeperLine(source: Source, offset: number): YamlBreak {
  return yamlBreak(source, offset, "neighbours", {
    message: "The line is indented deeper than the entry before it, which has its value already.",
    hint: "Indent all entries of one map or list alike.",
  });
}

/** Between the quotes, or in the line in which the text was closed by the quote that should have opened the next. */
function isWithin(source: Source, { lexeme, offset }: Quoted, at: number): boolean {
  return at >= offset && lineAt(source, at) <= lineAt(source, offset + lexeme.length);
}

/** An entry that begins where none can is indented wrongly, and its neighbours may be as well. */
function spoiltBy(
  source: Source,
  { code, message }: YAMLError,
  offset: number,
): YamlBreak["spoils"] {
  const isIndentation =
    code === "TAB_AS_INDENT" || code === "BAD_INDENT" || isOfNextEntry.test(message);
  if (isIndentation) return "neighbours";
  const isFirst =
    placeAt(source, offset).column === (indentOf(source, lineAt(source, offset)) ?? 0) + 1;
  return isFirst && message.endsWith(" at node end") ? "neighbours" : "entry";
}

/** The source with blanks in place of what the break spoils, so that the rest can be read; places stay as they are. */
export function withoutSpoilt(source: Source, { offset, spoils }: YamlBreak): Source {
  const last = source.lineStarts.length;
  const at = lineWithText(source, lineAt(source, offset));
  const parent = spoils === "entry" ? at : parentOf(source, at);
  let end = parent === null ? last : parent;
  const depth = parent === null ? 0 : (indentOf(source, parent) ?? 0);
  while (end < last && (indentOf(source, end + 1) ?? Infinity) > depth) end += 1;
  const from = source.lineStarts[(parent ?? at) - 1] ?? 0;
  const to = source.lineStarts[end] ?? source.text.length;
  const blanks = source.text.slice(from, to).replace(/[^\r\n]/g, " ");
  return { ...source, text: `${source.text.slice(0, from)}${blanks}${source.text.slice(to)}` };
}

/** The parser's place may be the end of the lines before. */
function lineWithText(source: Source, line: number): number {
  let at = line;
  while (at > 1 && indentOf(source, at) === null) at -= 1;
  return at;
}

/** The last line before that is indented less; null where the line is part of the outermost map. */
function parentOf(source: Source, line: number): number | null {
  const depth = indentOf(source, line) ?? 0;
  for (let at = line - 1; at > 0; at -= 1)
    if ((indentOf(source, at) ?? Infinity) < depth) return at;
  return null;
}

/** Where the next text begins that is no comment. */
function nextText({ text }: Source, offset: number): number {
  return offset + (/^(?:\s|#.*)*/.exec(text.slice(offset))?.[0].length ?? 0);
}

function lineEnd(source: Source, offset: number): number {
  return source.lineStarts[lineAt(source, offset)] ?? source.text.length;
}

/** How far the text of a line is indented; null where it has none but a comment. */
function indentOf(source: Source, line: number): number | null {
  const text = lineText(source, line);
  const indent = text.search(/[^ \t]/);
  return indent === -1 || text[indent] === "#" ? null : indent;
}
