import type { ExitCode } from "../core/exit-code.ts";
import { exitOf, type Place, type Problem } from "../core/problem.ts";
import { problemCodes } from "../core/problem-codes.ts";
import { printableExactly } from "./printable.ts";
import type { Style } from "./style.ts";
import { wrapped } from "./wrapped.ts";

/** An error stops the work; a warning is told and passed over. */
export type Severity = "error" | "warning";

/** How much of a long line is shown around the column, at most and at least. */
const lineWidth = 100;
const leastLineWidth = 10;

/**
 * One problem as lines: where it is (as editors and terminals find it), what it is, the line with a
 * caret, what was expected and found, and what to do.
 */
function problemLines(
  problem: Problem,
  style: Style,
  severity: Severity,
  width: number,
): readonly string[] {
  const inWidth = (line: string) => wrapped(line, width, style.widthOf);
  const where = problem.at === undefined ? "" : `${style.strong(placeText(problem.at))}: `;
  const label = severity === "error" ? style.bad("error:") : style.careful("warning:");
  return [
    ...inWidth(
      `${where}${label} ${printableExactly(problem.message)} ${style.faint(`[${problem.code}]`)}`,
    ),
    ...excerpt(problem.at, style, width),
    ...fact("expected", problem.expected).flatMap(inWidth),
    ...fact("found", problem.got).flatMap(inWidth),
    ...fact("hint", problem.hint).flatMap(inWidth),
  ];
}

/** All problems, in the order given, in lines that are no wider than `width`, broken between words. */
export function problemsText(
  problems: readonly Problem[],
  style: Style,
  severity: Severity = "error",
  width = Number.POSITIVE_INFINITY,
): readonly string[] {
  return problems.flatMap((problem) => problemLines(problem, style, severity, width));
}

/** `manifest.yaml:14:3`, without what is not known. */
export function placeText(at: Place): string {
  const line = at.line === undefined ? "" : `:${at.line}`;
  const column = at.line === undefined || at.column === undefined ? "" : `:${at.column}`;
  return printableExactly(`${at.file}${line}${column}`);
}

function excerpt(at: Place | undefined, style: Style, width: number): readonly string[] {
  if (at?.text === undefined || at.line === undefined) return [];
  const number = String(at.line);
  const room = Math.max(leastLineWidth, Math.min(lineWidth, width - `  ${number} | `.length));
  const column = Math.max(0, (at.column ?? 1) - 1);
  const start = column < room - room / 10 ? 0 : column - Math.floor(room / 2);
  const shown = at.text.slice(start, start + room);
  const before = at.text.slice(start, column);
  const bar = style.faint("|");
  const line = `  ${style.faint(number)} ${bar} ${printableExactly(shown)}`.trimEnd();
  if (at.column === undefined) return [line];
  // Measured after control characters were made visible, so that the caret stands right.
  const indent = " ".repeat(Array.from(printableExactly(before)).length);
  return [line, `  ${" ".repeat(number.length)} ${bar} ${indent}${style.bad("^")}`];
}

function fact(label: string, text: string | undefined): readonly string[] {
  return text === undefined || text === "" ? [] : [`  ${label}: ${printableExactly(text)}`];
}

/** The object tools read; see docs/output.md. */
export interface ErrorJson {
  readonly type: "error" | "warning";
  readonly code: string;
  readonly exit?: ExitCode;
  readonly message: string;
  readonly at?: { readonly file: string; readonly line?: number; readonly column?: number };
  readonly expected?: string;
  readonly got?: string;
  readonly hint: string;
}

export function problemJson(problem: Problem, severity: Severity = "error"): ErrorJson {
  return {
    type: severity,
    code: problem.code,
    ...(severity === "error" ? { exit: problemCodes[problem.code] } : {}),
    message: problem.message,
    ...(problem.at === undefined ? {} : { at: placeJson(problem.at) }),
    ...(problem.expected === undefined ? {} : { expected: problem.expected }),
    ...(problem.got === undefined ? {} : { got: problem.got }),
    hint: problem.hint,
  };
}

/** One document for all problems: the first one, whose exit status is the run's, and `more` of them. */
export function errorDocument(
  problems: readonly Problem[],
): ErrorJson & { readonly more?: readonly ErrorJson[] } {
  const [first, ...others] = problems;
  if (first === undefined) throw new Error("a failure without a problem");
  const more = others.map((problem) => problemJson(problem));
  return {
    ...problemJson(first),
    exit: exitOf(problems),
    ...(more.length === 0 ? {} : { more }),
  };
}

export function placeJson(at: Place): NonNullable<ErrorJson["at"]> {
  return {
    file: at.file,
    ...(at.line === undefined ? {} : { line: at.line }),
    ...(at.column === undefined ? {} : { column: at.column }),
  };
}
