import type { Problem } from "../../core/problem.ts";
import type { CachedSource, Origin, WantedBytes } from "./artifact-cache.ts";
import { blockBytes } from "./blocks.ts";
import type { Reader, Shelf } from "./shelf.ts";

/** All readers of one Artifact. */
export interface Shared {
  readonly wanted: WantedBytes;
  readonly readers: Set<Reader>;
  /** Null: nobody has asked for a byte yet. */
  shelf: Shelf | null;
  /** Why it is not kept; null: no reason is known yet. */
  refusal: Problem | null;
}

export interface SharingPorts {
  /** Where they get their bytes; asked for with the first of them, and again where what lay there was damaged. */
  readonly shelfFor: () => Shelf;
  /** A reader has verified all that it has read of this one. */
  readonly keep: (shelf: Shelf) => Promise<void>;
  /** Nobody reads from this one any more. */
  readonly closing: (shelf: Shelf) => void;
  /** The last reader has gone. */
  readonly left: () => void;
}

/** One more reader of an Artifact, who shares its shelf with the others. */
export function cachedSource(all: Shared, origin: Origin, ports: SharingPorts): CachedSource {
  const { wanted } = all;
  let source: ReturnType<Origin> | null = null;
  const reader: Reader = {
    name: wanted.name,
    read: (...args) => (source ??= origin()).read(...args),
  };
  all.readers.add(reader);
  let isClosed = false;

  /**
   * Where the reader has got all of it, from its first byte to its last; only of that it can say that it was right.
   */
  let readWhole: Shelf | null = null;

  async function blockAt(at: number): Promise<{ shelf: Shelf; block: Uint8Array | null }> {
    for (;;) {
      const shelf = (all.shelf ??= ports.shelfFor());
      const block = await shelf.block(Math.floor(at / blockBytes), reader);
      if (block === "elsewhere") return { shelf, block: null };
      if (block !== "damaged") return { shelf, block };
      if (all.shelf === shelf) {
        all.shelf = null;
        ports.closing(shelf);
      }
    }
  }

  return {
    name: wanted.name,
    size: wanted.size,
    async *read(offset, length, lentBytes) {
      const end = offset + length;
      const shelves = new Set<Shelf>();
      for (let at = offset; at < end;) {
        const { shelf, block } = await blockAt(at);
        if (block === null) {
          yield* onward(shelf, reader, at, end, lentBytes);
          return;
        }
        shelves.add(shelf);
        const start = at % blockBytes;
        const bytes = block.subarray(start, start + end - at);
        yield* cut(bytes, lentBytes);
        at += bytes.length;
      }
      const [only, ...more] = shelves;
      if (offset === 0 && end === wanted.size && more.length === 0) readWhole = only ?? null;
    },
    async keep() {
      if (readWhole !== null) await ports.keep(readWhole);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      all.shelf?.leave(reader);
      source?.close?.();
      all.readers.delete(reader);
      if (all.readers.size === 0) ports.left();
    },
  };
}

/** What the cache does not give, from where the reader has begun already, or else anew. */
async function* onward(
  shelf: Shelf,
  reader: Reader,
  at: number,
  end: number,
  lentBytes: number | undefined,
): AsyncGenerator<Uint8Array> {
  const begun = shelf.handOver(reader, at);
  if (begun === null) {
    yield* reader.read(at, end - at, lentBytes);
    return;
  }
  let left = end - at;
  for await (const piece of begun) {
    // They are lent, and who has not asked for that may keep them.
    const lent = piece.subarray(0, left);
    const wanted = lentBytes === undefined ? new Uint8Array(lent) : lent;
    left -= wanted.length;
    yield* cut(wanted, lentBytes);
    if (left <= 0) return;
  }
}

/** In pieces no larger than so many bytes. */
function* cut(bytes: Uint8Array, most = Number.POSITIVE_INFINITY): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += most) yield bytes.subarray(at, at + most);
}
