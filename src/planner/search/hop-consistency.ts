import type { SymmetryClass, SymmetryClasses } from "../model/symmetry-classes.ts";
import { distancesTo, reachedFrom, versionsIn } from "../model/distances.ts";
import { at } from "../model/moves.ts";
import type { GroundConstraint, VersionsOf } from "../constraints/ground.ts";
import { hopSupportOf } from "../constraints/hop-support.ts";
import { constraintsWith, type ConstraintNetwork } from "../constraints/network.ts";

/** For each symmetry class the hops that some plan could use, and how far each version is from the wanted one. */
export interface HopGraph {
  /** [symmetry class][version]: the versions that may come next, by name. */
  readonly hops: readonly (readonly (readonly number[])[])[];
  /** [symmetry class][version]: the fewest installs to the wanted version; Infinity: there is no way. */
  readonly distances: readonly (readonly number[])[];
}

/** The ways where no table forbids anything: what every question about the same System begins with. */
export interface BaseHops extends HopGraph {
  readonly symmetryClasses: SymmetryClasses;
  /** [symmetry class]: the versions on some way from the start to the wanted one; the start in any case. */
  readonly domains: readonly (readonly number[])[];
}

/** `names`: for each type those of its versions. */
export function baseHopsOf(
  symmetryClasses: SymmetryClasses,
  names: readonly (readonly string[])[],
): BaseHops {
  const ranks = names.map((versions) => {
    const sorted = [...versions.keys()].toSorted((a, b) =>
      at(versions, a) < at(versions, b) ? -1 : 1,
    );
    const rank = versions.map(() => 0);
    for (const [place, version] of sorted.entries()) rank[version] = place;
    return rank;
  });
  const walks = symmetryClasses.classes.map((symmetryClass) => {
    const rank = at(ranks, symmetryClass.type);
    const isSorted = (targets: readonly number[]) =>
      targets.every((to, place) => place === 0 || at(rank, at(targets, place - 1)) < at(rank, to));
    const sorted = symmetryClass.hops.map((targets) =>
      isSorted(targets) ? targets : targets.toSorted((a, b) => at(rank, a) - at(rank, b)),
    );
    return walkOf(symmetryClass, sorted);
  });
  return {
    symmetryClasses,
    hops: walks.map(({ hops }) => hops),
    distances: walks.map(({ distances }) => distances),
    domains: walks.map(({ domain }) => domain),
  };
}

/** Only what lies on some way from the start to the wanted version. */
function walkOf({ start, target }: SymmetryClass, all: readonly (readonly number[])[]) {
  const distances = distancesTo([target], all);
  const isIn = reachedFrom(start, all, (_, to) => distances[to] !== Infinity);
  const hops = all.map((targets, from) =>
    isIn[from] === true ? filtered(targets, (to) => isIn[to] === true) : [],
  );
  return { hops, distances, domain: versionsIn(isIn) };
}

/**
 * Leaves out every hop that no table context accepts at both of its ends, and every version that then lies
 * on no way from the start to the wanted version, until nothing changes. What is left out is in no plan.
 */
export function hopConsistent(baseHops: BaseHops, network: ConstraintNetwork): HopGraph {
  const { classes, byTableClass } = baseHops.symmetryClasses;
  const hops = [...baseHops.hops];
  const distances = [...baseHops.distances];
  const domains = [...baseHops.domains];
  const queue = [...network.constraints.keys()];
  const isDirty = new Uint8Array(queue.length).fill(1);
  const add = (constraint: number) => {
    if (isDirty[constraint] === 0) queue.push(constraint);
    isDirty[constraint] = 1;
  };

  const refresh = (index: number) => {
    const symmetryClass = at(classes, index);
    const walk = walkOf(symmetryClass, at(hops, index));
    const isSmaller = walk.domain.length < at(domains, index).length;
    distances[index] = walk.distances;
    hops[index] = walk.hops;
    domains[index] = walk.domain;
    if (isSmaller)
      for (const constraint of at(network.constraintsOf, symmetryClass.tableClass)) add(constraint);
  };

  const allowed = (tableClass: number) => unionOf(at(byTableClass, tableClass), domains);
  const starts = startsIn(baseHops.symmetryClasses);
  for (const number of queue) {
    isDirty[number] = 0;
    const constraint = at(network.constraints, number);
    const hopSupport = hopSupportOf(constraint);
    if (hopSupport === null) continue;
    for (let column = 0; column < constraint.classes.length; column += 1) {
      const isSupported = hopSupport(column, allowed, starts);
      for (const index of at(byTableClass, at(constraint.classes, column))) {
        const { start } = at(classes, index);
        const own = at(hops, index);
        if (isEveryHop(own, (from, to) => isSupported(from, to, start))) continue;
        hops[index] = own.map((targets, from) =>
          filtered(targets, (to) => isSupported(from, to, start)),
        );
        refresh(index);
        add(number);
      }
    }
  }
  return { hops, distances };
}

/**
 * False: there is no plan. Takes it that whatever version a Component has once reached it has for ever, beside all
 * that come after it; what is not even reached so is never reached.
 */
export function isRelaxedReachable(
  { symmetryClasses: all }: BaseHops,
  { hops }: HopGraph,
  network: ConstraintNetwork,
): boolean {
  const { classes, byTableClass } = all;
  const starts = startsIn(all);
  const reached = classes.map(({ start }) => [start]);
  const isSupported = (
    constraint: GroundConstraint,
    { tableClass, start }: SymmetryClass,
    from: number,
    to: number,
  ): boolean => {
    const hopSupport = hopSupportOf(constraint);
    if (hopSupport === null) return true;
    const allowed = (one: number) => unionOf(at(byTableClass, one), reached);
    return constraint.classes.every(
      (one, column) => one !== tableClass || hopSupport(column, allowed, starts)(from, to, start),
    );
  };
  const dirty = new Set(classes.keys());
  for (const index of dirty) {
    dirty.delete(index);
    const symmetryClass = at(classes, index);
    const constraints = constraintsWith(network, symmetryClass.tableClass);
    const own = at(reached, index);
    const before = own.length;
    for (const from of own) {
      for (const to of at(at(hops, index), from)) {
        if (own.includes(to)) continue;
        if (constraints.every((constraint) => isSupported(constraint, symmetryClass, from, to)))
          own.push(to);
      }
    }
    if (own.length === before) continue;
    for (const { classes } of constraints) {
      for (const one of classes) for (const other of at(byTableClass, one)) dirty.add(other);
    }
  }
  return classes.every(({ target }, index) => at(reached, index).includes(target));
}

function isEveryHop(
  hops: readonly (readonly number[])[],
  test: (from: number, to: number) => boolean,
): boolean {
  for (let from = 0; from < hops.length; from += 1) {
    for (const to of at(hops, from)) if (!test(from, to)) return false;
  }
  return true;
}

/** The same list where all are kept, as mostly. */
function filtered(list: readonly number[], isKept: (one: number) => boolean): readonly number[] {
  return list.every(isKept) ? list : list.filter(isKept);
}

function unionOf(
  members: readonly number[],
  domains: readonly (readonly number[])[],
): readonly number[] {
  const [only] = members;
  if (members.length === 1 && only !== undefined) return at(domains, only);
  const union = new Set(members.flatMap((symmetryClass) => at(domains, symmetryClass)));
  return [...union].toSorted((a, b) => a - b);
}

/** Of each table class: in which versions their Components began. */
function startsIn({ classes, byTableClass }: SymmetryClasses): VersionsOf {
  const starts = byTableClass.map((list) => {
    const all = list.map((one) => at(classes, one).start);
    return all.length < 2 ? all : [...new Set(all)];
  });
  return (tableClass) => at(starts, tableClass);
}
