import { FileError } from "../../platform/types.ts";
import { blockBytes } from "./blocks.ts";
import type { Reader } from "./shelf.ts";

/** A download that all readers share; it is of the source of one of them. */
export interface Stream {
  readonly reader: Reader;
  /** The byte that comes next. */
  position(): number;
  /**
   * The next bytes, exactly so many. Null: the reader whose source it is has left. Throws what the source throws, and
   * FileError where it ends early.
   */
  take(length: number): Promise<Uint8Array | null>;
  /** What is still to come, for one who reads on alone. */
  rest(): AsyncIterable<Uint8Array>;
  /** Nobody wants more of it. Whoever waits for it is told so at once, even if its source never answers. */
  end(): void;
}

export function openStream(reader: Reader, start: number, end: number): Stream {
  // Each piece is copied before the next one is asked for.
  const iterator = reader.read(start, end - start, blockBytes)[Symbol.asyncIterator]();
  let left: Uint8Array = new Uint8Array(0);
  let position = start;
  let tellEnd = (): void => {};
  const ended = new Promise<null>((settle) => {
    tellEnd = () => settle(null);
  });

  async function refill(): Promise<boolean> {
    while (left.length === 0) {
      const next = await iterator.next();
      if (next.done === true) return false;
      left = next.value;
    }
    return true;
  }

  async function gather(length: number): Promise<Uint8Array> {
    // Not from the shared pool: it goes to readers who may keep it.
    const whole = Buffer.allocUnsafeSlow(length);
    for (let filled = 0; filled < length;) {
      if (!(await refill())) throw endsEarly(reader, position);
      const piece = left.subarray(0, length - filled);
      whole.set(piece, filled);
      left = left.subarray(piece.length);
      filled += piece.length;
      position += piece.length;
    }
    return whole;
  }

  return {
    reader,
    position: () => position,
    async take(length) {
      const gathering = gather(length);
      // After the end nobody looks at it any more.
      gathering.catch(() => {});
      return await Promise.race([gathering, ended]);
    },
    async *rest() {
      try {
        while (await refill()) {
          const piece = left;
          left = new Uint8Array(0);
          position += piece.length;
          yield piece;
        }
      } finally {
        await iterator.return?.();
      }
    },
    end() {
      tellEnd();
      // A read that never ends would hold up its own closing as well.
      iterator.return?.().catch(() => {});
    },
  };
}

function endsEarly({ name }: Reader, at: number): FileError {
  return new FileError("EIO", name, `it ends early, at byte ${at}`);
}
