import { type ExitCode, exitCode } from "./exit-code.ts";
import { type ProblemCode, problemCodes } from "./problem-codes.ts";

/** Where in the input a problem lies. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** The line as written, without its end. */
  readonly text?: string;
}

/**
 * An expected failure, told so that the reader knows what to do. `message` is one sentence that
 * quotes the values; `hint` says what to do about it.
 */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly at?: Place;
  readonly expected?: string;
  readonly got?: string;
  readonly hint: string;
}

/** The exit status of a run that ended with these problems: that of the first one. */
export function exitOf(problems: readonly Problem[]): ExitCode {
  const first = problems[0];
  return first === undefined ? exitCode.unexpected : problemCodes[first.code];
}
