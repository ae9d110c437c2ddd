import type { Place } from "../core/problem.ts";
import { lineAt, lineText, type Source } from "./source.ts";
import type { YamlText } from "./yaml-node.ts";

/** One line of the table. */
export interface Line {
  readonly place: Place;
  readonly parts: readonly Part[];
}

export interface Part {
  readonly text: string;
  readonly at: Place;
}

/** The lines that hold something. A literal scalar has as many lines as its text. */
export function linesOf(source: Source, node: YamlText): readonly Line[] {
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
function partsOf(line: string): readonly { readonly text: string; readonly column: number }[] {
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

export function isSeparator({ parts }: Line): boolean {
  return parts.length > 0 && parts.every(({ text }) => /^:?-+:?$/.test(text));
}
