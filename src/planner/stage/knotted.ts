import { type Budget, type Effort, spend } from "../model/budget.ts";
import { at } from "../model/draft.ts";
import { exposureOf } from "../model/groups.ts";
import { packed } from "./pack.ts";
import type { Schedule } from "./schedule.ts";
import { isSafe, type Share, type Stage } from "./stage.ts";

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
 * An order with the least exposure, or just any: depth first, one squad after the other, dead ends
 * remembered.
 */
export function anyOrder(stage: Stage, plain: Schedule, budget: Budget, effort: Effort): AnyOrder {
  const most = stage.squads.reduce(
    (sum, { canGoBack, members }) => sum + (canGoBack ? members.length : 0),
    0,
  );
  const hasFirm = stage.squads.some(({ canGoBack }) => !canGoBack);
  const highest = hasFirm ? most : 0;
  // With all exposure allowed first: where that fails there is no order at all.
  const widest = sequenceWithin(stage, highest, budget);
  if (widest.kind !== "found") return widest;
  if (effort === "any") {
    const groups = widest.sequence.map((share) => [share]);
    return { kind: "found", groups, exposure: exposureOf(stage, groups), leastExposure: 0 };
  }
  const least = hasFirm ? plain.bound.exposure : 0;
  let best = { sequence: widest.sequence, exposure: exposureAlong(stage, widest.sequence) };
  for (let exposure = least; exposure < best.exposure; exposure += 1) {
    const tighter = sequenceWithin(stage, exposure, budget);
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

/** Squads one after the other, with at most this exposure. */
function sequenceWithin(stage: Stage, exposure: number, budget: Budget): Sequence {
  const { squads } = stage;
  const sizes = squads.map(({ members }) => members.length);
  const done = squads.map(() => 0);
  const sequence: Share[] = [];
  const dead = new Set<string>();
  let exposed = squads.reduce(
    (sum, { canGoBack }, squad) => sum + (canGoBack ? at(sizes, squad) : 0),
    0,
  );
  let firm = 0;

  const isReady = (squad: number) =>
    at(done, squad) < at(sizes, squad) &&
    at(stage.leaders, squad).every((leader) => at(done, leader) === at(sizes, leader));

  function go(squad: number, count: number) {
    done[squad] = at(done, squad) + count;
    sequence.push({ squad, count });
    if (at(squads, squad).canGoBack) exposed -= count;
    else firm += count;
  }

  function back(length: number) {
    for (const { squad, count } of sequence.splice(length).toReversed()) {
      done[squad] = at(done, squad) - count;
      if (at(squads, squad).canGoBack) exposed += count;
      else firm -= count;
    }
  }

  /** Moves that are welcome are never better left for later. */
  function goFreely() {
    for (let hasMoved = true; hasMoved;) {
      hasMoved = false;
      for (const squad of stage.sequence) {
        if (!isReady(squad) || !isWelcome(stage, done, squad)) continue;
        if (!at(squads, squad).canGoBack && firm === 0) continue;
        go(squad, at(sizes, squad));
        hasMoved = true;
      }
    }
  }

  function finish(): boolean | null {
    const length = sequence.length;
    goFreely();
    if (done.every((count, squad) => count === sizes[squad])) return true;
    const key = keyOf(done);
    if (!dead.has(key)) {
      if (!spend(budget, squads.length)) return null;
      const ready = stage.sequence
        .filter(isReady)
        .toSorted(
          (a, b) => Number(!at(squads, a).canGoBack) - Number(!at(squads, b).canGoBack) || a - b,
        );
      for (const squad of ready) {
        if (!at(squads, squad).canGoBack && firm === 0 && exposed > exposure) continue;
        const count = stage.divisible.has(squad) ? 1 : at(sizes, squad);
        if (!isSafe(stage, done, [{ squad, count }])) continue;
        const here = sequence.length;
        go(squad, count);
        const said = finish();
        if (said !== false) return said;
        back(here);
      }
      dead.add(key);
    }
    back(length);
    return false;
  }

  const said = finish();
  if (said === null) return { kind: "undecided" };
  return said ? { kind: "found", sequence } : { kind: "none" };
}

/**
 * Whether everything that its knots accept before the squad moves, now or later, they accept behind its
 * move as well. Then in any order the move can be brought forward to here.
 */
export function isWelcome(stage: Stage, done: readonly number[], squad: number): boolean {
  if (stage.isWhole || stage.divisible.has(squad)) return false;
  if (stage.wide.some(({ lots }) => lots.some((lot) => lot.squad === squad))) return false;
  return at(stage.knotsOf, squad).every(({ squads, accepts }) => {
    let own = 0;
    let settled = 0;
    for (let place = 0; place < squads.length; place += 1) {
      const one = at(squads, place);
      if (one === squad) own = 1 << place;
      else if (at(done, one) === at(stage.squads, one).members.length) settled |= 1 << place;
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
