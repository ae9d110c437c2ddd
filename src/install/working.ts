import type { Amount, Work } from "../core/events.ts";
import type { ByteSource } from "../platform/types.ts";

/** A piece of work that takes time beside the states of Components. */
export interface WorkToShow {
  readonly work: Work;
  /** What it is done with, as people know it; no two with the same name at the same time. */
  readonly name: string;
  /** Null: nobody knows how much it is. */
  readonly total: Amount | null;
}

/** Shows whoever watches what is being done, until it has ended. `count` takes how much of the total is done. */
export type Working = <T>(
  what: WorkToShow,
  use: (count: (done: number) => void) => Promise<T>,
) => Promise<T>;

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
