import { at } from "../model/moves.ts";
import {
  type ConflictSet,
  grown,
  type Nogoods,
  type Oracle,
  reduced,
  type Verdict,
} from "./conflict-set.ts";
import { byNogood } from "./nogood.ts";
import { type Question, type Reached, search } from "./step-search.ts";

/** Asks for a way step by step. What the question lifts is never in force. */
function stepOracle(question: Question, alone?: Set<number>): Oracle<Reached> {
  const { isLifted } = question;
  return {
    ask: (inForce) => {
      const found = search({
        ...question,
        isLifted: (number) => isLifted(number) || !inForce.has(number),
      });
      return found.kind === "way" ? { kind: "way", way: found.last } : found;
    },
    broken: (last) => broken(question, last, alone),
  };
}

/**
 * A way, or nogoods that together forbid every one. `known`: nogoods that are likely among them; `alone`: takes up each
 * that was all that stood against some way.
 */
export function opening(
  question: Question,
  known: Iterable<number> = [],
  alone?: Set<number>,
): Verdict<Reached> {
  return grown(stepOracle(question, alone), known);
}

/** Everything that stands against a way. */
function broken(
  { law, isLifted }: Question,
  last: Reached,
  alone?: Set<number>,
): ReadonlySet<number> {
  const nogoods = new Set<number>();
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
      if (together.some(isLifted)) continue;
      for (const nogood of together) nogoods.add(nogood);
    }
  }
  const isRestBroken = isRestMissed && !isLifted(law.rest);
  // The last that joins: where it is in force, far more is to be looked through.
  if (isRestBroken && nogoods.size > 0) return nogoods;
  if (isRestBroken) nogoods.add(law.rest);
  if (nogoods.size === 1) for (const only of nogoods) alone?.add(only);
  return nogoods;
}

export interface Liftings {
  /** Nogoods, by number, any one of which need only be lifted. */
  readonly opening: ReadonlySet<number>;
  /** False: not all of them could be tried. */
  readonly isComplete: boolean;
}

/**
 * `used`: nogoods that forbid every way together, so that all that open one are among them; `alone`: those that are
 * known to.
 */
export function liftings(
  question: Question,
  used: Iterable<number>,
  alone: ReadonlySet<number>,
): Liftings {
  const all = [...used];
  const tried = all.map((nogood) => {
    const isLifted = (number: number) => number === nogood;
    return {
      nogood,
      kind: alone.has(nogood) ? "way" : opening({ ...question, isLifted }, all).kind,
    };
  });
  return {
    opening: new Set(tried.filter(({ kind }) => kind === "way").map(({ nogood }) => nogood)),
    isComplete: tried.every(({ kind }) => kind !== "undecided"),
  };
}

/** `used`: nogoods that forbid every way together; `needed`: those that are among every such set. */
export function stepConflict(question: Question, used: Nogoods, needed: Nogoods): ConflictSet {
  const { law, system } = question;
  const inNames = byNogood(system);
  const inOrder = [...used].toSorted((a, b) => inNames(law.nogood(a), law.nogood(b)));
  const tried = inOrder.filter((nogood) => !needed.has(nogood));
  return reduced(stepOracle(question), new Set(inOrder.toReversed()), tried);
}
