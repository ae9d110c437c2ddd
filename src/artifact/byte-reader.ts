import { refused } from "./artifact-error.ts";

/** Reads bytes in their order, each once, holding no more than the piece at hand. */
export interface ByteReader {
  /** How many bytes were taken so far. */
  position(): number;
  /** A copy of exactly `length` bytes; ArtifactError where the input ends before. Only for small lengths. */
  take(length: number): Promise<Uint8Array>;
  /**
   * Exactly `length` bytes in pieces as they come, lent or not; must be read to its end before anything else is
   * asked for.
   */
  stream(length: number): AsyncIterable<Uint8Array>;
  /** The next piece as it comes, of any size, lent or not; null at the end. */
  piece(): Promise<Uint8Array | null>;
  /** Lets go of the input, read to its end or not. */
  close(): Promise<void>;
}

/** A ByteReader over a stream. `file` is what problems call it. */
export function readBytes(file: string, chunks: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  let position = 0;

  /** Makes `rest` non-empty; false at the end of the input. */
  async function refill(): Promise<boolean> {
    while (rest.length === 0) {
      const next = await iterator.next();
      if (next.done === true) return false;
      rest = next.value;
    }
    return true;
  }

  async function upTo(length: number): Promise<Uint8Array> {
    if (!(await refill())) throw truncated(file, position);
    const piece = rest.subarray(0, length);
    rest = rest.subarray(piece.length);
    position += piece.length;
    return piece;
  }

  return {
    position: () => position,
    async take(length) {
      const whole = new Uint8Array(length);
      for (let filled = 0; filled < length;) {
        const piece = await upTo(length - filled);
        whole.set(piece, filled);
        filled += piece.length;
      }
      return whole;
    },
    async *stream(length) {
      for (let left = length; left > 0;) {
        const piece = await upTo(left);
        left -= piece.length;
        yield piece;
      }
    },
    async piece() {
      return (await refill()) ? upTo(rest.length) : null;
    },
    async close() {
      await iterator.return?.();
    },
  };
}

function truncated(file: string, position: number) {
  return refused("archive-truncated", file, `"${file}" ends in the middle of an entry.`, {
    expected: "more bytes",
    got: `the end after ${position} bytes`,
    hint: "The file was not copied whole: copy or download it again.",
  });
}
