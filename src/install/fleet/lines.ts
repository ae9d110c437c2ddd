/** One line of a stream, without its newline; `bytes` is null where it is longer than is read. */
export interface StreamLine {
  /** Counted from 1. */
  readonly number: number;
  readonly bytes: Buffer | null;
}

/** Splits bytes into lines as they come. Of a line longer than `most` bytes nothing is kept. */
export interface LineSplitter {
  take(bytes: Uint8Array): Iterable<StreamLine>;
  /** Nothing more comes: a last line without its newline counts as well. */
  end(): Iterable<StreamLine>;
}

const newline = 0x0a;

export function lineSplitter(most: number): LineSplitter {
  let number = 0;
  let kept: Buffer[] = [];
  let keptBytes = 0;

  function keep(bytes: Buffer): void {
    keptBytes += bytes.length;
    if (keptBytes > most) kept = [];
    // The memory of a piece may be lent, and a line must not keep a whole piece alive.
    else if (bytes.length > 0) kept.push(Buffer.from(bytes));
  }

  function endLine(last: Buffer): StreamLine {
    number += 1;
    const isTooLong = keptBytes + last.length > most;
    const bytes = isTooLong ? null : kept.length === 0 ? last : Buffer.concat([...kept, last]);
    kept = [];
    keptBytes = 0;
    return { number, bytes };
  }

  return {
    *take(bytes) {
      const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      let at = 0;
      for (let end = piece.indexOf(newline); end !== -1; end = piece.indexOf(newline, at)) {
        yield endLine(piece.subarray(at, end));
        at = end + 1;
      }
      keep(piece.subarray(at));
    },
    *end() {
      if (keptBytes > 0) yield endLine(Buffer.alloc(0));
    },
  };
}
