import type { System } from "../../manifest/system.ts";
import { at } from "./draft.ts";
import type { Peerage } from "./peers.ts";

/** Components that are alike in all but their names; the search counts them instead of naming them. */
export interface Cohort {
  readonly peers: number;
  readonly type: number;
  readonly start: number;
  readonly target: number;
  /** How many versions their type knows. */
  readonly size: number;
  readonly hops: readonly (readonly number[])[];
  /** Indexes of Components, in the order of the Topology. */
  readonly members: readonly number[];
}

export interface Cohorts {
  readonly cohorts: readonly Cohort[];
  /** The index of each Component's cohort. */
  readonly of: readonly number[];
  /** For each peers their cohorts. */
  readonly byPeers: readonly (readonly number[])[];
}

export function cohortsOf(system: System, peerage: Peerage): Cohorts {
  const known = new Map<string, number>();
  const cohorts: (Cohort & { readonly members: number[] })[] = [];
  const of = system.components.map((component, index) => {
    const { type, start, hops, supportsRollback, rebootsHost } = component;
    const peers = at(peerage.of, index);
    const isAlone = at(peerage.alone, peers) >= 0;
    const key = isAlone
      ? `alone ${String(index)}`
      : `${peers}/${start}/${Number(supportsRollback)}${Number(rebootsHost)}/${hops.join(";")}`;
    const before = known.get(key);
    if (before !== undefined) {
      cohorts[before]?.members.push(index);
      return before;
    }
    known.set(key, cohorts.length);
    const { versions, target } = at(system.types, type);
    const size = versions.length;
    return cohorts.push({ peers, type, start, target, size, hops, members: [index] }) - 1;
  });
  const byPeers: number[][] = [];
  for (const [cohort, { peers }] of cohorts.entries()) {
    // Mostly the only one: a list that was pushed to keeps room for many more.
    if (byPeers[peers] === undefined) byPeers[peers] = [cohort];
    else byPeers[peers].push(cohort);
  }
  return { cohorts, of, byPeers };
}
