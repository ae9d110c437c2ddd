import { type Budget, type Effort, isStepOver, spend, type Steps } from "../model/budget.ts";
import { at } from "../model/moves.ts";
import { exposureOf } from "./group-validity.ts";
import { packed } from "./packing.ts";
import type { Schedule } from "./schedule.ts";
import type { Share } from "./room.ts";
import { isSafe, type Stage } from "./safe-group.ts";

/** Orders where "this before that" does not say all: exact as far as the budget goes. */

export type AnyOrder =
  | {
      readonly kind: "found";
      readonly groups: readonly (readonly Share[])[];
      readonly exposure: number;
      /** Equal to `exposure` where every order with less was ruled out. */
      readonly leastExposure: number;
    }
  | { readonly kind: "none" }
  | { readonly kind: "undecided" };

/**
 * An order with the least exposure, or just any: depth first, one move class after the other, dead ends
 * remembered.
 */
export function* anyOrder(
  stage: Stage,
  plain: Schedule,
  budget: Budget,
  effort: Effort,
): Steps<AnyOrder> {
  const most = stage.moveClasses.reduce(
    (sum, { canGoBack, members }) => sum + (canGoBack ? members.length : 0),
    0,
  );
  const hasIrreversible = stage.moveClasses.some(({ canGoBack }) => !canGoBack);
  const highest = hasIrreversible ? most : 0;
  // With all exposure allowed first: where that fails there is no order at all.
  const widest = yield* sequenceWithin(stage, highest, budget);
  if (widest.kind !== "found") return widest;
  if (effort === "any") {
    const groups = widest.sequence.map((share) => [share]);
    return { kind: "found", groups, exposure: exposureOf(stage, groups), leastExposure: 0 };
  }
  const least = hasIrreversible ? plain.bound.exposure : 0;
  let best = { sequence: widest.sequence, exposure: exposureAlong(stage, widest.sequence) };
  for (let exposure = least; exposure < best.exposure; exposure += 1) {
    const tighter = yield* sequenceWithin(stage, exposure, budget);
    if (tighter.kind === "undecided") return found(stage, best.sequence, best.exposure, exposure);
    if (tighter.kind === "found") {
      best = { sequence: tighter.sequence, exposure: exposureAlong(stage, tighter.sequence) };
    }
  }
  return found(stage, best.sequence, best.exposure, best.exposure);
}

function found(
  stage: Stage,
  sequence: readonly Share[],
  exposure: number,
  leastExposure: number,
): AnyOrder {
  return { kind: "found", groups: packed(stage, sequence, exposure), exposure, leastExposure };
}

type Sequence =
  | { readonly kind: "found"; readonly sequence: readonly Share[] }
  | { readonly kind: "none" }
  | { readonly kind: "undecided" };

/** Move classes one after the other, with at most this exposure. */
function* sequenceWithin(stage: Stage, exposure: number, budget: Budget): Steps<Sequence> {
  const { moveClasses } = stage;
  const sizes = moveClasses.map(({ members }) => members.length);
  const done = moveClasses.map(() => 0);
  const sequence: Share[] = [];
  const dead = new Set<string>();
  let exposed = moveClasses.reduce(
    (sum, { canGoBack }, moveClass) => sum + (canGoBack ? at(sizes, moveClass) : 0),
    0,
  );
  let irreversible = 0;

  const isReady = (moveClass: number) =>
    at(done, moveClass) < at(sizes, moveClass) &&
    at(stage.leaders, moveClass).every((leader) => at(done, leader) === at(sizes, leader));

  function go(moveClass: number, count: number) {
    done[moveClass] = at(done, moveClass) + count;
    sequence.push({ moveClass, count });
    if (at(moveClasses, moveClass).canGoBack) exposed -= count;
    else irreversible += count;
  }

  function back(length: number) {
    for (const { moveClass, count } of sequence.splice(length).toReversed()) {
      done[moveClass] = at(done, moveClass) - count;
      if (at(moveClasses, moveClass).canGoBack) exposed += count;
      else irreversible -= count;
    }
  }

  /** Moves that are welcome are never better left for later. */
  function goFreely() {
    for (let hasMoved = true; hasMoved;) {
      hasMoved = false;
      for (const moveClass of stage.sequence) {
        if (!isReady(moveClass) || !isDominating(stage, done, moveClass)) continue;
        if (!at(moveClasses, moveClass).canGoBack && irreversible === 0) continue;
        go(moveClass, at(sizes, moveClass));
        hasMoved = true;
      }
    }
  }

  function* finish(): Steps<boolean | null> {
    const length = sequence.length;
    goFreely();
    if (done.every((count, moveClass) => count === sizes[moveClass])) return true;
    const key = keyOf(done);
    if (!dead.has(key)) {
      if (!spend(budget, moveClasses.length)) return null;
      if (isStepOver(budget)) yield;
      const ready = stage.sequence
        .filter(isReady)
        .toSorted(
          (a, b) =>
            Number(!at(moveClasses, a).canGoBack) - Number(!at(moveClasses, b).canGoBack) || a - b,
        );
      for (const moveClass of ready) {
        if (!at(moveClasses, moveClass).canGoBack && irreversible === 0 && exposed > exposure)
          continue;
        const count = stage.divisible.has(moveClass) ? 1 : at(sizes, moveClass);
        if (!isSafe(stage, done, [{ moveClass, count }])) continue;
        const here = sequence.length;
        go(moveClass, count);
        const said = yield* finish();
        if (said !== false) return said;
        back(here);
      }
      dead.add(key);
    }
    back(length);
    return false;
  }

  const said = yield* finish();
  if (said === null) return { kind: "undecided" };
  return said ? { kind: "found", sequence } : { kind: "none" };
}

/**
 * Whether everything that its residual constraints accept before the move class moves, now or later, they accept behind
 * its move as well. Then in any order the move can be brought forward to here.
 */
export function isDominating(stage: Stage, done: readonly number[], moveClass: number): boolean {
  if (stage.isWhole || stage.divisible.has(moveClass)) return false;
  if (stage.wide.some(({ parts }) => parts.some((part) => part.moveClass === moveClass)))
    return false;
  return at(stage.residualsOf, moveClass).every(({ moveClasses, accepts }) => {
    let own = 0;
    let settled = 0;
    for (let place = 0; place < moveClasses.length; place += 1) {
      const one = at(moveClasses, place);
      if (one === moveClass) own = 1 << place;
      else if (at(done, one) === at(stage.moveClasses, one).members.length) settled |= 1 << place;
    }
    for (let moved = 0; moved < accepts.length; moved += 1) {
      if ((moved & own) !== 0 || (moved & settled) !== settled) continue;
      if (accepts[moved] === 1 && accepts[moved | own] !== 1) return false;
    }
    return true;
  });
}

export function keyOf(done: readonly number[]): string {
  return String.fromCharCode(...done);
}

function exposureAlong(stage: Stage, sequence: readonly Share[]): number {
  return exposureOf(
    stage,
    sequence.map((share) => [share]),
  );
}
