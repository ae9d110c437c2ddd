import type { System } from "../../manifest/system.ts";
import type { MoveClass } from "../model/move-classes.ts";
import { limitsOf } from "../model/crowding.ts";
import { at } from "../model/moves.ts";

/** So many of the Components of these move classes may be in one order group. */
export interface Room {
  readonly most: number;
  readonly moveClasses: readonly number[];
}

/** Some moves of a move class in one group. */
export interface Share {
  readonly moveClass: number;
  readonly count: number;
}

/** Those in which any of the move classes takes part; all members of a move class count, or none. */
export function roomsOf(system: System, moveClasses: readonly MoveClass[]): readonly Room[] {
  return limitsOf(system).flatMap(({ most, counts }) => {
    const own = moveClasses.flatMap(({ members }, moveClass) =>
      counts(at(members, 0)) ? [moveClass] : [],
    );
    return own.length === 0 ? [] : [{ most, moveClasses: own }];
  });
}

/** For each move class how many of its Components may be in one group at the most; Infinity: any number. */
export function capacityOf(
  rooms: readonly Room[],
  moveClasses: readonly MoveClass[],
): readonly number[] {
  const capacity = moveClasses.map(() => Infinity);
  for (const room of rooms) {
    for (const moveClass of room.moveClasses)
      capacity[moveClass] = Math.min(at(capacity, moveClass), room.most);
  }
  return capacity;
}

/** How many Components of the move class may join the group. */
export function freeIn(
  { rooms, capacity }: { readonly rooms: readonly Room[]; readonly capacity: readonly number[] },
  group: readonly Share[],
  moveClass: number,
): number {
  let free = at(capacity, moveClass);
  if (free === Infinity) return free;
  for (const room of rooms) {
    if (!room.moveClasses.includes(moveClass)) continue;
    let used = 0;
    for (const share of group) if (room.moveClasses.includes(share.moveClass)) used += share.count;
    free = Math.min(free, room.most - used);
  }
  return free;
}
