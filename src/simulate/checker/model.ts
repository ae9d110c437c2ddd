/**
 * What is checked: everything that may happen, and what must be told of it. Of what it speaks, the checker does not
 * know.
 */
export interface Model<State, Found> {
  readonly initial: State;
  /** What comes where nothing goes wrong; null where it has ended. */
  readonly onward: (state: State) => State | null;
  /** What may go wrong instead; each costs one fault. */
  readonly faults: (state: State) => Iterable<Fault<State>>;
  /** What is told of an end. */
  readonly atEnd: (state: State) => Finding<Found>;
  /** What is told of a step; null: nothing. */
  readonly atStep: (before: State, after: State) => Finding<Found> | null;
  /** A place to pack states in. */
  readonly packed: () => Packed<State>;
}

/** Thrown by a model that takes longer than a turn for something: asked the same once more it goes on with it. */
export class Unfinished extends Error {}

export interface Fault<State> {
  /** For people. */
  readonly told: string;
  readonly next: State;
}

/** Findings of one key are told once, with the fewest faults that lead there. */
export interface Finding<Found> {
  readonly key: string;
  readonly found: Found;
}

/**
 * A state as whole numbers: equal exactly where all that can still come is equal, or different in names only. What the
 * state before it had in common is taken over.
 */
export interface Packed<State> {
  /** Of these the first `length` count. */
  readonly ints: Int32Array;
  readonly length: number;
  /**
   * `faultsLeft` is part of what is packed. True: nothing that counts has changed since the state before, and it goes
   * on all the same.
   */
  pack(state: State, faultsLeft: number): boolean;
  /** Takes over what another one holds. */
  become(other: Packed<State>): void;
}
