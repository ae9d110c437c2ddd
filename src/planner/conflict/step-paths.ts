import type { System } from "../../manifest/system.ts";
import { type Distances, distances, versionsFrom } from "../model/distances.ts";
import { at } from "../model/moves.ts";

/** For each Component and version the versions that a step may lead to. */
type Hops = readonly (readonly (readonly number[])[])[];

/** The steps from which something that is wanted can still be reached. */
export interface Paths {
  /** For each Component the versions it may end in. */
  readonly goals: readonly (readonly number[])[];
  readonly left: Distances;
  /** Those that lead nearer to it, */
  readonly nearer: Hops;
  /** and all others. */
  readonly others: Hops;
  /** For each Component and version itself, and all that its steps lead to. */
  readonly further: Hops;
  /** Whether no Component can be installed more than once. */
  readonly isOnce: boolean;
  /** Components that nothing tells apart. */
  readonly alike: readonly (readonly number[])[];
  /** Whether twice the number of a version, and one, fits a character. */
  readonly isNarrow: boolean;
}

export function pathsTo(system: System, goals: readonly (readonly number[])[]): Paths {
  const left = distances(system, goals);
  const hops = system.components.map((component, index) =>
    component.hops.map((targets) => targets.filter((to) => left[index]?.[to] !== Infinity)),
  );
  const chosen = (isChosen: (from: number, to: number) => boolean): Hops =>
    hops.map((own, component) => {
      const known = at(left, component);
      return own.map((targets, from) =>
        targets.filter((to) => isChosen(at(known, from), at(known, to))),
      );
    });
  return {
    goals,
    left,
    nearer: chosen((from, to) => to < from),
    others: chosen((from, to) => to >= from),
    further: hops.map((own) => [...own.keys()].map((version) => versionsFrom(version, own))),
    isOnce: system.components.every(({ start }, component) => {
      const own = at(hops, component);
      return at(own, start).every((to) => own[to]?.length === 0);
    }),
    alike: alikeIn(system),
    isNarrow: system.types.every(({ versions }) => versions.length < 0x7f_ff),
  };
}

function alikeIn(system: System): readonly (readonly number[])[] {
  const named = new Set(
    [...system.endTables, ...system.transitionTables].flatMap(({ columns }) =>
      columns.flatMap(({ component }) => component ?? []),
    ),
  );
  const groups = new Map<string, number[]>();
  for (const [index, { type, start, hops }] of system.components.entries()) {
    const key = named.has(index) ? String(index) : JSON.stringify([type, start, hops]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}
