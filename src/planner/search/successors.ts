import type { SystemState, VersionSet } from "../../manifest/system.ts";
import { type Budget, spend } from "../model/budget.ts";
import type { SymmetryClasses } from "../model/symmetry-classes.ts";
import { at } from "../model/moves.ts";
import type { EndBox, EndStates } from "../constraints/end-states.ts";
import { priorityQueue } from "../model/priority-queue.ts";
import type { ClassAtVersion, Option } from "./class-at-version.ts";
import { successorConsistent } from "./successor-consistency.ts";
import type { ConstraintNetwork } from "../constraints/network.ts";

/** An acceptable end state in which the next stage may end. */
export interface Successor {
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
  readonly tieBreak: number;
  /** The sum of the ranks of its versions. */
  readonly preference: number;
}

/** Where the Components may go next, and how far it is from there. */
export interface Moves {
  readonly symmetryClasses: SymmetryClasses;
  /** [symmetry class][version]: the versions that may come next. */
  readonly hops: readonly (readonly (readonly number[])[])[];
  readonly network: ConstraintNetwork;
  /** [symmetry class][version]: the fewest installs to the goal. */
  readonly distances: readonly (readonly number[])[];
  /** [symmetry class][version]: the higher, the less it is preferred to rest in. */
  readonly ranks: readonly (readonly number[])[];
}

/** What an option weighs where that is not its detour; Infinity: it does not count. */
export type Weigh = (classAtVersion: ClassAtVersion, option: Option) => number;

/** A choice of options: one slot another step down its list than in the choice before. */
interface Choice {
  readonly before: Choice | null;
  readonly slot: number;
  readonly option: number;
  readonly weight: number;
  readonly steps: number;
}

/**
 * A slot is one Component of a class at a version; the slots of a class at a version are filled with ever lower
 * options.
 */
interface Slot {
  readonly classAtVersion: number;
  readonly isFirst: boolean;
}

/** So many choices in a row are skipped before there is a pause. */
export const skippedInStep = 100;

/**
 * The end states of one box that one stage may reach, those of the least weight first: the fewest installs in all; null
 * is a pause, after some that are none.
 */
export function* successorsIn(
  moves: Moves,
  ends: EndStates,
  box: EndBox,
  state: SystemState,
  classesAtVersion: readonly ClassAtVersion[],
  budget: Budget,
  weigh: Weigh | null = null,
): Generator<Successor | null, void> {
  const inBox: (readonly Option[])[] = [];
  for (const classAtVersion of classesAtVersion) {
    const options = optionsIn(
      moves,
      classAtVersion,
      box.domains[classAtVersion.tableClass] ?? null,
      weigh,
    );
    if (options.length === 0) return;
    inBox.push(options);
  }
  const lists = successorConsistent(classesAtVersion, inBox, moves.network);
  if (lists.some(({ length }) => length === 0)) return;
  const slots = classesAtVersion.flatMap(({ members }, classAtVersion): readonly Slot[] =>
    at(lists, classAtVersion).length < 2
      ? []
      : members.map((_, index) => ({ classAtVersion, isFirst: index === 0 })),
  );
  const isPossible = ({ installs, state: next }: Successor) =>
    installs > 0 && !(ends.restrictedClasses.size > 0 && ends.isContradicted(next));
  if (slots.length === 0) {
    // The only one: nothing else is kept while it waits for its turn.
    const successor = successorOf(moves, classesAtVersion, lists, [], state, 0);
    if (isPossible(successor)) yield successor;
    return;
  }
  const eager = slots.map(() => 0);
  const lazy = slots.map(({ classAtVersion }) => leastMove(at(lists, classAtVersion)));
  const idle = weigh === null ? successorOf(moves, classesAtVersion, lists, lazy, state, 1) : null;
  let tieBreak = 0;
  let skipped = 0;
  const open = priorityQueue<Choice>();
  open.push([0, 0], { before: null, slot: 0, option: 0, weight: 0, steps: 0 });
  for (let choice = open.pop(); choice !== undefined; choice = open.pop()) {
    const chosen = [...eager];
    for (let one: Choice | null = choice; one?.before; one = one.before) {
      chosen[one.slot] = Math.max(at(chosen, one.slot), one.option);
    }
    const successor = successorOf(moves, classesAtVersion, lists, chosen, state, tieBreak);
    // Its node is taken already, yet very many may come before another one is.
    spend(budget, 0);
    if (isPossible(successor) && (tieBreak === 0 || successor.key !== idle?.key)) {
      yield successor;
      // All that can move, then as little as possible: of what lies between there may be very much.
      if (tieBreak === 0 && idle !== null && successor.key !== idle.key && isPossible(idle))
        yield idle;
      tieBreak = Math.max(2, tieBreak + 1);
      skipped = 0;
    } else {
      skipped += 1;
      if (skipped % skippedInStep === 0) yield null;
    }
    for (let slot = choice.slot; slot < slots.length; slot += 1) {
      const { classAtVersion, isFirst } = at(slots, slot);
      const options = at(lists, classAtVersion);
      const option = at(chosen, slot) + 1;
      const isAllowed = option < options.length && (isFirst || at(chosen, slot - 1) >= option);
      if (!isAllowed) continue;
      if (!spend(budget, 1)) return;
      const weight = choice.weight + at(options, option).weight - at(options, option - 1).weight;
      const steps = choice.steps + 1;
      open.push([weight, steps], { before: choice, slot, option, weight, steps });
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
export function classesByVersion({
  symmetryClasses: { classes },
}: Pick<Moves, "symmetryClasses">): (state: SystemState) => readonly ClassAtVersion[] {
  // [symmetry class][version]: all of the symmetry class. The same states are asked for again and again.
  const known: (ClassAtVersion | undefined)[][] = classes.map(() => []);
  const classIn = (symmetryClass: number, from: number): ClassAtVersion => {
    const { members, tableClass, start } = at(classes, symmetryClass);
    return (at(known, symmetryClass)[from] ??= { symmetryClass, members, tableClass, from, start });
  };
  return (state) => {
    const classesAtVersion: ClassAtVersion[] = [];
    for (const [symmetryClass, { members }] of classes.entries()) {
      const [only] = members;
      if (members.length === 1 && only !== undefined) {
        classesAtVersion.push(classIn(symmetryClass, at(state, only)));
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
        classesAtVersion.push({ ...classIn(symmetryClass, from), members: alike });
      }
    }
    return classesAtVersion;
  };
}

/**
 * What a class at a version may have behind the stage, of these versions: least detour first, of those the nearest to
 * the goal, of those the preferred one. In most end states each Component has one version, and none of the others is
 * looked at.
 */
function optionsIn(
  moves: Moves,
  classAtVersion: ClassAtVersion,
  versions: VersionSet,
  weigh: Weigh | null,
): readonly Option[] {
  const [only] = versions ?? [];
  const optionTo = (version: number): readonly Option[] => {
    const option = optionOf(moves, classAtVersion, version);
    if (option === null || weigh === null) return option === null ? [] : [option];
    const weight = weigh(classAtVersion, option);
    return weight === Infinity ? [] : [{ ...option, weight }];
  };
  if (versions?.length === 1 && only !== undefined) return optionTo(only);
  const { symmetryClass, from } = classAtVersion;
  return [from, ...at(at(moves.hops, symmetryClass), from)]
    .filter((version) => versions?.includes(version) ?? true)
    .flatMap(optionTo)
    .toSorted(
      (a, b) =>
        a.weight - b.weight || a.detour - b.detour || a.distance - b.distance || a.rank - b.rank,
    );
}

/** Null: it cannot be there behind the stage, or there is no way from there. */
function optionOf(
  { hops, distances, ranks }: Moves,
  { symmetryClass, from }: ClassAtVersion,
  version: number,
): Option | null {
  const distance = at(distances, symmetryClass);
  const left = distance[version] ?? Infinity;
  const isThere = version === from;
  if (left === Infinity || (!isThere && !at(at(hops, symmetryClass), from).includes(version)))
    return null;
  const made = isThere ? 0 : 1;
  const detour = made + left - at(distance, from);
  const rank = at(at(ranks, symmetryClass), version);
  return { version, moves: made, distance: left, detour, weight: detour, rank };
}

function successorOf(
  { symmetryClasses }: Moves,
  classesAtVersion: readonly ClassAtVersion[],
  lists: readonly (readonly Option[])[],
  chosen: readonly number[],
  state: SystemState,
  tieBreak: number,
): Successor {
  const next = [...state];
  let installs = 0;
  let left = 0;
  let stagesLeft = 0;
  let preference = 0;
  let slot = 0;
  for (let classAtVersion = 0; classAtVersion < classesAtVersion.length; classAtVersion += 1) {
    const { members } = at(classesAtVersion, classAtVersion);
    const options = at(lists, classAtVersion);
    const isFixed = options.length < 2;
    for (let index = 0; index < members.length; index += 1) {
      // The first slot has the least wanted option: it is the last Component's.
      const place = slot + members.length - 1 - index;
      const option = at(options, isFixed ? 0 : at(chosen, place));
      next[at(members, index)] = option.version;
      installs += option.moves;
      left += option.distance;
      stagesLeft = Math.max(stagesLeft, option.distance);
      preference += option.rank;
    }
    if (!isFixed) slot += members.length;
  }
  const key = keyOf(symmetryClasses, next);
  return { state: next, key, installs, left, stagesLeft, tieBreak, preference };
}

/** How many Components of each symmetry class have each version. */
export function keyOf(
  {
    classes,
  }: {
    readonly classes: readonly Pick<SymmetryClasses["classes"][number], "members" | "size">[];
  },
  state: SystemState,
): string {
  const codes: number[] = [];
  for (const { members, size } of classes) {
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
