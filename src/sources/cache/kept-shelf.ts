import { createHash } from "node:crypto";
import type { Sha256 } from "../../core/ids.ts";
import { FileError, type Files } from "../../platform/types.ts";
import { blockBytes, type BlockSums, blockSums, readBlock } from "./blocks.ts";
import type { Shelf } from "./shelf.ts";

export interface KeptEntry {
  readonly sha256: Sha256;
  readonly path: string;
  readonly bytes: number;
  /**
   * Those of its blocks, where this process has seen all of it; else it is read whole before the first one is given.
   */
  readonly sums: BlockSums | null;
}

/**
 * An entry of the cache. Nothing of it is given before all of it has proved to have its sum, and then every block is
 * held to what was read then: a medium may fail in between.
 */
export function keptShelf(
  files: Files,
  { sha256, path, bytes, sums: known }: KeptEntry,
  proved: (sums: BlockSums) => void,
  damaged: (why: string) => void,
): Shelf {
  let file: ReturnType<Files["openSource"]> | null = null;
  let proving: Promise<BlockSums | null> | null = known === null ? null : Promise.resolve(known);
  let isDamaged = false;

  function source() {
    return (file ??= files.openSource(path));
  }

  function refuse(error: unknown): void {
    if (!(error instanceof FileError)) throw error;
    if (isDamaged) return;
    isDamaged = true;
    damaged(error.message);
  }

  async function prove(): Promise<BlockSums | null> {
    try {
      const sums = blockSums();
      const hash = createHash("sha256");
      const whole = source();
      if (whole.size !== bytes) throw new FileError("EIO", path, "its size has changed");
      for await (const piece of whole.read(0, bytes, blockBytes)) {
        hash.update(piece);
        sums.add(piece);
      }
      if (hash.digest("hex") !== sha256) throw changed(path);
      proved(sums);
      return sums;
    } catch (error) {
      refuse(error);
      return null;
    }
  }

  return {
    async block(index) {
      const sums = await (proving ??= prove());
      if (isDamaged || sums === null) return "damaged";
      try {
        const block = await readBlock(source(), index, bytes);
        if (!sums.holds(index, block)) throw changed(path);
        return block;
      } catch (error) {
        refuse(error);
        return "damaged";
      }
    },
    handOver: () => null,
    leave: () => {},
    close() {
      file?.close();
      return Promise.resolve();
    },
  };
}

function changed(path: string): FileError {
  return new FileError("EIO", path, "its bytes are not those that were stored");
}
