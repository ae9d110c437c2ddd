import type { System, SystemComponent, SystemState } from "../../manifest/system.ts";
import { at } from "./moves.ts";
import type { Merging } from "./unfolded.ts";

/** For each Component the place on its ways where it is; null: it has none, or nobody knows. */
export type Places = readonly (number | null)[];

/** A System that may move each Component once; no hop depends on the way. */
export interface Standing {
  readonly system: System;
  /** False: of some Component it is not known in which of several places it is. */
  readonly isExact: boolean;
}

/**
 * The System with its Components in this state, as far as one stage goes: each moves once, so of its ways only the hops
 * from where it is count. Where several places have its version, a hop counts if it is possible from every one of them,
 * or from some.
 */
export function standing(
  system: System,
  state: SystemState,
  places: Places,
  merging: Merging,
): Standing {
  const found = system.components.map((component, index) =>
    possiblePlaces(component, at(state, index), places[index] ?? null),
  );
  return {
    isExact: found.every((own) => own.length < 2),
    system: {
      ...system,
      components: system.components.map(({ ways, ...component }, index) => {
        const start = at(state, index);
        const own = at(found, index);
        if (ways === undefined || own.length === 0) return { ...component, start };
        const sets = own.map(
          (place) => new Set(at(ways.places, place).hops.map((to) => at(ways.places, to).version)),
        );
        const hops = [...new Set(sets.flatMap((set) => [...set]))]
          .filter((to) => merging === "some" || sets.every((set) => set.has(to)))
          .toSorted((a, b) => a - b);
        return { ...component, start, hops: component.hops.with(start, hops) };
      }),
    },
  };
}

/** Empty: it has no ways, or none that leads to this version. */
function possiblePlaces(
  { ways }: SystemComponent,
  version: number,
  known: number | null,
): readonly number[] {
  if (ways === undefined) return [];
  if (known !== null) return [known];
  return [...ways.places.keys()].filter((place) => at(ways.places, place).version === version);
}

/**
 * The place of a Component after it has had these versions, one after the other; null: it has no ways, or none like
 * that.
 */
export function placeAfter({ ways }: SystemComponent, versions: readonly number[]): number | null {
  if (ways === undefined) return null;
  let place = ways.start;
  for (const version of versions) {
    const next = at(ways.places, place).hops.find((to) => at(ways.places, to).version === version);
    if (next === undefined) return null;
    place = next;
  }
  return place;
}
