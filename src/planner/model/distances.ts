import type { System } from "../../manifest/system.ts";

/** For each version those that may come next. */
type Hops = readonly (readonly number[])[];

/** For each Component and version, the fewest installs to a wanted version; Infinity: there is no way. */
export type Distances = readonly (readonly number[])[];

/** `goals`: for each Component the versions it may end in. */
export function distances(system: System, goals: readonly (readonly number[])[]): Distances {
  return system.components.map(({ hops }, component) => distancesTo(goals[component] ?? [], hops));
}

/** For each version the fewest hops to one of the goals; Infinity: there is no way. */
export function distancesTo(goals: readonly number[], hops: Hops): readonly number[] {
  const known = hops.map(() => Infinity);
  const queue = [...goals];
  for (const goal of queue) known[goal] = 0;
  for (const to of queue) {
    for (let from = 0; from < hops.length; from += 1) {
      if (known[from] !== Infinity || hops[from]?.includes(to) !== true) continue;
      known[from] = (known[to] ?? 0) + 1;
      queue.push(from);
    }
  }
  return known;
}

/** For each version whether it is the start, or its hops lead there. */
export function reachedFrom(
  start: number,
  hops: Hops,
  mayHop: (from: number, to: number) => boolean,
): readonly boolean[] {
  const isReached = hops.map(() => false);
  isReached[start] = true;
  const queue = [start];
  for (const from of queue) {
    for (const to of hops[from] ?? []) {
      if (isReached[to] === true || !mayHop(from, to)) continue;
      isReached[to] = true;
      queue.push(to);
    }
  }
  return isReached;
}

/** The start, and all versions to which hops lead from it, ascending. */
export function versionsFrom(
  start: number,
  hops: Hops,
  mayHop: (from: number, to: number) => boolean = () => true,
): readonly number[] {
  return versionsIn(reachedFrom(start, hops, mayHop));
}

export function versionsIn(isReached: readonly boolean[]): readonly number[] {
  return isReached.flatMap((is, version) => (is ? [version] : []));
}
