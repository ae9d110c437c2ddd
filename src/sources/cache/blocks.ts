import { crc32 } from "node:zlib";
import type { ByteSource } from "../../platform/types.ts";

/** Bytes that are written, checked and handed out at a time; as many as one read of a file gives. */
export const blockBytes = 256 * 1024;

/** The check sums of the blocks of a file, taken while its bytes were known to be right. */
export interface BlockSums {
  add(bytes: Uint8Array): void;
  /** Whether this is the block of that number, from 0, as it was then. */
  holds(index: number, block: Uint8Array): boolean;
}

export function blockSums(): BlockSums {
  const sums: number[] = [];
  let filled = 0;
  return {
    add(bytes) {
      for (let at = 0; at < bytes.length;) {
        const piece = bytes.subarray(at, at + blockBytes - filled);
        if (filled === 0) sums.push(crc32(piece));
        else sums.push(crc32(piece, sums.pop()));
        at += piece.length;
        filled = (filled + piece.length) % blockBytes;
      }
    },
    holds: (index, block) => sums[index] === crc32(block),
  };
}

/** The block of that number; the last one is shorter. Throws FileError. */
export async function readBlock(
  source: Pick<ByteSource, "read">,
  index: number,
  fileBytes: number,
): Promise<Uint8Array> {
  const start = index * blockBytes;
  return await gathered(source.read(start, Math.min(blockBytes, fileBytes - start)));
}

async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  const [first, ...rest] = all;
  return first !== undefined && rest.length === 0 ? first : Buffer.concat(all);
}
