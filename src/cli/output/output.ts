import type { ExitCode } from "../../core/exit-code.ts";
import { exitOf, type Problem } from "../../core/problem.ts";
import { programVersion } from "../../core/program-version.ts";
import { versionLine } from "../../report/events-json.ts";
import { jsonText } from "../../report/json-text.ts";
import { errorDocument, problemJson, problemsText } from "../../report/problems.ts";
import type { Canvas, Style } from "../../report/style.ts";

/** One of the two streams of the process. */
export interface Sink {
  write(text: string): void;
  /** Once more may be written without it being kept in memory; false: nobody reads any more. */
  ready(): Promise<boolean>;
  readonly isTerminal: boolean;
  /** Characters in a line, and lines. */
  readonly width: number;
  readonly height: number;
}

/** Results go to `results`, everything else to `messages`; with `json` there is one document and nothing else. */
export interface Output {
  readonly results: Sink;
  readonly messages: Sink;
  readonly json: boolean;
  /** For `results` and for `messages`; they differ where only one of them is a terminal. */
  readonly resultStyle: Style;
  readonly messageStyle: Style;
  readonly resultCanvas: Canvas;
}

export function writeLines(sink: Sink, lines: readonly string[]): void {
  if (lines.length > 0) sink.write(`${lines.join("\n")}\n`);
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
  else writeLines(output.messages, problemsText(problems, output.messageStyle));
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
