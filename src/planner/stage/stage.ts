import type { System, SystemState } from "../../manifest/system.ts";
import { at, type Move } from "../model/draft.ts";
import { addOrder } from "./hand-written.ts";
import type { Judge } from "../constraints/judge.ts";
import { type Kind, type Option, someMeeting } from "../model/combinations.ts";
import { followersIn, leadersIn } from "./precedence.ts";
import { lineup, type Lot, type Squad } from "../model/squads.ts";
import { type Knot, ties, type WideKnot } from "./ties.ts";
import { isAllAccepted } from "../constraints/transit.ts";

/**
 * One stage: which squads move, and what the tables ask of their order. Everything that moves moves once,
 * so "done" is all there is to say of a squad.
 */
export interface Stage {
  readonly system: System;
  readonly judge: Judge;
  readonly before: SystemState;
  readonly squads: readonly Squad[];
  /** For each squad those that must come in a later group. */
  readonly followers: readonly (readonly number[])[];
  /** For each squad those that must be done before its group. */
  readonly leaders: readonly (readonly number[])[];
  /** A squad comes before its followers here. */
  readonly sequence: readonly number[];
  readonly knots: readonly Knot[];
  readonly knotsOf: readonly (readonly Knot[])[];
  readonly wide: readonly WideKnot[];
  /** Every group is asked of the whole judge. */
  readonly isWhole: boolean;
  /**
   * Squads whose Components need not all move with their first. For the others that does no harm: while
   * some have moved and some have not, everything accepts both.
   */
  readonly divisible: ReadonlySet<number>;
  /** How many Components of a squad's type may be in one group; Infinity: any number. */
  readonly room: readonly number[];
}

/** Some moves of a squad in one group. */
export interface Share {
  readonly squad: number;
  readonly count: number;
}

/** Null where the tables allow no order of these moves. */
export function stageBetween(
  system: System,
  judge: Judge,
  before: SystemState,
  behind: SystemState,
): Stage | null {
  const line = lineup(system, judge.peerage, before, behind);
  const tied = ties(judge, line);
  if (tied === null) return null;
  const { squads } = line;
  if (!addOrder(system, squads, behind, tied.precedence)) return null;
  const followers = followersIn(tied.precedence, squads.length);
  const leaders = leadersIn(tied.precedence, squads.length);
  const sequence = sequenceOf(followers, leaders);
  if (sequence === null) return null;
  const knotsOf: Knot[][] = squads.map(() => []);
  for (const knot of tied.knots) for (const one of new Set(knot.squads)) knotsOf[one]?.push(knot);
  return {
    system,
    judge,
    before,
    squads,
    followers,
    leaders,
    sequence,
    knots: tied.knots,
    knotsOf,
    wide: tied.wide,
    isWhole: tied.isWhole,
    divisible: tied.divisible,
    room: squads.map(({ type }) => at(system.types, type).maxParallel ?? Infinity),
  };
}

/** Null where they wait for each other in a circle. */
function sequenceOf(
  followers: readonly (readonly number[])[],
  leaders: readonly (readonly number[])[],
): readonly number[] | null {
  const waiting = leaders.map(({ length }) => length);
  const sequence = waiting.flatMap((count, squad) => (count === 0 ? [squad] : []));
  for (const squad of sequence) {
    for (const follower of at(followers, squad)) {
      waiting[follower] = at(waiting, follower) - 1;
      if (waiting[follower] === 0) sequence.push(follower);
    }
  }
  return sequence.length === followers.length ? sequence : null;
}

/** Whether anything but the order of squads decides what is safe. */
export function isKnotted({ knots, wide, isWhole }: Stage): boolean {
  return isWhole || wide.length > 0 || knots.length > 0;
}

/** Whether every state on the way is acceptable while a group moves, `done` of each squad having moved. */
export function isSafe(stage: Stage, done: readonly number[], group: readonly Share[]): boolean {
  if (stage.isWhole) return stage.judge.objection(optionsOf(stage, done, group)) === null;
  const moving = new Map(group.map(({ squad, count }) => [squad, count]));
  for (const { squad } of group) {
    for (const knot of at(stage.knotsOf, squad)) {
      if (!isLoose(stage, knot, done, moving)) return false;
    }
  }
  return stage.wide.every(
    (knot) =>
      !knot.lots.some(({ squad }) => moving.has(squad)) || isWideLoose(stage, knot, done, moving),
  );
}

/** Whether a knot accepts all that its Components can be at while the group moves. */
function isLoose(
  { squads }: Stage,
  knot: Knot,
  done: readonly number[],
  moving: ReadonlyMap<number, number>,
): boolean {
  // How many of each squad are taken already: of the still, of the moving, of the done.
  const taken = new Map<number, [number, number, number]>();
  const fits = (place: number, moved: number): boolean => {
    const squad = knot.squads[place];
    if (squad === undefined) return knot.accepts[moved] === 1;
    const size = at(squads, squad).members.length;
    const used = taken.get(squad) ?? [0, 0, 0];
    taken.set(squad, used);
    const isMoving = moving.get(squad) ?? 0;
    const isDone = done[squad] ?? 0;
    const left = [size - isMoving - isDone, isMoving, isDone] as const;
    for (const part of [0, 1, 2] as const) {
      if (used[part] >= left[part]) continue;
      used[part] += 1;
      const isFine =
        (part === 2 || fits(place + 1, moved)) &&
        (part === 0 || fits(place + 1, moved | (1 << place)));
      used[part] -= 1;
      if (!isFine) return false;
    }
    return true;
  };
  return fits(0, 0);
}

/** The same where what is accepted is not written out. */
function isWideLoose(
  { squads }: Stage,
  { page, lots }: WideKnot,
  done: readonly number[],
  moving: ReadonlyMap<number, number>,
): boolean {
  const columns = lots.map((lot): readonly Kind[] => {
    const { squad, from, to, fromStands, toStands, count } = lot;
    const old = { peers: -1, version: from, stands: fromStands };
    const fresh = { peers: -1, version: to, stands: toStands };
    if (squad < 0) return [kindFor([old], count)];
    const size = at(squads, squad).members.length;
    const isMoving = moving.get(squad) ?? 0;
    const isDone = done[squad] ?? 0;
    return [
      kindFor([old], size - isMoving - isDone),
      kindFor([old, fresh], isMoving),
      kindFor([fresh], isDone),
    ].filter(({ count: left }) => left > 0);
  });
  return !someMeeting(shared(lots, columns), (meeting) => !isAllAccepted(page, meeting));
}

function kindFor(options: readonly Option[], count: number): Kind {
  return { peers: -1, options, count };
}

/** Columns in which the same lot stands share its kinds, so that no Component is counted twice. */
function shared(
  lots: readonly Lot[],
  columns: readonly (readonly Kind[])[],
): readonly (readonly Kind[])[] {
  return lots.map((lot) => at(columns, lots.indexOf(lot)));
}

function optionsOf(
  { before, squads }: Stage,
  done: readonly number[],
  group: readonly Share[],
): readonly (readonly number[])[] {
  const options: (readonly number[])[] = before.map((version) => [version]);
  for (const [squad, { members, to }] of squads.entries()) {
    for (const component of members.slice(0, done[squad])) options[component] = [to];
  }
  for (const { squad, count } of group) {
    const { members, from, to } = at(squads, squad);
    const first = done[squad] ?? 0;
    for (const component of members.slice(first, first + count)) options[component] = [from, to];
  }
  return options;
}

/** The groups with the Components' names: of a squad the first in the Topology move first. */
export function movesOf(
  { squads }: Stage,
  groups: readonly (readonly Share[])[],
): readonly (readonly Move[])[] {
  const done = squads.map(() => 0);
  return groups.map((group) =>
    group
      .flatMap(({ squad, count }) => {
        const { members, from, to } = at(squads, squad);
        const first = at(done, squad);
        done[squad] = first + count;
        return members
          .slice(first, first + count)
          .map((component): Move => ({ component, from, to }));
      })
      .toSorted((a, b) => a.component - b.component),
  );
}
