import type { Amount, Memory, Work } from "../core/events.ts";

/** A piece of work that takes time beside the states of Components. */
export interface WorkToShow {
  readonly work: Work;
  /** What it is done with, as people know it; no two with the same name at the same time. */
  readonly name: string;
  /** Null: nobody knows how much it is. */
  readonly total: Amount | null;
  /** In what it is counted where there is no total; bytes if left out. */
  readonly unit?: Amount["unit"];
}

/** Takes how much is done, and the memory that this takes where it may not take any. */
export type Count = (done: number, memory?: Memory) => void;

/** Shows whoever watches what is being done, until it has ended. */
export type Working = <T>(what: WorkToShow, use: (count: Count) => Promise<T>) => Promise<T>;
