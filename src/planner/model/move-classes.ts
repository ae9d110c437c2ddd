import type { System, SystemState } from "../../manifest/system.ts";
import { at } from "./moves.ts";
import type { TableClasses } from "./table-classes.ts";

/** Components that make the same move in a stage and that nothing tells apart. */
export interface MoveClass {
  readonly type: number;
  readonly tableClass: number;
  readonly from: number;
  readonly to: number;
  readonly canGoBack: boolean;
  readonly rebootsHost: boolean;
  /** Indexes of Components, in the order of the Topology. */
  readonly members: readonly number[];
}

/** Components of the same table class that a table cannot tell apart in a stage: a move class, or some that stay. */
export interface Part {
  readonly from: number;
  readonly to: number;
  /** They have this version in the starting state of the whole plan. */
  readonly isFromGrandfathered: boolean;
  readonly isToGrandfathered: boolean;
  /** Index of the move class; -1: they stay. */
  readonly moveClass: number;
  readonly count: number;
}

export interface Partition {
  readonly moveClasses: readonly MoveClass[];
  /** For each table class what they consist of. */
  readonly parts: readonly (readonly Part[])[];
}

/** Who moves between two states, in the order of the Topology, and who stays. */
export function partitionBetween(
  system: System,
  { classes, of, alone, crowding }: TableClasses,
  before: SystemState,
  behind: SystemState,
): Partition {
  const moveClasses: MoveClass[] = [];
  const parts: (readonly Part[])[] = [];
  const crowds: (Map<number, Alike> | undefined)[] = [];
  for (const [index, component] of system.components.entries()) {
    const own = at(of, index);
    const [from, to] = [at(before, index), at(behind, index)];
    const { type, start, supportsRollback: canGoBack, rebootsHost } = component;
    const isFromGrandfathered = from === start;
    const isToGrandfathered = to === start;
    const moveClass = from === to ? -1 : moveClasses.length;
    if (at(alone, own) >= 0) {
      const { components: members } = at(classes, own);
      if (moveClass >= 0)
        moveClasses.push({ type, tableClass: own, from, to, canGoBack, rebootsHost, members });
      parts[own] = [{ from, to, isFromGrandfathered, isToGrandfathered, moveClass, count: 1 }];
      continue;
    }
    const flags =
      Number(isFromGrandfathered) +
      2 * Number(isToGrandfathered) +
      4 * Number(canGoBack) +
      8 * Number(rebootsHost) +
      16 * at(crowding, index);
    const size = at(system.types, type).versions.length;
    const key =
      from * size + to + size * size * (from === to ? Number(isFromGrandfathered) : flags);
    const crowd = (crowds[own] ??= new Map<number, Alike>());
    const alike = crowd.get(key);
    if (alike !== undefined) {
      alike.part.count += 1;
      alike.members.push(index);
      continue;
    }
    const members = [index];
    if (moveClass >= 0)
      moveClasses.push({ type, tableClass: own, from, to, canGoBack, rebootsHost, members });
    const part = { from, to, isFromGrandfathered, isToGrandfathered, moveClass, count: 1 };
    crowd.set(key, { part, members });
    parts[own] = [...(parts[own] ?? []), part];
  }
  return { moveClasses, parts };
}

/** Components of the same table class that do the same. */
interface Alike {
  readonly part: Part & { count: number };
  readonly members: number[];
}
