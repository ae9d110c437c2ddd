import { at } from "../model/moves.ts";
import { byNogood } from "./nogood.ts";
import { type Found, type Question, type Reached, search } from "./step-search.ts";

export interface ConflictSet {
  /** By number, in the order in which they are told. */
  readonly nogoods: readonly number[];
  /** Whether it is proved that none can be left out. */
  readonly isIrreducible: boolean;
}

/**
 * A way, or nogoods that together forbid every one. They are met one by one: a way under those met so far breaks
 * others, which join them, until there is none. Where few are in force a search is short, where all of them
 * are it may never end. `known`: nogoods that are likely among them.
 */
export function opening(question: Question, known: Iterable<number> = []): Found {
  const { isLifted } = question;
  const met = new Set(known);
  for (;;) {
    const found = search({
      ...question,
      isLifted: (number) => isLifted(number) || !met.has(number),
    });
    if (found.kind !== "way") return found;
    const before = met.size;
    for (const nogood of broken(question, found.last)) met.add(nogood);
    if (met.size === before) return found;
  }
}

/** Everything that stands against a way. */
function broken({ law, isLifted }: Question, last: Reached): readonly number[] {
  const nogoods: number[] = [];
  // Where stages were nothing, one begins at the latest when a Component moves again.
  const moved = new Set<number>();
  let isRestMissed = false;
  for (let to = last; to.before !== null; to = to.before) {
    const { state } = to.before;
    const { component } = to;
    if (component === null) {
      isRestMissed ||= !law.isEndState(state);
      moved.clear();
      continue;
    }
    isRestMissed ||= moved.has(component);
    moved.add(component);
    for (const together of law.violations(state, component, at(to.state, component))) {
      if (!together.some(isLifted)) nogoods.push(...together);
    }
  }
  // The last that joins: where it is in force, far more is to be looked through.
  const isAlone = nogoods.length === 0 && isRestMissed && !isLifted(law.rest);
  return isAlone ? [law.rest] : nogoods;
}

export interface Liftings {
  /** Nogoods, by number, any one of which need only be lifted. */
  readonly opening: ReadonlySet<number>;
  /** False: not all of them could be tried. */
  readonly isComplete: boolean;
}

/** `used`: nogoods that forbid every way together, so that all that open one are among them. */
export function liftings(question: Question, used: Iterable<number>): Liftings {
  const all = [...used];
  const tried = all.map((nogood) => ({
    nogood,
    found: opening({ ...question, isLifted: (number) => number === nogood }, all),
  }));
  return {
    opening: new Set(tried.filter(({ found }) => found.kind === "way").map(({ nogood }) => nogood)),
    isComplete: tried.every(({ found }) => found.kind !== "undecided"),
  };
}

/**
 * Leaves out one nogood after the other as long as the rest still forbids every way. `used`: nogoods that do so
 * together; `needed`: those that are among every such set. Each failed search names the nogoods it met, so that
 * most others go at once.
 */
export function reduced(
  question: Question,
  used: ReadonlySet<number>,
  needed: ReadonlySet<number>,
): ConflictSet {
  const { law } = question;
  const inOrder = [...used].toSorted((a, b) => byNogood(law.nogood(a), law.nogood(b)));
  let kept = used;
  let isIrreducible = true;
  for (const nogood of inOrder) {
    if (!kept.has(nogood) || needed.has(nogood)) continue;
    const fewer = new Set([...kept].filter((other) => other !== nogood));
    const found = search({ ...question, isLifted: (number) => !fewer.has(number) });
    if (found.kind === "none") kept = found.used;
    if (found.kind === "undecided") isIrreducible = false;
  }
  return { nogoods: inOrder.filter((nogood) => kept.has(nogood)).toReversed(), isIrreducible };
}
