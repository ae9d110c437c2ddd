import type { ByteSource } from "../../platform/types.ts";

/** One who reads an Artifact, and where that comes from if it is not in the cache. */
export interface Reader {
  /** How people find it, for messages. */
  readonly name: string;
  readonly read: ByteSource["read"];
}

/** Where the readers of one Artifact get their bytes. */
export interface Shelf {
  /**
   * The block of that number. "elsewhere": it cannot be had here, but from the reader's own source. "damaged": what lay
   * here is no good, and is not here any more. Throws what the reader's own source throws.
   */
  block(index: number, reader: Reader): Promise<Uint8Array | "elsewhere" | "damaged">;
  /**
   * What this reader has begun to read of its own source, standing at that byte; then it is no concern of the shelf.
   */
  handOver(reader: Reader, at: number): AsyncIterable<Uint8Array> | null;
  /** The reader will not come again: nothing waits for it, or for its source. */
  leave(reader: Reader): void;
  /** Nobody reads from here any more. */
  close(): Promise<void>;
}

/** Where nothing can be kept. */
export const noShelf: Shelf = {
  block: () => Promise.resolve("elsewhere"),
  handOver: () => null,
  leave: () => {},
  close: () => Promise.resolve(),
};
