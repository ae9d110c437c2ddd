import type { ByteSource } from "../../src/platform/types.ts";
import { FileError } from "../../src/platform/types.ts";

/**
 * Bytes in memory as a file, given out in pieces of `pieceBytes`. What is lent is spoilt once the next piece is asked
 * for, so that whoever still uses it then is found out.
 */
export function memorySource(name: string, bytes: Uint8Array, pieceBytes = 64 * 1024): ByteSource {
  return {
    name,
    size: bytes.length,

    async *read(offset, length, lentBytes) {
      const end = offset + length;
      if (end > bytes.length) throw new FileError("EIO", name, "the medium ended early");
      const most = Math.min(pieceBytes, lentBytes ?? pieceBytes);
      for (let at = offset; at < end; at += most) {
        const piece = bytes.subarray(at, Math.min(at + most, end));
        if (lentBytes === undefined) yield piece;
        else yield* lent(piece);
      }
    },
  };
}

/** Each piece as it is lent: spoilt once the next one is asked for. */
export function* lent(...pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const piece of pieces) {
    const copy = new Uint8Array(piece);
    yield copy;
    copy.fill(0xee);
  }
}

/** Everything that a stream gives, as one; its pieces may be lent. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of chunks) pieces.push(new Uint8Array(piece));
  return Buffer.concat(pieces);
}
