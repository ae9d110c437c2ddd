import { isAscii } from "node:buffer";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";

/*
 * Of the time that a short command takes, a third would go into compiling this program. So the build runs it once and
 * keeps the code that V8 has made of it in a file beside it. That file is a mere shortcut: where it is missing,
 * damaged, or of another program, another V8 or another processor, the program is compiled as usual.
 *
 * V8 itself tells its versions and flags apart, but of the program it compares nothing but the length. Hence the sums.
 */

/** What the program is started for: with the code of what plans alone, planning starts faster. */
export type Use = "plan" | "install";

export interface LoadedProgram {
  /** What the file exports. */
  readonly exports: unknown;
  /** Whether the kept code was of use. */
  readonly isFromKept: boolean;
  /** Keeps the code of every function that has been called so far, here and in the files that it has loaded. */
  readonly keep: () => void;
}

/**
 * Loads a program: a file of CommonJS and the files beside it that it requires; where all of one is ASCII, faster and
 * in half the memory.
 */
export function loadProgram(path: string, use: Use): LoadedProgram {
  const files = new Map<string, LoadedFile>();
  const load = (file: string): LoadedFile => {
    const known = files.get(file);
    if (known !== undefined) return known;
    const loaded = loadFile(file, use, (name) => load(join(dirname(file), name)).module.exports);
    files.set(file, loaded);
    return loaded;
  };
  const { module, isFromKept } = load(path);
  return {
    exports: module.exports,
    isFromKept,
    keep() {
      for (const file of files.values()) file.keep();
    },
  };
}

interface LoadedFile {
  readonly module: { readonly exports: unknown };
  readonly isFromKept: boolean;
  readonly keep: () => void;
}

function loadFile(path: string, use: Use, loadBeside: (name: string) => unknown): LoadedFile {
  const source = readFileSync(path);
  const sum = crc32(source);
  const kept = readKept(keptCodeOf(path, use), sum);
  const script = new Script(`${before}${textOf(source)}${after}`, {
    filename: path,
    ...(kept !== null && { cachedData: kept }),
  });
  const module: { exports: unknown } = { exports: {} };
  const evaluate: unknown = script.runInThisContext();
  if (!isWrapper(evaluate)) throw new Error(`"${path}" is no program`);
  const ofNode = createRequire(path);
  evaluate(
    module.exports,
    (name) => (name.startsWith("./") ? loadBeside(name) : ofNode(name)),
    module,
  );
  return {
    module,
    isFromKept: kept !== null && script.cachedDataRejected === false,
    keep() {
      const code = script.createCachedData();
      const sums = Buffer.alloc(sumsBytes);
      sums.writeUInt32LE(sum, 0);
      sums.writeUInt32LE(crc32(code), 4);
      const file = keptCodeOf(path, use);
      writeFileSync(file, Buffer.concat([sums, code]));
      chmodSync(file, statSync(path).mode);
    },
  };
}

/** The file in which this Node keeps the code of a program: V8 does not tell processors apart. */
export function keptCodeOf(path: string, use: Use): string {
  return `${path}.${use}.${process.arch}-${process.versions.v8}.code`;
}

function textOf(source: Buffer): string {
  return source.toString(isAscii(source) ? "latin1" : "utf8");
}

const before = "(function (exports, require, module) {";
const after = "\n})";

type Wrapper = (
  exports: unknown,
  require: (name: string) => unknown,
  module: { exports: unknown },
) => void;

function isWrapper(value: unknown): value is Wrapper {
  return typeof value === "function";
}

/** The sum of the program, then that of the code that follows. */
const sumsBytes = 8;

function readKept(file: string, sum: number): Buffer | null {
  const bytes = readIfThere(file);
  if (bytes === null || bytes.length < sumsBytes || bytes.readUInt32LE(0) !== sum) return null;
  const code = bytes.subarray(sumsBytes);
  return bytes.readUInt32LE(4) === crc32(code) ? code : null;
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
