import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { placeAt, readSource, type Source, type TextFile } from "./source.ts";
import { nameProblems } from "./yaml-names.ts";
import { duplicateKey, maxDepth, tooDeep } from "./yaml-problems.ts";
import {
  entriesOf,
  type YamlDocument,
  type YamlEntry,
  type YamlNode,
  type YamlText,
} from "./yaml-node.ts";

/**
 * Reads strict JSON into the same tree as YAML, so that its problems have places, too. Strings are
 * `quoted`; numbers, booleans and null are `plain`.
 */
export function readJson(
  file: TextFile,
): Result<{ readonly document: YamlDocument; readonly problems: readonly Problem[] }> {
  const read = readSource(file);
  if (!read.ok) return read;
  const reader: Reader = { source: read.value, at: 0, problems: [] };
  try {
    const root = readValue(reader, 0);
    if (peek(reader) !== "") throw unexpected(reader, "the end of the file");
    const problems = [...reader.problems, ...nameProblems(read.value, root)];
    return ok({ document: { source: read.value, root }, problems });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return fail(...reader.problems, error.problem);
  }
}

/** JSON's own types in place of the texts. */
export function plainJson(node: YamlNode): unknown {
  if (node.kind === "list") return node.items.map(plainJson);
  if (node.kind === "map")
    return Object.fromEntries(
      entriesOf(node).map(({ key, value }) => [key.text, plainJson(value)]),
    );
  const parsed: unknown = node.style === "plain" ? JSON.parse(node.text) : node.text;
  return parsed;
}

interface Reader {
  readonly source: Source;
  at: number;
  readonly problems: Problem[];
}

/** Leaves the reader at once; never seen outside of this file. */
class JsonError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

const blank = /[ \t\r\n]*/y;
const literal =
  /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)(?![\w.+-])/y;
const string = /"(?:[^"\\\n\r\t]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

function readValue(reader: Reader, depth: number): YamlNode {
  const next = peek(reader);
  if (depth >= maxDepth) throw new JsonError(tooDeep(placeAt(reader.source, reader.at)));
  if (next === "{") return readMap(reader, depth);
  if (next === "[") return readList(reader, depth);
  if (next === '"') return readString(reader);
  const start = reader.at;
  const text = match(reader, literal);
  if (text === null) throw unexpected(reader, "a value");
  if (/^-?[0-9]/.test(text) && !Number.isFinite(Number(text))) {
    reader.at = start;
    throw unexpected(reader, "a number of at most 1.8e308");
  }
  return { kind: "text", text, style: "plain", start, end: reader.at };
}

function readMap(reader: Reader, depth: number): YamlNode {
  const start = reader.at;
  const entries = new Map<string, YamlEntry>();
  expect(reader, "{");
  if (peek(reader) !== "}") {
    do {
      if (peek(reader) !== '"') throw unexpected(reader, "a name in double quotes");
      const key = readString(reader);
      expect(reader, ":");
      const value = readValue(reader, depth + 1);
      const first = entries.get(key.text);
      if (first === undefined) entries.set(key.text, { key, value });
      else reader.problems.push(duplicateKey(reader.source, key, first.key));
    } while (hasNext(reader, "}"));
  } else reader.at += 1;
  return { kind: "map", entries, start, end: reader.at };
}

function readList(reader: Reader, depth: number): YamlNode {
  const start = reader.at;
  const items: YamlNode[] = [];
  expect(reader, "[");
  if (peek(reader) !== "]") {
    do items.push(readValue(reader, depth + 1));
    while (hasNext(reader, "]"));
  } else reader.at += 1;
  return { kind: "list", items, start, end: reader.at };
}

function readString(reader: Reader): YamlText {
  const start = reader.at;
  const written = match(reader, string);
  if (written === null) throw unexpected(reader, "a text in double quotes on one line");
  const text = String(JSON.parse(written));
  return { kind: "text", text, style: "quoted", start, end: reader.at };
}

/** Past a comma, or past what closes. */
function hasNext(reader: Reader, close: "}" | "]"): boolean {
  const next = peek(reader);
  if (next !== "," && next !== close) throw unexpected(reader, `"," or "${close}"`);
  reader.at += 1;
  return next === ",";
}

function expect(reader: Reader, sign: string): void {
  if (peek(reader) !== sign) throw unexpected(reader, `"${sign}"`);
  reader.at += 1;
}

/** The next character that is not blank; empty at the end. */
function peek(reader: Reader): string {
  match(reader, blank);
  return reader.source.text[reader.at] ?? "";
}

function match(reader: Reader, pattern: RegExp): string | null {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.source.text)?.[0] ?? null;
  reader.at += found?.length ?? 0;
  return found;
}

function unexpected({ source, at }: Reader, expected: string): JsonError {
  const found = /^\S{0,20}/.exec(source.text.slice(at, at + 20))?.[0] ?? "";
  const got = found === "" ? "the end of the file" : `"${found}"`;
  return new JsonError({
    code: "json-syntax",
    message: `The JSON is broken here: expected ${expected}, got ${got}.`,
    at: placeAt(source, at),
    expected,
    got,
    hint: "JSON wants double quotes, commas between entries and none after the last, and no comments.",
  });
}
