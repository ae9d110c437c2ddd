import { createHash } from "node:crypto";
import { Sha256 } from "../../core/ids.ts";
import { FileError, type Files } from "../../platform/types.ts";
import { blockBytes, type BlockSums, blockSums, readBlock } from "./blocks.ts";
import { entryPath, fillingPath } from "./contents.ts";
import type { Reader, Shelf } from "./shelf.ts";
import { openStream, type Stream } from "./stream.ts";

/*
 * One download for all who read the same Artifact at the same time.
 *
 * Nobody is the downloader. Whoever comes to the end of what is there fetches the next block, writes it to the file,
 * and all who wait for it get it; who comes later reads it from the file. So the fastest Interface sets the pace, and
 * one that stands still holds up nobody: it need not even take the bytes that were fetched by means of its own source.
 *
 * The stream from the source is opened by one of the readers and used by all. When its reader leaves, or its source
 * breaks, the next one who needs a block opens another from its own source, where the file ends. A break is told only
 * to a reader whose own source it was.
 *
 * Where the file cannot be written, or does not hold any more what was written, only the filling ends. Each reads on
 * from its own source where it stands, and whoever had opened the stream goes on with that.
 */

/** An entry that was made here, and the sums of its blocks. */
export interface Filled {
  readonly sha256: Sha256;
  readonly path: string;
  readonly sums: BlockSums;
}

export interface Filling extends Shelf {
  /** Bytes still to be written; 0 where nothing will be. */
  pending(): number;
  /** Frees its room now, whoever still reads; false: it takes none, or is an entry already. */
  giveUp(): Promise<boolean>;
  /**
   * The bytes have proved to be the Artifact: from now on they are an entry, durably. Null where not all of them came,
   * or they cannot be kept; why was told.
   */
  keep(): Promise<Filled | null>;
}

export interface FillingPorts {
  readonly files: Files;
  readonly directory: string;
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** Told once why nothing is kept. */
  readonly gaveUp: (why: FileError) => void;
}

/** Throws FileError where no file can be made. */
export function startFilling(ports: FillingPorts, size: number): Filling {
  const { files, directory } = ports;
  const path = fillingPath(directory, ports.id);
  const file = files.openNew(path);
  const written = files.openSource(path);
  const hash = createHash("sha256");
  const sums = blockSums();
  let bytes = 0;
  let stream: Stream | null = null;
  let isGivenUp = false;
  let fetching: Promise<Fetched | null> | null = null;
  let kept: Promise<Filled | null> | null = null;
  let removal: Promise<void> | null = null;
  /** What is under way on the file. */
  const atWork = new Set<Promise<unknown>>();

  async function working<T>(work: Promise<T>): Promise<T> {
    atWork.add(work);
    try {
      return await work;
    } finally {
      atWork.delete(work);
    }
  }

  function remove(): Promise<void> {
    return (removal ??= (async () => {
      await fetching;
      written.close();
      await file.discard();
    })());
  }

  function giveUp(error: unknown): void {
    if (!(error instanceof FileError)) throw error;
    if (isGivenUp) return;
    isGivenUp = true;
    ports.gaveUp(error);
  }

  async function readBack(index: number): Promise<Uint8Array | "elsewhere"> {
    try {
      const block = await working(readBlock(written, index, size));
      if (sums.holds(index, block)) return block;
      throw new FileError("EIO", path, "the medium does not hold what was written to it");
    } catch (error) {
      giveUp(error);
      return "elsewhere";
    }
  }

  /** The next block of the file, for all who wait for it. */
  async function fetch(reader: Reader): Promise<Fetched> {
    for (;;) {
      const from: Stream = (stream ??= openStream(reader, bytes, size));
      try {
        const block = await from.take(Math.min(blockBytes, size - bytes));
        if (block !== null) return { index: bytes / blockBytes, block };
        if (from.reader === reader) throw new Error("an Artifact is read after it was closed");
      } catch (error) {
        if (stream === from) stream = null;
        from.end();
        if (from.reader === reader) throw error;
      }
    }
  }

  async function fetchAndWrite(reader: Reader): Promise<Fetched> {
    const fetched = await fetch(reader);
    const { block } = fetched;
    if (isGivenUp) return fetched;
    try {
      const writing = working(file.write(block));
      hash.update(block);
      sums.add(block);
      await writing;
      bytes += block.length;
    } catch (error) {
      giveUp(error);
    }
    return fetched;
  }

  async function rename(): Promise<Filled> {
    const sha256 = Sha256.parse(hash.digest("hex"));
    const entry = entryPath(directory, sha256);
    await file.finish();
    files.renameDurably(path, entry);
    return { sha256, path: entry, sums };
  }

  return {
    async block(index, reader) {
      for (;;) {
        if (isGivenUp) return "elsewhere";
        const start = index * blockBytes;
        if (start < bytes) return await readBack(index);
        if (start > bytes) return "elsewhere";
        const others = fetching;
        const fetched = await (others ?? fetchFor(reader));
        if (fetched?.index === index) return fetched.block;
      }
    },
    handOver(reader, at) {
      if (stream?.reader !== reader || !isGivenUp) return null;
      const own = stream;
      stream = null;
      if (own.position() === at) return own.rest();
      own.end();
      return null;
    },
    leave(reader) {
      if (stream?.reader !== reader) return;
      stream.end();
      stream = null;
    },
    close: async () => {
      if ((await kept) === null) await remove();
      else written.close();
    },
    giveUp: async () => {
      if (isGivenUp || kept !== null) return false;
      giveUp(new FileError("ENOSPC", path, "its room is needed for the update itself"));
      await Promise.allSettled(atWork);
      written.close();
      await file.discard();
      return true;
    },
    pending: () => (isGivenUp ? 0 : size - bytes),
    keep: async () => {
      if (isGivenUp || bytes < size) return null;
      return await (kept ??= rename().catch((error: unknown) => {
        giveUp(error);
        return null;
      }));
    },
  };

  async function fetchFor(reader: Reader): Promise<Fetched> {
    const own = fetchAndWrite(reader);
    const told = own.then(
      (fetched) => fetched,
      // Whose source it was is told; the others try their own.
      () => null,
    );
    fetching = told;
    try {
      return await own;
    } finally {
      if (fetching === told) fetching = null;
    }
  }
}

interface Fetched {
  readonly index: number;
  readonly block: Uint8Array;
}
