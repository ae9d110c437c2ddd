import { at } from "../model/moves.ts";
import { freeIn, type Share } from "./room.ts";
import type { Stage } from "./safe-group.ts";

/**
 * The order of a stage as far as "this before that" and room decide it. Behind the first Component that
 * cannot go back every other counts as exposed; so all that need not come behind one comes before.
 */
export interface Schedule {
  readonly groups: readonly (readonly Share[])[];
  /** No order has less of either; `groups` given that exposure. */
  readonly bound: { readonly exposure: number; readonly groups: number };
  /** Move classes that move before the point of no return. */
  readonly isEarly: readonly boolean[];
}

export function schedule(stage: Stage): Schedule {
  const { moveClasses } = stage;
  const isExposed = behindNoReturn(stage);
  const isEarly = moveClasses.map(
    ({ canGoBack }, moveClass) => canGoBack && !at(isExposed, moveClass),
  );
  const early = phase(stage, isEarly);
  const late = phase(
    stage,
    isEarly.map((is) => !is),
  );
  const exposure = moveClasses.reduce(
    (sum, { canGoBack, members }, moveClass) =>
      sum + (canGoBack && at(isExposed, moveClass) ? members.length : 0),
    0,
  );
  return {
    groups: [...early.groups, ...late.groups],
    bound: { exposure, groups: early.bound + late.bound },
    isEarly,
  };
}

/** The move classes that must follow one that cannot go back. */
function behindNoReturn({ moveClasses, leaders, sequence }: Stage): readonly boolean[] {
  const isBehind = moveClasses.map(() => false);
  for (const moveClass of sequence) {
    isBehind[moveClass] = at(leaders, moveClass).some(
      (leader) => isBehind[leader] === true || !at(moveClasses, leader).canGoBack,
    );
  }
  return isBehind;
}

/** Everything as early as possible; where room is short, what the longest chain waits for goes first. */
function phase(
  stage: Stage,
  isIn: readonly boolean[],
): { readonly groups: readonly (readonly Share[])[]; readonly bound: number } {
  const { moveClasses, followers, leaders, sequence } = stage;
  const members = sequence.filter((moveClass) => at(isIn, moveClass));
  if (members.length === 0) return { groups: [], bound: 0 };
  const chain = chainLengths(stage, members, isIn);
  const left = moveClasses.map((moveClass) => moveClass.members.length);
  const waiting = moveClasses.map(
    (_, moveClass) => at(leaders, moveClass).filter((leader) => at(isIn, leader)).length,
  );
  let ready = members.filter((moveClass) => waiting[moveClass] === 0);
  const groups: (readonly Share[])[] = [];
  while (ready.length > 0) {
    const group: Share[] = [];
    const later: number[] = [];
    for (const moveClass of ready.toSorted((a, b) => at(chain, b) - at(chain, a) || a - b)) {
      const count = Math.min(freeIn(stage, group, moveClass), at(left, moveClass));
      if (count > 0) group.push({ moveClass, count });
      left[moveClass] = at(left, moveClass) - count;
      if (at(left, moveClass) > 0) later.push(moveClass);
    }
    for (const { moveClass } of group) {
      if (at(left, moveClass) > 0) continue;
      for (const follower of at(followers, moveClass)) {
        waiting[follower] = at(waiting, follower) - 1;
        if (waiting[follower] === 0 && at(isIn, follower)) later.push(follower);
      }
    }
    groups.push(group);
    ready = later;
  }
  return { groups, bound: leastGroups(stage, members, isIn, chain) };
}

/** For each move class how many groups are needed from its first on, its followers' included. */
export function chainLengths(
  { moveClasses, followers, capacity }: Stage,
  members: readonly number[],
  isIn: readonly boolean[],
): readonly number[] {
  const chain = moveClasses.map(() => 0);
  for (const moveClass of members.toReversed()) {
    let longest = 0;
    for (const follower of at(followers, moveClass)) {
      if (at(isIn, follower)) longest = Math.max(longest, at(chain, follower));
    }
    chain[moveClass] =
      longest + Math.ceil(at(moveClasses, moveClass).members.length / at(capacity, moveClass) || 1);
  }
  return chain;
}

/** The longest chain, or a room between what must lie before and behind. */
function leastGroups(
  { moveClasses, leaders, capacity, rooms }: Stage,
  members: readonly number[],
  isIn: readonly boolean[],
  chain: readonly number[],
): number {
  const lengthOf = (moveClass: number) =>
    Math.ceil(at(moveClasses, moveClass).members.length / at(capacity, moveClass) || 1);
  const ahead = moveClasses.map(() => 0);
  for (const moveClass of members) {
    for (const leader of at(leaders, moveClass)) {
      if (!at(isIn, leader)) continue;
      ahead[moveClass] = Math.max(at(ahead, moveClass), at(ahead, leader) + lengthOf(leader));
    }
  }
  let least = 0;
  for (const moveClass of members) least = Math.max(least, at(chain, moveClass));
  for (const room of rooms) {
    const list = room.moveClasses.filter((moveClass) => at(isIn, moveClass));
    if (list.length === 0) continue;
    const first = Math.min(...list.map((moveClass) => at(ahead, moveClass)));
    const last = Math.min(...list.map((moveClass) => at(chain, moveClass) - lengthOf(moveClass)));
    const total = list.reduce(
      (sum, moveClass) => sum + at(moveClasses, moveClass).members.length,
      0,
    );
    least = Math.max(least, first + Math.ceil(total / room.most) + last);
  }
  return least;
}
