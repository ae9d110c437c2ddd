import type { Place, Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";

/** A file as it was named, with its content. */
export interface TextFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The text of a file and where its lines begin, so that every problem can name its place. */
export interface Source {
  readonly file: string;
  readonly text: string;
  /** Offset of each line's first character. */
  readonly lineStarts: readonly number[];
}

/** No Manifest, Topology, state file or configuration is larger. Bytes. */
export const maxFileBytes = 1024 * 1024;

/** What a terminal would obey instead of showing it; tab, line feed and carriage return are text. */
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f]/u;

export function readSource({ name, bytes }: TextFile): Result<Source> {
  if (bytes.length > maxFileBytes) return fail(tooLarge(name, bytes.length));
  const text = decode(bytes);
  if (text === null) return fail(notText(name));
  const source = { file: name, text, lineStarts: lineStartsOf(text) };
  const found = control.exec(text);
  return found === null ? ok(source) : fail(controlCharacter(source, found.index));
}

/** Where a character lies. `offset` may be the end of the text. */
export function placeAt(source: Source, offset: number): Place {
  const line = lineAt(source, offset);
  const column = offset - (source.lineStarts[line - 1] ?? 0) + 1;
  return { file: source.file, line, column, text: lineText(source, line) };
}

/** The number of the line that holds the character, counted from 1. */
export function lineAt({ lineStarts }: Source, offset: number): number {
  let low = 0;
  let high = lineStarts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

/** A line without its end; lines count from 1. */
export function lineText({ text, lineStarts }: Source, line: number): string {
  const end = lineStarts[line] ?? text.length + 1;
  return text.slice(lineStarts[line - 1] ?? text.length, end - 1).replace(/\r$/, "");
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function tooLarge(file: string, size: number): Problem {
  return {
    code: "file-too-large",
    message: `"${file}" is too large to be a text of ours.`,
    at: { file },
    expected: `at most ${maxFileBytes} bytes`,
    got: `${size} bytes`,
    hint: "Give the right file; shorten tables with wildcards and ranges.",
  };
}

function notText(file: string): Problem {
  return {
    code: "yaml-syntax",
    message: `"${file}" is not a text in UTF-8.`,
    at: { file },
    expected: "a text in UTF-8",
    hint: "Give the right file, or save it as UTF-8.",
  };
}

function controlCharacter(source: Source, offset: number): Problem {
  const code = (source.text.codePointAt(offset) ?? 0).toString(16).padStart(4, "0").toUpperCase();
  const { file, line, column } = placeAt(source, offset);
  return {
    code: "yaml-forbidden",
    message: `The file holds the control character U+${code}.`,
    at: { file, ...(line !== undefined && { line }), ...(column !== undefined && { column }) },
    hint: "Remove it; it does not show in an editor.",
  };
}
