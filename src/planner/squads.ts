import type { System, SystemState } from "../manifest/system.ts";
import { at } from "./draft.ts";
import type { Peerage } from "./peers.ts";

/** Components that make the same move in a stage and that nothing tells apart. */
export interface Squad {
  readonly type: number;
  readonly peers: number;
  readonly from: number;
  readonly to: number;
  readonly canGoBack: boolean;
  readonly rebootsHost: boolean;
  /** Indexes of Components, in the order of the Topology. */
  readonly members: readonly number[];
}

/** Components of the same peers that a table cannot tell apart in a stage: a squad, or some that stay. */
export interface Lot {
  readonly from: number;
  readonly to: number;
  /** They have this version in the starting state of the whole plan. */
  readonly fromStands: boolean;
  readonly toStands: boolean;
  /** Index of the squad; -1: they stay. */
  readonly squad: number;
  readonly count: number;
}

export interface Lineup {
  readonly squads: readonly Squad[];
  /** For each peers what they consist of. */
  readonly lots: readonly (readonly Lot[])[];
}

/** Who moves between two states, in the order of the Topology, and who stays. */
export function lineup(
  system: System,
  { peers, of }: Peerage,
  before: SystemState,
  behind: SystemState,
): Lineup {
  const squads: (Squad & { readonly members: number[] })[] = [];
  const lots: (Lot & { count: number })[][] = [];
  const known: (Map<number, { squad: number; lot: number }> | undefined)[] = [];
  for (const [index, component] of system.components.entries()) {
    const own = at(of, index);
    const [from, to] = [at(before, index), at(behind, index)];
    const { type, start, supportsRollback: canGoBack, rebootsHost } = component;
    const fromStands = from === start;
    const toStands = to === start;
    const flags =
      Number(fromStands) + 2 * Number(toStands) + 4 * Number(canGoBack) + 8 * Number(rebootsHost);
    const size = at(system.types, type).versions.length;
    const key = (from * size + to) * 16 + (from === to ? Number(fromStands) : flags);
    const alike = known[own]?.get(key);
    if (alike !== undefined) {
      at(at(lots, own), alike.lot).count += 1;
      if (alike.squad >= 0) at(squads, alike.squad).members.push(index);
      continue;
    }
    const isStaying = from === to;
    const squad = isStaying ? -1 : squads.length;
    if (!isStaying) {
      squads.push({ type, peers: own, from, to, canGoBack, rebootsHost, members: [index] });
    }
    const lot = { from, to, fromStands, toStands, squad, count: 1 };
    if (at(peers, own).components.length === 1) {
      lots[own] = [lot];
      continue;
    }
    const here = (lots[own] ??= []);
    (known[own] ??= new Map()).set(key, { squad, lot: here.length });
    here.push(lot);
  }
  return { squads, lots };
}
