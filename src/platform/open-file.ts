import { constants } from "node:fs";
import { guarded, quietly } from "./file-error.ts";
import type { FileIo, FileStats } from "./file-io.ts";
import { FileError } from "./types.ts";

/** A named pipe in the place of a file must not hold us: nothing here ever waits in open. */
export const openForReading = constants.O_RDONLY | constants.O_NONBLOCK;
/** Nobody who writes follows a link. */
export const openForWriting = constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export const privateFile = 0o600;

export function withFile<T>(io: FileIo, path: string, flags: number, use: (fd: number) => T): T {
  const fd = guarded(path, () => io.openSync(path, flags, privateFile));
  let result: T;
  try {
    result = use(fd);
  } catch (error) {
    quietly(() => io.closeSync(fd));
    throw error;
  }
  guarded(path, () => io.closeSync(fd));
  return result;
}

/** What is known of it, if it is a file and nothing else. */
export function demandFile(io: FileIo, fd: number, path: string): FileStats {
  const stats = guarded(path, () => io.fstatSync(fd));
  if (stats.isFile()) return stats;
  if (stats.isDirectory()) throw new FileError("EISDIR", path, "it is a directory, not a file");
  throw new FileError("EINVAL", path, "it is a pipe or a device, not a file");
}

export function writeAll(io: FileIo, fd: number, path: string, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const count = guarded(path, () => io.writeSync(fd, bytes, at, bytes.length - at));
    if (count === 0) throw new FileError("EIO", path, "the medium takes no more bytes");
    at += count;
  }
}

/** The one file, whether it is there or not. */
export const removeOne = { recursive: false, force: true } as const;
