import type { System } from "../../manifest/system.ts";

/** For each Component and version, the fewest installs to a wanted version; Infinity: there is no way. */
export type Distances = readonly (readonly number[])[];

/** `goals`: for each Component the versions it may end in. */
export function distances(system: System, goals: readonly (readonly number[])[]): Distances {
  return system.components.map(({ hops }, component) => {
    const known: number[] = hops.map(() => Infinity);
    const queue = [...(goals[component] ?? [])];
    for (const goal of queue) known[goal] = 0;
    for (const to of queue) {
      for (const [from, targets] of hops.entries()) {
        if (known[from] !== Infinity || !targets.includes(to)) continue;
        known[from] = (known[to] ?? 0) + 1;
        queue.push(from);
      }
    }
    return known;
  });
}
