import { constants } from "node:fs";
import { basename, dirname, join } from "node:path";
import { guarded, isFileError, quietly } from "./file-error.ts";
import type { FileIo } from "./file-io.ts";
import {
  demandFile,
  openForWriting,
  privateFile,
  removeOne,
  withFile,
  writeAll,
} from "./open-file.ts";
import type { AppendFile } from "./types.ts";

const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY } = constants;

const privateDirectory = 0o700;

/** Makes what is missing from the top down; each new entry is synced into its parent. */
export function makeDirectory(io: FileIo, path: string): void {
  try {
    guarded(path, () => io.mkdirSync(path, privateDirectory));
  } catch (error) {
    if (isFileError(error, "EEXIST") && isDirectory(io, path)) return;
    if (!isFileError(error, "ENOENT") || dirname(path) === path) throw error;
    makeDirectory(io, dirname(path));
    guarded(path, () => io.mkdirSync(path, privateDirectory));
  }
  syncDirectory(io, dirname(path));
}

/** A link to a directory will do. */
function isDirectory(io: FileIo, path: string): boolean {
  return guarded(path, () => io.lstatSync(io.realpathSync(path))).isDirectory();
}

/** After a power cut the file is the old one or the new one, whole. */
export function writeDurably(io: FileIo, path: string, bytes: Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.tmp`);
  const remove = (): void => io.rmSync(temporary, removeOne);
  guarded(temporary, remove);
  try {
    writeNew(io, temporary, bytes);
    guarded(path, () => io.renameSync(temporary, path));
  } catch (error) {
    quietly(remove);
    throw error;
  }
  syncDirectory(io, dirname(path));
}

/** Many files of one directory need one sync of it after the last of them. */
export function writeNew(io: FileIo, path: string, bytes: Uint8Array): void {
  withFile(io, path, openForWriting | O_CREAT | O_EXCL, (fd) => {
    writeAll(io, fd, path, bytes);
    guarded(path, () => io.fsyncSync(fd));
  });
}

export function renameDurably(io: FileIo, from: string, to: string): void {
  guarded(from, () => io.renameSync(from, to));
  // The new name first: a crash between the two may leave both names, but never none.
  syncDirectory(io, dirname(to));
  if (dirname(from) !== dirname(to)) syncDirectory(io, dirname(from));
}

export function syncDirectory(io: FileIo, path: string): void {
  withFile(io, path, O_RDONLY | O_DIRECTORY, (fd) => guarded(path, () => io.fsyncSync(fd)));
}

export function openAppend(io: FileIo, path: string, length: number | undefined): AppendFile {
  const flags = openForWriting | O_APPEND | O_CREAT;
  const fd = guarded(path, () => io.openSync(path, flags, privateFile));
  try {
    if (demandFile(io, fd, path).size > (length ?? Number.POSITIVE_INFINITY)) {
      guarded(path, () => io.ftruncateSync(fd, length ?? 0));
      // Before anything is appended: what was cut off must not come back behind it.
      guarded(path, () => io.fdatasyncSync(fd));
    }
    // Always: whoever created the file may have been killed before this.
    syncDirectory(io, dirname(path));
  } catch (error) {
    quietly(() => io.closeSync(fd));
    throw error;
  }
  return {
    append: (bytes) => writeAll(io, fd, path, bytes),
    sync: () => guarded(path, () => io.fdatasyncSync(fd)),
    close: () => guarded(path, () => io.closeSync(fd)),
  };
}
