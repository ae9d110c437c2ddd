import type { ByteSource } from "../platform/types.ts";

/** The same bytes; each that is read is counted once, however often it is read. */
export function countedSource<S extends ByteSource>(source: S, count: (done: number) => void): S {
  let furthest = 0;
  return {
    ...source,
    name: source.name,
    size: source.size,
    async *read(offset: number, length: number, lentBytes?: number) {
      let at = offset;
      for await (const piece of source.read(offset, length, lentBytes)) {
        at += piece.length;
        furthest = Math.max(furthest, at);
        count(furthest);
        yield piece;
      }
    },
  };
}

/** The same pieces; of each it is told how many bytes there were up to its end. */
export async function* countedPieces(
  pieces: AsyncIterable<Uint8Array>,
  count: (done: number) => void,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const piece of pieces) {
    done += piece.length;
    count(done);
    yield piece;
  }
}
