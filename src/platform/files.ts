import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  makeDirectory,
  openAppend,
  renameDurably,
  syncDirectory,
  writeDurably,
  writeNew,
} from "./durable-files.ts";
import { guarded, isFileError } from "./file-error.ts";
import type { FileIo, FileStats } from "./file-io.ts";
import { openNew, openSource, writeStream } from "./file-streams.ts";
import { demandFile, openForReading, openForWriting, withFile, writeAll } from "./open-file.ts";
import { FileError, type FileKind, type Files, type FileStatus } from "./types.ts";

/** Files of this machine; `io` is `node:fs` but for tests. */
export function nodeFiles(io: FileIo = fs): Files {
  return {
    status: (path) => status(io, path),
    read: (path, maxBytes) => readWithStatus(io, path, maxBytes).bytes,
    readWithStatus: (path, maxBytes) => readWithStatus(io, path, maxBytes),
    list: (path) => guarded(path, () => io.readdirSync(path)).toSorted(),
    makeDirectory: (path) => makeDirectory(io, path),
    makeTemporaryDirectory(prefix) {
      const start = join(tmpdir(), prefix);
      return guarded(start, () => io.mkdtempSync(start));
    },
    remove: (path) => guarded(path, () => io.rmSync(path, { recursive: true, force: true })),
    writeDurably: (path, bytes) => writeDurably(io, path, bytes),
    writeNew: (path, bytes) => writeNew(io, path, bytes),
    write: (path, bytes) => write(io, path, bytes),
    rename: (from, to) => guarded(from, () => io.renameSync(from, to)),
    renameDurably: (from, to) => renameDurably(io, from, to),
    link: (existing, path) => guarded(path, () => io.linkSync(existing, path)),
    syncDirectory: (path) => syncDirectory(io, path),
    openAppend: (path, length) => openAppend(io, path, length),
    openSource: (path) => openSource(io, path),
    writeStream: (...args) => writeStream(io, ...args),
    openNew: (path) => openNew(io, path),
    demandWritable(directory) {
      const { W_OK, X_OK } = fs.constants;
      // With the dot a file is none.
      guarded(directory, () => io.accessSync(`${directory}/.`, W_OK | X_OK));
    },
    freeBytes(path) {
      const { bavail, bsize } = guarded(path, () => io.statfsSync(path));
      return bavail * bsize;
    },
    head: (path, bytes) => head(io, path, bytes),
    realPath: (path) => guarded(path, () => io.realpathSync(path)),
    readLink: (path) => guarded(path, () => io.readlinkSync(path)),
  };
}

function status(io: FileIo, path: string): FileStatus | null {
  try {
    return statusOf(guarded(path, () => io.lstatSync(path)));
  } catch (error) {
    if (isFileError(error, "ENOENT", "ENOTDIR")) return null;
    throw error;
  }
}

function statusOf(stats: FileStats): FileStatus {
  const caller = process.geteuid?.() ?? 0;
  return {
    kind: kindOf(stats),
    size: stats.size,
    mode: stats.mode & 0o7777,
    device: stats.dev,
    inode: stats.ino,
    ownerId: stats.uid,
    isOwnerTrusted: stats.uid === 0 || stats.uid === caller,
  };
}

function kindOf(stats: FileStats): FileKind {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "link" : "other";
}

/** Takes in at most a piece more than allowed, whatever size the file pretends to have. */
function readWithStatus(
  io: FileIo,
  path: string,
  maxBytes: number,
): ReturnType<Files["readWithStatus"]> {
  return withFile(io, path, openForReading, (fd) => {
    const stats = demandFile(io, fd, path);
    const { size } = stats;
    if (size > maxBytes) throw tooLarge(path, maxBytes);
    const pieces: Uint8Array[] = [];
    let total = 0;
    // To its end, not to its size: files of the kernel say that they are empty.
    for (;;) {
      const piece = Buffer.allocUnsafeSlow(Math.max(size - total + 1, 4096));
      const count = guarded(path, () => io.readSync(fd, piece, 0, piece.length, null));
      if (count === 0) return { bytes: Buffer.concat(pieces, total), status: statusOf(stats) };
      total += count;
      if (total > maxBytes) throw tooLarge(path, maxBytes);
      pieces.push(piece.subarray(0, count));
    }
  });
}

function head(io: FileIo, path: string, bytes: number): Uint8Array {
  return withFile(io, path, openForReading, (fd) => {
    demandFile(io, fd, path);
    const piece = Buffer.alloc(bytes);
    let length = 0;
    while (length < bytes) {
      const count = guarded(path, () => io.readSync(fd, piece, length, bytes - length, length));
      if (count === 0) break;
      length += count;
    }
    return piece.subarray(0, length);
  });
}

function write(io: FileIo, path: string, bytes: Uint8Array): void {
  const flags = openForWriting | fs.constants.O_CREAT | fs.constants.O_TRUNC;
  withFile(io, path, flags, (fd) => {
    demandFile(io, fd, path);
    writeAll(io, fd, path, bytes);
  });
}

function tooLarge(path: string, maxBytes: number): FileError {
  return new FileError("EFBIG", path, `it is larger than ${maxBytes} bytes`);
}
