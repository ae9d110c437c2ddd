import type { System, SystemState } from "../../manifest/system.ts";
import { at, type Move } from "../model/moves.ts";
import { topologicalOrder } from "../model/topological-order.ts";
import { addOrder } from "./written-order.ts";
import type { Acceptability } from "../constraints/acceptability.ts";
import { type OptionClass, type Option, someMeeting } from "../model/option-classes.ts";
import { followersIn, leadersIn } from "./precedence.ts";
import { partitionBetween, type Part, type MoveClass } from "../model/move-classes.ts";
import {
  type ResidualConstraint,
  orderingConstraints,
  type WideResidual,
} from "./ordering-constraints.ts";
import { capacityOf, type Room, roomsOf, type Share } from "./room.ts";
import { isAllAccepted } from "../constraints/refusal.ts";

/**
 * One stage: which move classes move, and what the tables ask of their order. Everything that moves moves once,
 * so "done" is all there is to say of a move class.
 */
export interface Stage {
  readonly system: System;
  readonly acceptability: Acceptability;
  readonly before: SystemState;
  readonly moveClasses: readonly MoveClass[];
  /** For each move class those that must come in a later group. */
  readonly followers: readonly (readonly number[])[];
  /** For each move class those that must be done before its group. */
  readonly leaders: readonly (readonly number[])[];
  /** A move class comes before its followers here. */
  readonly sequence: readonly number[];
  readonly residuals: readonly ResidualConstraint[];
  readonly residualsOf: readonly (readonly ResidualConstraint[])[];
  readonly wide: readonly WideResidual[];
  /** Every group is asked of acceptability as a whole. */
  readonly isWhole: boolean;
  /**
   * Move classes whose Components need not all move with their first. For the others that does no harm: while
   * some have moved and some have not, everything accepts both.
   */
  readonly divisible: ReadonlySet<number>;
  /** Of which move classes together how many Components may be in one group. */
  readonly rooms: readonly Room[];
  /** For each move class how many of its Components may be in one group at the most; Infinity: any number. */
  readonly capacity: readonly number[];
}

/** Null where the tables allow no order of these moves. */
export function stageBetween(
  system: System,
  acceptability: Acceptability,
  before: SystemState,
  behind: SystemState,
): Stage | null {
  const partition = partitionBetween(system, acceptability.tableClasses, before, behind);
  const ordering = orderingConstraints(acceptability, partition);
  if (ordering === null) return null;
  const { moveClasses } = partition;
  if (!addOrder(system, moveClasses, behind, ordering.precedence)) return null;
  const followers = followersIn(ordering.precedence, moveClasses.length);
  const leaders = leadersIn(ordering.precedence, moveClasses.length);
  const sequence = topologicalOrder(followers);
  // The others wait for each other in a circle.
  if (sequence.length < moveClasses.length) return null;
  const residualsOf: ResidualConstraint[][] = moveClasses.map(() => []);
  for (const residual of ordering.residuals)
    for (const one of new Set(residual.moveClasses)) residualsOf[one]?.push(residual);
  const rooms = roomsOf(system, moveClasses);
  return {
    system,
    acceptability,
    before,
    moveClasses,
    followers,
    leaders,
    sequence,
    residuals: ordering.residuals,
    residualsOf,
    wide: ordering.wide,
    isWhole: ordering.isWhole,
    divisible: ordering.divisible,
    rooms,
    capacity: capacityOf(rooms, moveClasses),
  };
}

/** Whether anything but the order of move classes decides what is safe. */
export function hasResiduals({ residuals, wide, isWhole }: Stage): boolean {
  return isWhole || wide.length > 0 || residuals.length > 0;
}

/** Whether every state on the way is acceptable while a group moves, `done` of each move class having moved. */
export function isSafe(stage: Stage, done: readonly number[], group: readonly Share[]): boolean {
  if (stage.isWhole) return stage.acceptability.violation(optionsOf(stage, done, group)) === null;
  const moving = new Map(group.map(({ moveClass, count }) => [moveClass, count]));
  for (const { moveClass } of group) {
    for (const residual of at(stage.residualsOf, moveClass)) {
      if (!acceptsGroup(stage, residual, done, moving)) return false;
    }
  }
  return stage.wide.every(
    (residual) =>
      !residual.parts.some(({ moveClass }) => moving.has(moveClass)) ||
      acceptsGroupWide(stage, residual, done, moving),
  );
}

/** Whether a residual constraint accepts all that its Components can be at while the group moves. */
function acceptsGroup(
  { moveClasses }: Stage,
  residual: ResidualConstraint,
  done: readonly number[],
  moving: ReadonlyMap<number, number>,
): boolean {
  // How many of each move class are taken already: of the still, of the moving, of the done.
  const taken = new Map<number, [number, number, number]>();
  const fits = (place: number, moved: number): boolean => {
    const moveClass = residual.moveClasses[place];
    if (moveClass === undefined) return residual.accepts[moved] === 1;
    const size = at(moveClasses, moveClass).members.length;
    const used = taken.get(moveClass) ?? [0, 0, 0];
    taken.set(moveClass, used);
    const isMoving = moving.get(moveClass) ?? 0;
    const isDone = done[moveClass] ?? 0;
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
function acceptsGroupWide(
  { moveClasses }: Stage,
  { constraint, parts }: WideResidual,
  done: readonly number[],
  moving: ReadonlyMap<number, number>,
): boolean {
  const columns = parts.map((part): readonly OptionClass[] => {
    const { moveClass, from, to, isFromGrandfathered, isToGrandfathered, count } = part;
    const old = { tableClass: -1, version: from, isGrandfathered: isFromGrandfathered };
    const fresh = { tableClass: -1, version: to, isGrandfathered: isToGrandfathered };
    if (moveClass < 0) return [optionClassFor([old], count)];
    const size = at(moveClasses, moveClass).members.length;
    const isMoving = moving.get(moveClass) ?? 0;
    const isDone = done[moveClass] ?? 0;
    return [
      optionClassFor([old], size - isMoving - isDone),
      optionClassFor([old, fresh], isMoving),
      optionClassFor([fresh], isDone),
    ].filter(({ count: left }) => left > 0);
  });
  return !someMeeting(shared(parts, columns), (meeting) => !isAllAccepted(constraint, meeting));
}

function optionClassFor(options: readonly Option[], count: number): OptionClass {
  return { tableClass: -1, options, count };
}

/** Columns in which the same part stands share its option classes, so that no Component is counted twice. */
function shared(
  parts: readonly Part[],
  columns: readonly (readonly OptionClass[])[],
): readonly (readonly OptionClass[])[] {
  return parts.map((part) => at(columns, parts.indexOf(part)));
}

function optionsOf(
  { before, moveClasses }: Stage,
  done: readonly number[],
  group: readonly Share[],
): readonly (readonly number[])[] {
  const options: (readonly number[])[] = before.map((version) => [version]);
  for (const [moveClass, { members, to }] of moveClasses.entries()) {
    for (const component of members.slice(0, done[moveClass])) options[component] = [to];
  }
  for (const { moveClass, count } of group) {
    const { members, from, to } = at(moveClasses, moveClass);
    const first = done[moveClass] ?? 0;
    for (const component of members.slice(first, first + count)) options[component] = [from, to];
  }
  return options;
}

/** The groups with the Components' names: of a move class the first in the Topology move first. */
export function movesOf(
  { moveClasses }: Stage,
  groups: readonly (readonly Share[])[],
): readonly (readonly Move[])[] {
  const done = moveClasses.map(() => 0);
  return groups.map((group) =>
    group
      .flatMap(({ moveClass, count }) => {
        const { members, from, to } = at(moveClasses, moveClass);
        const first = at(done, moveClass);
        done[moveClass] = first + count;
        return members
          .slice(first, first + count)
          .map((component): Move => ({ component, from, to }));
      })
      .toSorted((a, b) => a.component - b.component),
  );
}
