import { at } from "../model/draft.ts";
import type { Share, Stage } from "./stage.ts";

/**
 * The order of a stage as far as "this before that" and room decide it. Behind the first Component that
 * cannot go back every other counts as exposed; so all that need not come behind one comes before.
 */
export interface Schedule {
  readonly groups: readonly (readonly Share[])[];
  /** No order has less of either; `groups` given that exposure. */
  readonly bound: { readonly exposure: number; readonly groups: number };
  /** Squads that move before the point of no return. */
  readonly isEarly: readonly boolean[];
}

export function schedule(stage: Stage): Schedule {
  const { squads } = stage;
  const isExposed = behindNoReturn(stage);
  const isEarly = squads.map(({ canGoBack }, squad) => canGoBack && !at(isExposed, squad));
  const early = phase(stage, isEarly);
  const late = phase(
    stage,
    isEarly.map((is) => !is),
  );
  const exposure = squads.reduce(
    (sum, { canGoBack, members }, squad) =>
      sum + (canGoBack && at(isExposed, squad) ? members.length : 0),
    0,
  );
  return {
    groups: [...early.groups, ...late.groups],
    bound: { exposure, groups: early.bound + late.bound },
    isEarly,
  };
}

/** The squads that must follow one that cannot go back. */
function behindNoReturn({ squads, leaders, sequence }: Stage): readonly boolean[] {
  const isBehind = squads.map(() => false);
  for (const squad of sequence) {
    isBehind[squad] = at(leaders, squad).some(
      (leader) => isBehind[leader] === true || !at(squads, leader).canGoBack,
    );
  }
  return isBehind;
}

/** Everything as early as possible; where room is short, what the longest chain waits for goes first. */
function phase(
  stage: Stage,
  isIn: readonly boolean[],
): { readonly groups: readonly (readonly Share[])[]; readonly bound: number } {
  const { squads, followers, leaders, room, sequence } = stage;
  const members = sequence.filter((squad) => at(isIn, squad));
  if (members.length === 0) return { groups: [], bound: 0 };
  const chain = chains(stage, members, isIn);
  const left = squads.map((squad) => squad.members.length);
  const waiting = squads.map(
    (_, squad) => at(leaders, squad).filter((leader) => at(isIn, leader)).length,
  );
  let ready = members.filter((squad) => waiting[squad] === 0);
  const groups: (readonly Share[])[] = [];
  while (ready.length > 0) {
    const used = new Map<number, number>();
    const group: Share[] = [];
    const later: number[] = [];
    for (const squad of ready.toSorted((a, b) => at(chain, b) - at(chain, a) || a - b)) {
      const { type } = at(squads, squad);
      const free = at(room, squad) - (used.get(type) ?? 0);
      const count = Math.min(free, at(left, squad));
      if (count > 0) group.push({ squad, count });
      used.set(type, (used.get(type) ?? 0) + count);
      left[squad] = at(left, squad) - count;
      if (at(left, squad) > 0) later.push(squad);
    }
    for (const { squad } of group) {
      if (at(left, squad) > 0) continue;
      for (const follower of at(followers, squad)) {
        waiting[follower] = at(waiting, follower) - 1;
        if (waiting[follower] === 0 && at(isIn, follower)) later.push(follower);
      }
    }
    groups.push(group);
    ready = later;
  }
  return { groups, bound: leastGroups(stage, members, isIn, chain) };
}

/** For each squad how many groups are needed from its first on, its followers' included. */
export function chains(
  { squads, followers, room }: Stage,
  members: readonly number[],
  isIn: readonly boolean[],
): readonly number[] {
  const chain = squads.map(() => 0);
  for (const squad of members.toReversed()) {
    let longest = 0;
    for (const follower of at(followers, squad)) {
      if (at(isIn, follower)) longest = Math.max(longest, at(chain, follower));
    }
    chain[squad] = longest + Math.ceil(at(squads, squad).members.length / at(room, squad) || 1);
  }
  return chain;
}

/** The longest chain, or the room of one type between what must lie before and behind. */
function leastGroups(
  { squads, leaders, room }: Stage,
  members: readonly number[],
  isIn: readonly boolean[],
  chain: readonly number[],
): number {
  const lengthOf = (squad: number) =>
    Math.ceil(at(squads, squad).members.length / at(room, squad) || 1);
  const ahead = squads.map(() => 0);
  for (const squad of members) {
    for (const leader of at(leaders, squad)) {
      if (!at(isIn, leader)) continue;
      ahead[squad] = Math.max(at(ahead, squad), at(ahead, leader) + lengthOf(leader));
    }
  }
  let least = 0;
  const byType = new Map<number, number[]>();
  for (const squad of members) {
    least = Math.max(least, at(chain, squad));
    if (at(room, squad) === Infinity) continue;
    const { type } = at(squads, squad);
    byType.set(type, [...(byType.get(type) ?? []), squad]);
  }
  for (const list of byType.values()) {
    const first = Math.min(...list.map((squad) => at(ahead, squad)));
    const last = Math.min(...list.map((squad) => at(chain, squad) - lengthOf(squad)));
    const total = list.reduce((sum, squad) => sum + at(squads, squad).members.length, 0);
    least = Math.max(least, first + Math.ceil(total / at(room, at(list, 0))) + last);
  }
  return least;
}
