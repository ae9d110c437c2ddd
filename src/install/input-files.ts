import { resolve } from "node:path";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { maxFileBytes, type TextFile } from "../manifest/source.ts";
import { type ByteSource, FileError, type Files, type FileStatus } from "../platform/types.ts";
import { unreadableFile } from "../sources/unreadable-file.ts";

/** Reads a small file; `name` is relative to the caller's directory, and problems name it as it is. */
export function readText(
  files: Files,
  directory: string,
  name: string,
  most: number = maxFileBytes,
): Result<TextFile> {
  const read = readTextWithStatus(files, directory, name, most);
  return read.ok ? ok({ name, bytes: read.value.bytes }) : read;
}

/** The same, with the status of the very file that was read. */
export function readTextWithStatus(
  files: Files,
  directory: string,
  name: string,
  most: number = maxFileBytes,
): Result<TextFile & { readonly status: FileStatus }> {
  try {
    return ok({ name, ...files.readWithStatus(resolve(directory, name), most) });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail(unreadable(name, error, most));
  }
}

/** A file that is read in pieces, until it is closed. */
export interface OpenSource extends ByteSource {
  readonly close: () => void;
}

/** Opens a file to be read in pieces; the caller closes it. Its name is the one given, wherever it lies. */
export function openInput(
  files: Files,
  directory: string,
  name: string,
  path: string = resolve(directory, name),
): Result<OpenSource> {
  try {
    const source = files.openSource(path);
    return ok({
      name,
      size: source.size,
      read: (...args) => source.read(...args),
      close: () => source.close(),
    });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail(unreadable(name, error));
  }
}

function unreadable(name: string, error: FileError, most: number = maxFileBytes): Problem {
  if (error.code === "EFBIG") {
    return {
      code: "file-too-large",
      message: `"${name}" is too large to be a text of ours.`,
      at: { file: name },
      expected: `at most ${most} bytes`,
      hint: "Give the right file; shorten tables with wildcards and ranges.",
    };
  }
  return unreadableFile(name, error);
}
