import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";

/** A line `key=value`. The value is as it was printed, and may be empty or hold further `=`. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** Counts from 1. */
  readonly line: number;
}

/** A problem of one line, told by whoever knows the Interface and the query. */
export type LineProblem = (
  line: number,
  what: string,
  found: { readonly expected: string; readonly got: string },
) => Problem;

/** Reads lines of `key=value`; no lines at all are fine. Fails with every line that is wrong. */
export function readKeyValues(text: string, problem: LineProblem): Result<readonly KeyValue[]> {
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const read: KeyValue[] = [];
  const problems: Problem[] = [];
  for (const [at, written] of lines.entries()) {
    const line = at + 1;
    const equals = written.indexOf("=");
    const key = written.slice(0, equals);
    if (equals === -1) {
      problems.push(problem(line, "is no key=value", { expected: "key=value", got: written }));
    } else if (!/^[^\s\p{Cc}]+$/u.test(key)) {
      const expected = "a key without blanks before the =";
      problems.push(problem(line, "has no proper key", { expected, got: written }));
    } else if (/\p{Cc}/u.test(written)) {
      const expected = "a value without control characters such as CR";
      problems.push(problem(line, "holds a control character", { expected, got: written }));
    } else {
      read.push({ key, value: written.slice(equals + 1), line });
    }
  }
  return problems.length === 0 ? ok(read) : fail(...problems);
}
