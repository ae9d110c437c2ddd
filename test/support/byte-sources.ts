import type { ByteSource } from "../../src/platform/types.ts";
import { FileError } from "../../src/platform/types.ts";

/** Bytes in memory as a file, given out in pieces of `pieceBytes`. */
export function memorySource(name: string, bytes: Uint8Array, pieceBytes = 64 * 1024): ByteSource {
  return {
    name,
    size: bytes.length,

    async *read(offset, length) {
      const end = offset + length;
      if (end > bytes.length) throw new FileError("EIO", name, "the medium ended early");
      for (let at = offset; at < end; at += pieceBytes) {
        yield bytes.subarray(at, Math.min(at + pieceBytes, end));
      }
    },
  };
}

/** Everything that a stream gives, as one. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of chunks) pieces.push(piece);
  return Buffer.concat(pieces);
}
