import type { System, SystemState } from "../../manifest/system.ts";
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
  { peers, of, alone }: Peerage,
  before: SystemState,
  behind: SystemState,
): Lineup {
  const squads: Squad[] = [];
  const lots: (readonly Lot[])[] = [];
  const crowds: (Map<number, Alike> | undefined)[] = [];
  for (const [index, component] of system.components.entries()) {
    const own = at(of, index);
    const [from, to] = [at(before, index), at(behind, index)];
    const { type, start, supportsRollback: canGoBack, rebootsHost } = component;
    const fromStands = from === start;
    const toStands = to === start;
    const squad = from === to ? -1 : squads.length;
    if (at(alone, own) >= 0) {
      const { components: members } = at(peers, own);
      if (squad >= 0) squads.push({ type, peers: own, from, to, canGoBack, rebootsHost, members });
      lots[own] = [{ from, to, fromStands, toStands, squad, count: 1 }];
      continue;
    }
    const flags =
      Number(fromStands) + 2 * Number(toStands) + 4 * Number(canGoBack) + 8 * Number(rebootsHost);
    const size = at(system.types, type).versions.length;
    const key = (from * size + to) * 16 + (from === to ? Number(fromStands) : flags);
    const crowd = (crowds[own] ??= new Map<number, Alike>());
    const alike = crowd.get(key);
    if (alike !== undefined) {
      alike.lot.count += 1;
      alike.members.push(index);
      continue;
    }
    const members = [index];
    if (squad >= 0) squads.push({ type, peers: own, from, to, canGoBack, rebootsHost, members });
    const lot = { from, to, fromStands, toStands, squad, count: 1 };
    crowd.set(key, { lot, members });
    lots[own] = [...(lots[own] ?? []), lot];
  }
  return { squads, lots };
}

/** Components of the same peers that do the same. */
interface Alike {
  readonly lot: Lot & { count: number };
  readonly members: number[];
}
