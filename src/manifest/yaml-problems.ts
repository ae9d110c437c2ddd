import type { YAMLError } from "yaml";
import type { Problem } from "../core/problem.ts";
import type { YamlText } from "./yaml-node.ts";
import { lineText, placeAt, type Source } from "./source.ts";

/** A place from which on the parser reads something else than was meant. */
export interface YamlBreak {
  readonly problem: Problem;
  /** Where it begins that what is spoilt. */
  readonly offset: number;
  /** A bracket or a quote spoils the entry that it stands in; an indentation all that its neighbours are part of. */
  readonly spoils: "entry" | "neighbours";
}

export function yamlBreak(
  source: Source,
  offset: number,
  spoils: YamlBreak["spoils"],
  told: Omit<Problem, "code" | "at">,
): YamlBreak {
  const problem: Problem = { code: "yaml-syntax", at: placeAt(source, offset), ...told };
  return { problem, offset, spoils };
}

/** What the YAML parser found wrong, told as a Problem that says what to do. */
export function syntaxProblem(
  source: Source,
  error: YAMLError,
  start = Math.max(error.pos[0], 0),
): Problem {
  const at = placeAt(source, start);
  if (error.code === "RESOURCE_EXHAUSTION") return tooDeep(at);
  if (isUnquoted(error)) return unquoted(source, scalarStart(source, start));
  const mark = questionMark(source, error);
  if (mark !== null) return unquoted(source, mark);
  return {
    code: "yaml-syntax",
    message: `The YAML is broken here: ${lowerFirst(error.message)}.`,
    at,
    hint:
      hints.find(([told]) => told.test(error.message))?.[1] ??
      "Look at what stands before this place, and quote a text that holds characters of YAML's own.",
  };
}

/** It is plain what was meant, so the rest of the file can be judged. */
export function isRecoverable(error: YAMLError): boolean {
  return error.code === "TAG_RESOLVE_FAILED" || isUnquoted(error);
}

/** A value that YAML takes for something else, because it starts with a character of YAML's own. */
export function unquoted(source: Source, start: number): Problem {
  const text = bareText(source, start);
  return {
    code: "yaml-forbidden",
    message: `YAML does not read "${text}" as a value.`,
    at: placeAt(source, start),
    hint: `Quote it: "${text}".`,
  };
}

/** The bare value as people see it: up to what ends it in a flow list, or in a line. */
export function bareText(source: Source, start: number): string {
  const { line = 1, column = 1 } = placeAt(source, start);
  const rest = lineText(source, line).slice(column - 1);
  return /^(?:[^,[\]{}#]|\B#)*/.exec(rest)?.[0].trim() || rest.trim();
}

/** How many problems of one file are told. */
export const maxProblems = 100;

/** In the order of the file; of more than a hundred the first ones, and a last one that says so. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const sorted = problems.toSorted(
    (a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
  const last = sorted[maxProblems];
  if (last === undefined) return sorted;
  const more: Problem = {
    code: last.code,
    message: `There are more than ${maxProblems} problems; this is the next one of them.`,
    ...(last.at && { at: last.at }),
    hint: "Repair the first ones, then check again.",
  };
  return [...sorted.slice(0, maxProblems), more];
}

/** Maps and lists inside each other. */
export const maxDepth = 32;

export function tooDeep(at: Problem["at"]): Problem {
  return {
    code: "yaml-forbidden",
    message: "The file is nested too deeply.",
    ...(at && { at }),
    expected: `at most ${maxDepth} levels`,
    hint: "Remove the brackets or the indentation that make it so deep.",
  };
}

export function duplicateKey(source: Source, key: YamlText, first: YamlText): Problem {
  return {
    code: "yaml-duplicate-key",
    message: `The key "${key.text}" is there twice.`,
    at: placeAt(source, key.start),
    hint: `Remove one; the first is in line ${placeAt(source, first.start).line ?? 0}.`,
  };
}

/** By the parser's words, for its codes join what is mended in different ways. */
const hints: readonly (readonly [told: RegExp, hint: string])[] = [
  [/^Tabs /, "Indent with blanks."],
  [
    /^All \w+ items|^A block sequence|^Sequence item/,
    "Indent all entries of one map or list alike.",
  ],
  [/^Nested mappings/, "Quote the value, or put what follows it on a line of its own."],
  [/^Implicit keys /, 'A key ends with ":" on its own line; quote a text that holds ": ".'],
  [/^Implicit map keys /, 'Write ":" and a value behind the key.'],
  [
    /^Missing ,/,
    "Write a comma between the entries, and quote a text that holds blanks and signs.",
  ],
  [/^Invalid escape/, "Write a backslash twice, or use single quotes."],
];

function isUnquoted(error: YAMLError): boolean {
  return (
    error.code === "BAD_ALIAS" ||
    error.code === "BAD_SCALAR_START" ||
    (error.code === "UNEXPECTED_TOKEN" && error.message.startsWith("Block scalar header"))
  );
}

/** A bare `?`, which starts a key to YAML: the parser complains of it, or of what follows it. */
function questionMark({ text }: Source, { code, pos: [start] }: YAMLError): number | null {
  if (code === "BLOCK_AS_IMPLICIT_KEY")
    return /^\?\s/.test(`${text.slice(start, start + 2)}\n`) ? start : null;
  if (code !== "MISSING_CHAR") return null;
  const found = /(?<=\s)\?\s*$/.exec(text.slice(Math.max(0, start - 20), start));
  return found === null ? null : start - found[0].length;
}

/** The parser complains about what follows the `>` or `|` of a block scalar. */
function scalarStart({ text }: Source, start: number): number {
  return /[>|]/.test(text[start] ?? "") || !/[>|]/.test(text[start - 1] ?? "") ? start : start - 1;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1).replace(/\.$/, "");
}
