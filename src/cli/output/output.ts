import type { ExitCode } from "../../core/exit-code.ts";
import type { LogLevel } from "../../core/log-level.ts";
import { exitOf, type Problem } from "../../core/problem.ts";
import { programVersion } from "../../core/program-version.ts";
import type { Clock } from "../../platform/types.ts";
import { problemLine, type Stamp, textLine, versionLine } from "../../report/events-json.ts";
import { jsonText } from "../../report/json-text.ts";
import { errorDocument, problemJson, problemsText, type Severity } from "../../report/problems.ts";
import type { Level } from "../../report/progress-lines.ts";
import type { Canvas, Style } from "../../report/style.ts";
import { wrapped } from "../../report/wrapped.ts";
import { withPriority } from "./journal.ts";

/** One of the two streams of the process. */
export interface Sink {
  write(text: string): void;
  /** Once more may be written without it being kept in memory; false: nobody reads any more. */
  ready(): Promise<boolean>;
  readonly isTerminal: boolean;
  /** It is the journal of systemd, which takes a priority at the beginning of each line. */
  readonly isJournal: boolean;
  /** Characters in a line, and lines. */
  readonly width: number;
  readonly height: number;
}

/** Results go to `results`, everything else to `messages`; with `json` there is one document and nothing else. */
export interface Output {
  readonly results: Sink;
  readonly messages: Sink;
  readonly json: boolean;
  /** How `messages` are written. */
  readonly logFormat: "text" | "json";
  readonly clock: Pick<Clock, "now">;
  /** For `results` and for `messages`; they differ where only one of them is a terminal. */
  readonly resultStyle: Style;
  readonly messageStyle: Style;
  readonly resultCanvas: Canvas;
}

export function writeLines(sink: Sink, lines: readonly string[]): void {
  if (lines.length > 0) sink.write(`${lines.join("\n")}\n`);
}

/** The same for a log. */
export function writeLog(sink: Sink, lines: readonly string[], level: LogLevel): void {
  writeLines(sink, sink.isJournal ? withPriority(lines, level) : lines);
}

/** Text in the log, with or without a run. `mark`: ends each line of which a narrow terminal has the rest below it. */
export function say(
  output: Output,
  lines: readonly string[],
  level: Level = "info",
  mark = "",
): void {
  const { messages, messageStyle, logFormat } = output;
  const written =
    logFormat === "json"
      ? lines.filter((line) => line !== "").map((line) => textLine(line, level, stampOf(output)))
      : onTerminal(lines, messages, messageStyle, mark);
  writeLog(messages, written, level);
}

/** Ends a line of a command that goes on below it: a shell takes it as it stands. */
export const shellGoesOn = " \\";

/** A command that is to be typed. */
export function sayCommand(output: Output, command: string): void {
  say(output, [`  ${command}`], "info", shellGoesOn);
}

/** No wider than a terminal; elsewhere each stays one line. */
export function onTerminal(
  lines: readonly string[],
  { isTerminal, width }: Pick<Sink, "isTerminal" | "width">,
  { widthOf }: Pick<Style, "widthOf">,
  mark = "",
): readonly string[] {
  return isTerminal ? lines.flatMap((line) => wrapped(line, width, widthOf, mark)) : lines;
}

/** Problems in the log. */
export function sayProblems(
  output: Output,
  problems: readonly Problem[],
  severity: Severity,
): void {
  const { messages, logFormat, messageStyle } = output;
  const lines =
    logFormat === "json"
      ? problems.map((problem) => problemLine(problem, severity, stampOf(output)))
      : problemsText(
          problems,
          messageStyle,
          severity,
          messages.isTerminal ? messages.width : Number.POSITIVE_INFINITY,
        );
  writeLog(messages, lines, severity);
}

function stampOf({ clock }: Output): Stamp {
  return { time: clock.now().toISOString(), deployment: null };
}

/** A command's answer: `document` as one line with `--json`, else `lines`. */
export function answer(
  output: Output,
  lines: (style: Style) => readonly string[],
  document: () => unknown,
): void {
  if (output.json) writeLines(output.results, [jsonText(document())]);
  else writeLines(output.results, lines(output.resultStyle));
}

/** Tells all problems and returns the exit status they lead to. */
export function failed(output: Output, problems: readonly Problem[]): ExitCode {
  if (output.json) writeLines(output.results, [jsonText(errorDocument(problems))]);
  else sayProblems(output, problems, "error");
  return exitOf(problems);
}

/** The first line of a command that runs, with `--json`; `failedInStream` follows where it does not. */
export function beginStream(output: Output): void {
  if (output.json) writeLines(output.results, [versionLine(programVersion)]);
}

/** As `failed`, for a command that has begun a stream: one line for each problem. */
export function failedInStream(output: Output, problems: readonly Problem[]): ExitCode {
  if (!output.json) return failed(output, problems);
  const lines = problems.map((problem) => jsonText(problemJson(problem)));
  writeLines(output.results, lines);
  return exitOf(problems);
}

/** Writes pieces of text no faster than they are read. Null: the reader is gone, and the rest was not made. */
export async function writeAsRead<T>(
  sink: Sink,
  pieces: AsyncGenerator<string, T>,
): Promise<T | null> {
  for (;;) {
    const next = await pieces.next();
    if (next.done === true) return next.value;
    sink.write(next.value);
    if (!(await sink.ready())) return null;
  }
}
