import { getSystemErrorMap } from "node:util";
import { FileError, unlessRefused } from "./types.ts";

/** In words for technicians, where the system's own are not. */
const meanings: ReadonlyMap<string, string> = new Map([
  ...getSystemErrorMap().values(),
  ["ENOENT", "there is no such file or directory"],
  ["EIO", "the medium failed: it may be damaged or gone"],
  ["EROFS", "the file system is read-only"],
  ["EISDIR", "it is a directory, not a file"],
  ["ENOTDIR", "a part of the path is not a directory"],
  ["EEXIST", "it exists already"],
  // Where we write links are never followed, and this is what the system says then.
  ["ELOOP", "it is a link, and links are not followed here"],
  ["EPIPE", "the reader went away"],
  ["EXDEV", "it lies on another file system"],
  // Node's own refusal of a path with a NUL in it.
  ["ERR_INVALID_ARG_VALUE", "this is no valid path"],
]);

/** What the system refused, as FileError that names `path`; throws on what is no error of the system, but a bug. */
export function fileError(error: unknown, path: string): FileError {
  if (error instanceof FileError) return error;
  const code = codeOf(error);
  const meaning = code === null ? undefined : meanings.get(code);
  if (code === null || meaning === undefined) throw error;
  return new FileError(code, path, meaning);
}

export function isFileError(error: unknown, ...codes: readonly string[]): error is FileError {
  return error instanceof FileError && codes.includes(error.code);
}

/** Runs `act`; what the system refuses becomes a FileError that names `path`. */
export function guarded<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Cleans up after a failure that is reported already: what the system refuses now is passed over. */
export function quietly(act: () => void): void {
  unlessRefused(() => guarded("", act), undefined);
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
