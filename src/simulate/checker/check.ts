import { type Fault, type Finding, type Model, type Packed, Unfinished } from "./model.ts";
import { vectorTable } from "./vector-table.ts";

export interface Bounds {
  /** How many faults may happen on one way. */
  readonly faults: number;
  /** After so many situations it is given up. */
  readonly situations: number;
}

/** What ended it before everything was tried: the limit of situations, that of memory, or a signal. */
export type GivenUp = "situations" | "memory" | "signal";

/** How far it has come; also how much more it may take until it tells again. */
export interface Coverage {
  readonly situations: number;
  /** All ways of fewer faults than these were followed to their ends. */
  readonly faults: number;
  /** Bytes of the set of situations. */
  readonly bytes: number;
  /** Bytes that it may take besides before it is asked again. */
  readonly mayTake: number;
}

export interface Checked<Found> extends Pick<Coverage, "situations" | "faults"> {
  /** What was found, that of fewer faults first; each with the fewest faults that lead there. */
  readonly found: readonly { readonly found: Found; readonly faults: readonly string[] }[];
  /** Null: everything was tried. */
  readonly givenUp: GivenUp | null;
}

/** A check step by step: it goes on when it is told null, and is given up for what it is told else. */
export type Checking<Found> = Generator<Coverage, Checked<Found>, GivenUp | null>;

/** The faults so far, the last one first. */
interface Trail {
  readonly told: string;
  readonly before: Trail | null;
}

/** A situation that is gone on from: first into each of its faults, then onwards. */
interface Frame<State> {
  state: State;
  readonly packed: Packed<State>;
  faults: Iterator<Fault<State>>;
  /** How many of its faults were gone into. */
  taken: number;
  readonly trail: Trail | null;
}

/** So many situations are gone through at once. */
const turn = 512;

/**
 * All ways of no fault, then all of at most one, and so on: so the first that leads somewhere has the fewest faults,
 * and nothing but the situations that were met has to be kept. Equal situations are gone on from once.
 */
export function* check<State, Found>(model: Model<State, Found>, bounds: Bounds): Checking<Found> {
  const found = new Map<string, Checked<Found>["found"][number]>();
  const note = (finding: Finding<Found> | null, trail: Trail | null): void => {
    if (finding === null || found.has(finding.key)) return;
    found.set(finding.key, { found: finding.found, faults: listed(trail) });
  };
  const places = Array.from({ length: bounds.faults + 1 }, () => model.packed());
  let situations = 0;
  const checked = (faults: number, givenUp: GivenUp | null): Checked<Found> => ({
    situations,
    faults,
    found: [...found.values()],
    givenUp,
  });
  for (let faults = 0; faults <= bounds.faults; faults += 1) {
    const met = vectorTable();
    const frames: Frame<State>[] = [];
    /** False: it was met already. */
    const isNew = ({ ints, length }: Packed<State>): boolean => met.add(ints, length);
    const enter = (state: State, trail: Trail | null): void => {
      const packed = places[frames.length];
      if (packed === undefined) throw new Error("more faults than there may be");
      const before = frames.at(-1);
      if (before !== undefined) packed.become(before.packed);
      packed.pack(state, faults - frames.length);
      if (!isNew(packed)) return;
      const isLast = frames.length === faults;
      frames.push({
        state,
        packed,
        faults: isLast ? none() : faultsOf(model, state),
        taken: 0,
        trail,
      });
    };
    const coverage = ({ packed: { length } }: Frame<State>): Coverage => {
      return { situations, faults, bytes: met.bytes, mayTake: met.growthOf(turn, length) };
    };
    /** Into the next fault of the situation, or onwards. */
    const goOn = (frame: Frame<State>): void => {
      const { state, trail } = frame;
      const fault = nextFault(model, frame);
      if (fault.done !== true) {
        const { told, next } = fault.value;
        const way = { told, before: trail };
        note(model.atStep(state, next), way);
        enter(next, way);
        return;
      }
      const next = model.onward(state);
      if (next === null) {
        note(model.atEnd(state), trail);
        frames.pop();
        return;
      }
      note(model.atStep(state, next), trail);
      const left = faults + 1 - frames.length;
      frame.state = next;
      // Its faults are those of the situation before.
      if (frame.packed.pack(next, left)) return;
      frame.taken = 0;
      if (isNew(frame.packed)) frame.faults = left === 0 ? none() : faultsOf(model, next);
      else frames.pop();
    };
    enter(model.initial, null);
    let steps = 0;
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      if (met.size > bounds.situations) {
        situations = bounds.situations;
        return checked(faults, "situations");
      }
      situations = met.size;
      steps += 1;
      if (steps % turn === 0) {
        const stop = yield coverage(frame);
        if (stop !== null) return checked(faults, stop);
      }
      try {
        goOn(frame);
      } catch (error) {
        if (!(error instanceof Unfinished)) throw error;
        const stop = yield coverage(frame);
        if (stop !== null) return checked(faults, stop);
      }
    }
    situations = met.size;
  }
  return checked(bounds.faults + 1, null);
}

/** An iterator that has thrown is over: where the model takes longer it is begun once more behind the last fault. */
function nextFault<State, Found>(
  model: Model<State, Found>,
  frame: Frame<State>,
): IteratorResult<Fault<State>> {
  try {
    const fault = frame.faults.next();
    frame.taken += 1;
    return fault;
  } catch (error) {
    frame.faults = behind(model.faults(frame.state), frame.taken);
    throw error;
  }
}

function faultsOf<State, Found>(
  { faults }: Model<State, Found>,
  state: State,
): Iterator<Fault<State>> {
  return faults(state)[Symbol.iterator]();
}

function* behind<Item>(items: Iterable<Item>, taken: number): Generator<Item> {
  let count = 0;
  for (const item of items) {
    count += 1;
    if (count > taken) yield item;
  }
}

function none<State>(): Iterator<Fault<State>> {
  return [][Symbol.iterator]();
}

function listed(trail: Trail | null): readonly string[] {
  const faults: string[] = [];
  for (let at = trail; at !== null; at = at.before) faults.push(at.told);
  return faults.toReversed();
}
