import type { SystemState, VersionSet } from "../../manifest/system.ts";
import { type Budget, spend } from "../model/budget.ts";
import type { Cohorts } from "../model/cohorts.ts";
import { at } from "../model/draft.ts";
import type { EndBox, EndStates } from "../constraints/end-states.ts";
import { heap } from "../model/heap.ts";
import { narrow } from "./narrow.ts";
import type { Rulebook } from "../constraints/rulebook.ts";

/** An acceptable end state in which the next stage may end. */
export interface Rest {
  readonly state: SystemState;
  /** Equal for states that differ in alike Components only. */
  readonly key: string;
  /** Moves of the stage. */
  readonly installs: number;
  /** Installs from here to the goal at the least. */
  readonly left: number;
  /** Stages from here to the goal at the least. */
  readonly stagesLeft: number;
  /** How many of the same box came before it. */
  readonly turn: number;
}

/** Where the Components may go next, and how far it is from there. */
export interface Moves {
  readonly cohorts: Cohorts;
  /** [cohort][version]: the versions that may come next. */
  readonly hops: readonly (readonly (readonly number[])[])[];
  readonly book: Rulebook;
  /** [cohort][version]: the fewest installs to the goal. */
  readonly distances: readonly (readonly number[])[];
}

/** Components of a cohort that have the same version. */
export interface Cluster {
  readonly cohort: number;
  readonly members: readonly number[];
  readonly peers: number;
  /** What they have now. */
  readonly from: number;
  /** What they had at the start of the plan. */
  readonly start: number;
}

export interface Option {
  readonly version: number;
  readonly moves: number;
  readonly distance: number;
  /** Installs more than the shortest way needs. */
  readonly detour: number;
}

/** A choice of options: one slot another step down its list than in the choice before. */
interface Choice {
  readonly before: Choice | null;
  readonly slot: number;
  readonly option: number;
  readonly detour: number;
  readonly steps: number;
}

/** A slot is one Component of a cluster; the slots of a cluster are filled with ever lower options. */
interface Slot {
  readonly cluster: number;
  readonly isFirst: boolean;
}

/** The end states of one box that one stage may reach, those with the fewest installs in all first. */
export function* restsIn(
  moves: Moves,
  ends: EndStates,
  box: EndBox,
  state: SystemState,
  clusters: readonly Cluster[],
  budget: Budget,
): Generator<Rest, void> {
  const inBox: (readonly Option[])[] = [];
  for (const cluster of clusters) {
    const options = optionsIn(moves, cluster, box.domains[cluster.peers] ?? null);
    if (options.length === 0) return;
    inBox.push(options);
  }
  const lists = narrow(clusters, inBox, moves.book);
  if (lists.some(({ length }) => length === 0)) return;
  const slots = clusters.flatMap(({ members }, cluster): readonly Slot[] =>
    at(lists, cluster).length < 2
      ? []
      : members.map((_, index) => ({ cluster, isFirst: index === 0 })),
  );
  const isPossible = ({ installs, state: next }: Rest) =>
    installs > 0 && !(ends.banned.size > 0 && ends.isContradicted(next));
  if (slots.length === 0) {
    // The only one: nothing else is kept while it waits for its turn.
    const rest = restOf(moves, clusters, lists, [], state, 0);
    if (isPossible(rest)) yield rest;
    return;
  }
  const eager = slots.map(() => 0);
  const lazy = slots.map(({ cluster }) => leastMove(at(lists, cluster)));
  const idle = restOf(moves, clusters, lists, lazy, state, 1);
  let turn = 0;
  const open = heap<Choice>();
  open.push([0, 0], { before: null, slot: 0, option: 0, detour: 0, steps: 0 });
  for (let choice = open.pop(); choice !== undefined; choice = open.pop()) {
    const chosen = [...eager];
    for (let one: Choice | null = choice; one?.before; one = one.before) {
      chosen[one.slot] = Math.max(at(chosen, one.slot), one.option);
    }
    const rest = restOf(moves, clusters, lists, chosen, state, turn);
    if (isPossible(rest) && (turn === 0 || rest.key !== idle.key)) {
      yield rest;
      // All that can move, then as little as possible: of what lies between there may be very much.
      if (turn === 0 && rest.key !== idle.key && isPossible(idle)) yield idle;
      turn = Math.max(2, turn + 1);
    }
    for (let slot = choice.slot; slot < slots.length; slot += 1) {
      const { cluster, isFirst } = at(slots, slot);
      const options = at(lists, cluster);
      const option = at(chosen, slot) + 1;
      const isAllowed = option < options.length && (isFirst || at(chosen, slot - 1) >= option);
      if (!isAllowed) continue;
      if (!spend(budget, 1)) return;
      const detour = choice.detour + at(options, option).detour - at(options, option - 1).detour;
      const steps = choice.steps + 1;
      open.push([detour, steps], { before: choice, slot, option, detour, steps });
    }
  }
}

/** Of the options without detour the one that moves least. */
function leastMove(options: readonly Option[]): number {
  const least = at(options, 0).detour;
  const straight = options.filter(({ detour }) => detour === least);
  const staying = straight.findIndex(({ moves }) => moves === 0);
  return Math.max(0, staying);
}

/** Tells who is where. */
export function clusterer({
  cohorts: { cohorts },
}: Moves): (state: SystemState) => readonly Cluster[] {
  // [cohort][version]: all of the cohort. The same states are asked for again and again.
  const known: (Cluster | undefined)[][] = cohorts.map(() => []);
  const clusterIn = (cohort: number, from: number): Cluster => {
    const { members, peers, start } = at(cohorts, cohort);
    return (at(known, cohort)[from] ??= { cohort, members, peers, from, start });
  };
  return (state) => {
    const clusters: Cluster[] = [];
    for (const [cohort, { members }] of cohorts.entries()) {
      const [only] = members;
      if (members.length === 1 && only !== undefined) {
        clusters.push(clusterIn(cohort, at(state, only)));
        continue;
      }
      const byVersion = new Map<number, number[]>();
      for (const member of members) {
        const version = at(state, member);
        const alike = byVersion.get(version);
        if (alike === undefined) byVersion.set(version, [member]);
        else alike.push(member);
      }
      for (const [from, alike] of byVersion) {
        clusters.push({ ...clusterIn(cohort, from), members: alike });
      }
    }
    return clusters;
  };
}

/**
 * What a cluster may have behind the stage, of these versions: least detour first, of those the nearest to the goal.
 * In most end states each Component has one version, and none of the others is looked at.
 */
function optionsIn(moves: Moves, cluster: Cluster, versions: VersionSet): readonly Option[] {
  const [only] = versions ?? [];
  if (versions?.length === 1 && only !== undefined) {
    const option = optionTo(moves, cluster, only);
    return option === null ? [] : [option];
  }
  const { cohort, from } = cluster;
  return [from, ...at(at(moves.hops, cohort), from)]
    .filter((version) => versions?.includes(version) ?? true)
    .flatMap((version) => optionTo(moves, cluster, version) ?? [])
    .toSorted((a, b) => a.detour - b.detour || a.distance - b.distance);
}

/** Null: it cannot be there behind the stage, or there is no way from there. */
function optionTo(
  { hops, distances }: Moves,
  { cohort, from }: Cluster,
  version: number,
): Option | null {
  const distance = at(distances, cohort);
  const left = distance[version] ?? Infinity;
  const isThere = version === from;
  if (left === Infinity || (!isThere && !at(at(hops, cohort), from).includes(version))) return null;
  const made = isThere ? 0 : 1;
  return { version, moves: made, distance: left, detour: made + left - at(distance, from) };
}

function restOf(
  { cohorts }: Moves,
  clusters: readonly Cluster[],
  lists: readonly (readonly Option[])[],
  chosen: readonly number[],
  state: SystemState,
  turn: number,
): Rest {
  const next = [...state];
  let installs = 0;
  let left = 0;
  let stagesLeft = 0;
  let slot = 0;
  for (let cluster = 0; cluster < clusters.length; cluster += 1) {
    const { members } = at(clusters, cluster);
    const options = at(lists, cluster);
    const isFixed = options.length < 2;
    for (let index = 0; index < members.length; index += 1) {
      // The first slot has the least wanted option: it is the last Component's.
      const place = slot + members.length - 1 - index;
      const option = at(options, isFixed ? 0 : at(chosen, place));
      next[at(members, index)] = option.version;
      installs += option.moves;
      left += option.distance;
      stagesLeft = Math.max(stagesLeft, option.distance);
    }
    if (!isFixed) slot += members.length;
  }
  return { state: next, key: keyOf(cohorts, next), installs, left, stagesLeft, turn };
}

/** How many Components of each cohort have each version. */
export function keyOf({ cohorts }: Cohorts, state: SystemState): string {
  const codes: number[] = [];
  for (const { members, size } of cohorts) {
    const [only] = members;
    if (members.length === 1 && only !== undefined) {
      codes.push(at(state, only));
      continue;
    }
    const counts = Array.from({ length: size }, (): number => 0);
    for (const member of members) counts[at(state, member)] = at(counts, at(state, member)) + 1;
    codes.push(...counts);
  }
  return String.fromCharCode(...codes);
}
