import type { System } from "../../manifest/system.ts";
import type { SymmetryClasses } from "../model/symmetry-classes.ts";
import { limitsOf } from "../model/crowding.ts";
import { versionsFrom } from "../model/distances.ts";
import { at } from "../model/moves.ts";
import { topologicalOrder } from "../model/topological-order.ts";
import { accepts, type GroundConstraint } from "../constraints/ground.ts";
import { addPair, followersIn, noPrecedence } from "../stage/precedence.ts";
import type { ConstraintNetwork } from "../constraints/network.ts";
import type { HopGraph } from "./hop-consistency.ts";

/** Contexts of a pair of columns beyond this number are not looked at. */
const contextLimit = 1024;

/** One hop of a symmetry class on its only shortest way. */
interface Link {
  readonly symmetryClass: number;
  readonly hop: number;
}

/**
 * The fewest order groups of any plan without detours: the longest chain of hops of which each must be done
 * before the next, whatever stages they are made in.
 */
export function criticalPathBound(
  system: System,
  symmetryClasses: SymmetryClasses,
  hopGraph: HopGraph,
  network: ConstraintNetwork,
): number {
  const paths = symmetryClasses.classes.map((_, symmetryClass) =>
    onlyWay(symmetryClasses, hopGraph, symmetryClass),
  );
  const domains: (readonly number[])[] = [];
  const domainOf = (symmetryClass: number) =>
    (domains[symmetryClass] ??= onShortWays(symmetryClasses, hopGraph, symmetryClass));
  const links: Link[] = [];
  const firstLink = paths.map((path, symmetryClass) => {
    const first = links.length;
    for (let hop = 0; hop + 1 < path.length; hop += 1) {
      links.push({ symmetryClass, hop });
    }
    return first;
  });
  const { byTableClass } = symmetryClasses;
  // A hop that must come in a later group than all of another one.
  const precedence = noPrecedence();
  const addLater = (before: number, hopBefore: number, behind: number, hopBehind: number) => {
    addPair(precedence, at(firstLink, before) + hopBefore, at(firstLink, behind) + hopBehind);
  };
  const buffer: number[] = [];
  for (const constraint of network.constraints) {
    for (let column = 0; column < constraint.classes.length; column += 1) {
      for (let other = column + 1; other < constraint.classes.length; other += 1) {
        const grid = gridOf(constraint, column, other, symmetryClasses, domainOf);
        if (grid === null) continue;
        for (const one of at(byTableClass, at(constraint.classes, column))) {
          for (const two of at(byTableClass, at(constraint.classes, other))) {
            const isItself = one === two && at(symmetryClasses.classes, one).members.length < 2;
            const [path, second] = [at(paths, one), at(paths, two)];
            if (isItself || path.length + second.length < 3) continue;
            const needed = staircase(path.length, second.length, buffer, (i, j) =>
              grid(one, at(path, i), two, at(second, j)),
            );
            for (let hop = 0; hop + 1 < second.length; hop += 1) {
              const ahead = needed.ofSecond(hop);
              if (ahead > 0) addLater(one, ahead - 1, two, hop);
            }
            for (let hop = 0; hop + 1 < path.length; hop += 1) {
              const ahead = needed.ofFirst(hop);
              if (ahead > 0) addLater(two, ahead - 1, one, hop);
            }
          }
        }
      }
    }
  }
  const later = followersIn(precedence, links.length);
  return longest(system, symmetryClasses, links, later, firstLink, paths);
}

/** The versions of the only shortest way; just the start where there is a choice. */
function onlyWay(
  { classes }: SymmetryClasses,
  { hops, distances }: HopGraph,
  symmetryClass: number,
): readonly number[] {
  const { start } = at(classes, symmetryClass);
  const distance = at(distances, symmetryClass);
  const path = [start];
  for (let version = start; at(distance, version) > 0;) {
    let only = -1;
    for (const to of at(at(hops, symmetryClass), version)) {
      if (at(distance, to) !== at(distance, version) - 1) continue;
      if (only >= 0) return [start];
      only = to;
    }
    if (only < 0) return [start];
    path.push(only);
    version = only;
  }
  return path;
}

/** Every version on some shortest way. */
function onShortWays(
  { classes }: SymmetryClasses,
  { hops, distances }: HopGraph,
  symmetryClass: number,
): readonly number[] {
  const distance = at(distances, symmetryClass);
  const { start } = at(classes, symmetryClass);
  const isShort = (from: number, to: number) => at(distance, to) === at(distance, from) - 1;
  return versionsFrom(start, at(hops, symmetryClass), isShort);
}

type Grid = (one: number, version: number, other: number, otherVersion: number) => boolean;

/** Whether two symmetry classes may have two versions in some context without detours; null: too many contexts. */
function gridOf(
  constraint: GroundConstraint,
  column: number,
  other: number,
  symmetryClasses: SymmetryClasses,
  domainOf: (symmetryClass: number) => readonly number[],
): Grid | null {
  const { byTableClass } = symmetryClasses;
  let contexts = [constraint.classes.map(() => 0)];
  for (const [place, tableClass] of constraint.classes.entries()) {
    if (place === column || place === other) continue;
    const versions = [
      ...new Set(at(byTableClass, tableClass).flatMap((symmetryClass) => domainOf(symmetryClass))),
    ];
    contexts = contexts.flatMap((context) =>
      versions.map((version) => context.with(place, version)),
    );
    if (contexts.length > contextLimit) return null;
  }
  const startsAt = (place: number) =>
    new Set(
      at(byTableClass, at(constraint.classes, place)).map(
        (symmetryClass) => at(symmetryClasses.classes, symmetryClass).start,
      ),
    );
  const isStanding = (context: readonly number[]) =>
    context.every(
      (version, place) => place === column || place === other || startsAt(place).has(version),
    );
  const canBeGrandfathered = contexts.some(isStanding);
  return (one, version, two, otherVersion) => {
    const isGrandfathered =
      canBeGrandfathered &&
      at(symmetryClasses.classes, one).start === version &&
      at(symmetryClasses.classes, two).start === otherVersion;
    if (isGrandfathered) return true;
    for (const context of contexts) {
      context[column] = version;
      context[other] = otherVersion;
      if (accepts(constraint, context)) return true;
    }
    return false;
  };
}

/**
 * For each hop of either path how many hops of the other must be done before: of all ways through the grid
 * from the first corner to the last, the least. Nothing where there is no way. `live`: room for the grid.
 */
function staircase(
  first: number,
  second: number,
  live: number[],
  isFree: (i: number, j: number) => boolean,
): { readonly ofFirst: (hop: number) => number; readonly ofSecond: (hop: number) => number } {
  const cell = (i: number, j: number) => i * second + j;
  // 1: leads to the last corner; 2: is reached from the first one as well.
  for (let i = first - 1; i >= 0; i -= 1) {
    for (let j = second - 1; j >= 0; j -= 1) {
      const isLast = i === first - 1 && j === second - 1;
      const leads =
        isLast ||
        (i + 1 < first && live[cell(i + 1, j)] === 1) ||
        (j + 1 < second && live[cell(i, j + 1)] === 1);
      live[cell(i, j)] = leads && isFree(i, j) ? 1 : 0;
    }
  }
  for (let i = 0; i < first; i += 1) {
    for (let j = 0; j < second; j += 1) {
      if (live[cell(i, j)] !== 1) continue;
      const isReached =
        (i === 0 && j === 0) ||
        (i > 0 && live[cell(i - 1, j)] === 2) ||
        (j > 0 && live[cell(i, j - 1)] === 2);
      if (isReached) live[cell(i, j)] = 2;
    }
  }
  const ofSecond = (hop: number): number => {
    for (let i = 0; i < first; i += 1) {
      if (live[cell(i, hop)] === 2 && live[cell(i, hop + 1)] === 2) return i;
    }
    return 0;
  };
  const ofFirst = (hop: number): number => {
    for (let j = 0; j < second; j += 1) {
      if (live[cell(hop, j)] === 2 && live[cell(hop + 1, j)] === 2) return j;
    }
    return 0;
  };
  return { ofFirst, ofSecond };
}

/** The longest chain of links; 0 where they run in a circle. */
function longest(
  system: System,
  symmetryClasses: SymmetryClasses,
  links: readonly Link[],
  later: readonly (readonly number[])[],
  firstLink: readonly number[],
  paths: readonly (readonly number[])[],
): number {
  const nextOwn = (link: number) => {
    const { symmetryClass, hop } = at(links, link);
    return hop + 2 < at(paths, symmetryClass).length ? at(firstLink, symmetryClass) + hop + 1 : -1;
  };
  const order = topologicalOrder(
    later.map((list, link) => (nextOwn(link) < 0 ? list : [...list, nextOwn(link)])),
  );
  if (order.length < links.length) return 0;
  const limits = limitsOf(system);
  // How many groups are over before a link's first.
  const over = links.map(() => 0);
  let most = 0;
  for (const link of order) {
    const { symmetryClass } = at(links, link);
    const { members } = at(symmetryClasses.classes, symmetryClass);
    const capacity = limits.reduce(
      (least, { most: room, counts }) => (counts(at(members, 0)) ? Math.min(least, room) : least),
      members.length,
    );
    const whole = at(over, link) + Math.ceil(members.length / capacity);
    most = Math.max(most, whole);
    for (const one of at(later, link)) over[one] = Math.max(at(over, one), whole);
    const next = nextOwn(link);
    if (next >= 0) over[next] = Math.max(at(over, next), at(over, link) + 1);
  }
  return most;
}
