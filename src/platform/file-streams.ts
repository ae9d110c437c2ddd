import { constants } from "node:fs";
import { fileError, guarded, quietly } from "./file-error.ts";
import type { FileIo } from "./file-io.ts";
import { demandFile, openForReading, openForWriting, privateFile, removeOne } from "./open-file.ts";
import { type ByteSource, FileError, type MakeRoom, type NewFile } from "./types.ts";

/** Bytes that one read asks for: the best of what was measured, and small enough for fifty streams at once. */
const pieceBytes = 256 * 1024;

export function openSource(io: FileIo, path: string): ByteSource & { close(): void } {
  const fd = guarded(path, () => io.openSync(path, openForReading));
  let size: number;
  try {
    ({ size } = demandFile(io, fd, path));
  } catch (error) {
    quietly(() => io.closeSync(fd));
    throw error;
  }
  let isClosed = false;
  let reading = 0;
  // The number of a closed descriptor may soon be another file's: no read may be under way then.
  const closeWhenIdle = (): void => {
    if (isClosed && reading === 0) quietly(() => io.closeSync(fd));
  };
  return {
    name: path,
    size,
    async *read(offset, length, lentBytes) {
      if (isClosed) throw new Error(`${path} is read after it was closed`);
      reading += 1;
      const lent = lentBytes === undefined ? null : lentMemory(Math.min(lentBytes, length));
      try {
        yield* readPieces(io, fd, path, { offset, length, memory: lent?.memory ?? keptMemory });
        lent?.giveBack();
      } finally {
        reading -= 1;
        closeWhenIdle();
      }
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      closeWhenIdle();
    },
  };
}

interface Stretch {
  readonly offset: number;
  readonly length: number;
  /** Memory for the next piece, which is to have so many bytes at most. */
  readonly memory: (bytes: number) => Uint8Array;
}

/** The next piece is read ahead while the one before is worked on. */
async function* readPieces(
  io: FileIo,
  fd: number,
  path: string,
  { offset, length, memory }: Stretch,
): AsyncGenerator<Uint8Array> {
  const end = offset + length;
  const readFrom = (at: number): Promise<Uint8Array> | null =>
    at >= end ? null : readPiece(io, fd, path, at, memory(end - at));
  let at = offset;
  let next = readFrom(at);
  try {
    while (next !== null) {
      const piece: Uint8Array = await next;
      at += piece.length;
      next = readFrom(at);
      // Whoever stops here never learns how the read ahead ends.
      next?.catch(() => {});
      yield piece;
    }
  } finally {
    await next?.catch(() => {});
  }
}

/** Not from the shared pool: a small piece that is kept must not keep a large one alive. */
function keptMemory(bytes: number): Uint8Array {
  return Buffer.allocUnsafeSlow(Math.min(pieceBytes, bytes));
}

/** By turns: while one is worked on the other is read into. */
function lentMemory(lentBytes: number) {
  const both: [Uint8Array?, Uint8Array?] = [];
  let turn: 0 | 1 = 0;
  return {
    memory: (bytes: number): Uint8Array => {
      turn = turn === 0 ? 1 : 0;
      return (both[turn] ??= spareMemory(lentBytes)).subarray(0, bytes);
    },
    /** For the next one who reads: whoever had the last piece has asked for another, so nobody looks at it any more. */
    giveBack(): void {
      for (const one of both) if (one !== undefined) spare.push(one);
      // The oldest go: of pieces of another size nobody may ask again.
      spare.splice(0, spare.length - mostSpare);
    },
  };
}

/** What two who read at the same time need; the rest is left to V8. */
const mostSpare = 4;

const spare: Uint8Array[] = [];

/** V8 looks late for what is dead, so a bundle of twenty Artifacts had twenty pairs of pieces lying about. */
function spareMemory(size: number): Uint8Array {
  const at = spare.findIndex((one) => one.length === size);
  return spare.splice(at, at < 0 ? 0 : 1)[0] ?? Buffer.allocUnsafeSlow(size);
}

function readPiece(
  io: FileIo,
  fd: number,
  path: string,
  at: number,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    io.read(fd, bytes, 0, bytes.length, at, (error, count) => {
      if (error !== null) reject(fileError(error, path));
      else if (count === 0) reject(new FileError("EIO", path, `it ends early, at byte ${at}`));
      else resolve(bytes.subarray(0, count));
    });
  });
}

/** Where it fails, no part of the file stays. */
export async function writeStream(
  io: FileIo,
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  makeRoom?: MakeRoom,
): Promise<number> {
  const file = openNew(io, path, makeRoom);
  let written = 0;
  try {
    for await (const chunk of chunks) {
      await file.write(chunk);
      written += chunk.length;
    }
    await file.finish();
  } catch (error) {
    await file.discard();
    throw error;
  }
  return written;
}

export function openNew(io: FileIo, path: string, makeRoom?: MakeRoom): NewFile {
  const flags = openForWriting | constants.O_CREAT | constants.O_EXCL;
  const fd = guarded(path, () => io.openSync(path, flags, privateFile));
  const sync = syncAhead(io, fd, path);
  let written = 0;
  let isClosed = false;
  const close = (): void => {
    // One that is closed may soon be another file's, so never twice.
    if (isClosed) return;
    isClosed = true;
    guarded(path, () => io.closeSync(fd));
  };
  const writeSome = async (bytes: Uint8Array): Promise<number> => {
    for (;;) {
      try {
        return await writePiece(io, fd, path, bytes, written);
      } catch (error) {
        const isFull = error instanceof FileError && error.code === "ENOSPC";
        if (!isFull || makeRoom === undefined || !(await makeRoom())) throw error;
      }
    }
  };
  return {
    async write(bytes) {
      for (let done = 0; done < bytes.length;) {
        const count = await writeSome(bytes.subarray(done));
        done += count;
        written += count;
        sync.wrote(count);
      }
    },
    async finish() {
      await sync.settled();
      await syncData(io, fd, path);
      close();
    },
    async discard() {
      await sync.settled().catch(() => {});
      quietly(close);
      quietly(() => io.rmSync(path, removeOne));
    },
  };
}

function writePiece(
  io: FileIo,
  fd: number,
  path: string,
  bytes: Uint8Array,
  at: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    io.write(fd, bytes, 0, bytes.length, at, (error, count) => {
      if (error === null) resolve(count);
      else reject(fileError(error, path));
    });
  });
}

/** Bytes that are brought to the disk at once while more are written. */
const aheadBytes = 16 * 1024 * 1024;

/**
 * Brings what was written to the disk while more comes, so that little is left to wait for at the end, and little
 * memory waits for the disk. The kernel tells of a failed write only once for each descriptor: so such a sync must be
 * looked at, too.
 */
function syncAhead(io: FileIo, fd: number, path: string) {
  let bytes = 0;
  let underWay: Promise<void> | null = null;
  let failure: { readonly error: unknown } | null = null;
  const begin = () =>
    syncData(io, fd, path).then(
      () => {
        underWay = null;
      },
      (error: unknown) => {
        failure ??= { error };
        underWay = null;
      },
    );
  return {
    wrote(count: number): void {
      bytes += count;
      if (bytes < aheadBytes || underWay !== null) return;
      bytes = 0;
      underWay = begin();
    },
    /** Once nothing is under way any more; throws where one of them has failed. */
    async settled(): Promise<void> {
      await underWay;
      if (failure !== null) throw failure.error;
    },
  };
}

function syncData(io: FileIo, fd: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    io.fdatasync(fd, (error) => {
      if (error === null) resolve();
      else reject(fileError(error, path));
    });
  });
}
