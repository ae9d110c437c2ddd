import type { System, SystemState } from "../../manifest/system.ts";
import { after, at, type MovePlan, during, type Move } from "../model/moves.ts";
import type { Acceptability, Violation } from "../constraints/acceptability.ts";
import { addPair, type Precedence } from "./precedence.ts";
import { limitsOf } from "../model/crowding.ts";
import type { MoveClass } from "../model/move-classes.ts";
import { wantedMoves, wantedOf } from "../model/wanted.ts";

/** How the hand-written `order` takes part: not at all, in places, or for every type that moves. */
export type OrderUse = "none" | "some" | "all";

export function orderUse(system: System, moves: readonly Move[]): OrderUse {
  const orders = moves.map(({ component }) => orderOf(system, component));
  if (orders.every((order) => order === null)) return "none";
  return orders.includes(null) ? "some" : "all";
}

/** What of the order written in the Manifest every plan from here has to keep. */
export function writtenOrder(system: System): OrderUse {
  const use = orderUse(system, wantedMoves(system));
  const numbers = new Set(system.types.flatMap(({ order }) => order ?? []));
  // A single number says nothing of types without one.
  return use === "some" && numbers.size < 2 ? "none" : use;
}

/**
 * The groups as `order` numbers them. Types without a number come behind all that have one, each in a
 * group of its own, in the order of the Topology: nobody said that they may go together.
 * Where more of a type may not go at the same time, its Components follow each other.
 */
export function groupsByOrder(system: System, moves: readonly Move[]): MovePlan[number] {
  const last = 1000;
  const groups = new Map<number, Move[]>();
  const numberOf = new Map<number, number>();
  for (const move of moves) {
    const { type } = at(system.components, move.component);
    const behind = numberOf.get(type) ?? last + numberOf.size;
    numberOf.set(type, behind);
    const number = at(system.types, type).order ?? behind;
    const group = groups.get(number);
    if (group === undefined) groups.set(number, [move]);
    else group.push(move);
  }
  const numbers = [...groups.keys()].toSorted((a, b) => a - b);
  return numbers.flatMap((number) => parallel(system, groups.get(number) ?? []));
}

/** Split where a limit asks for it: each into the first group that has room. */
function parallel(system: System, moves: readonly Move[]): MovePlan[number] {
  const limits = limitsOf(system);
  const groups: Move[][] = [];
  for (const move of moves) {
    const own = limits.filter(({ counts }) => counts(move.component));
    const hasRoom = (group: readonly Move[]) =>
      own.every(
        ({ most, counts }) => group.filter(({ component }) => counts(component)).length < most,
      );
    const group = groups.find(hasRoom);
    if (group === undefined) groups.push([move]);
    else group.push(move);
  }
  return groups;
}

export interface Broken {
  /** Index into the groups. */
  readonly group: number;
  readonly violation: Violation;
}

/** The first group that the tables object to; null: none. */
export function firstViolation(
  acceptability: Acceptability,
  start: SystemState,
  groups: MovePlan[number],
): Broken | null {
  let state = start;
  for (const [group, moves] of groups.entries()) {
    const violation = acceptability.violation(during(state, moves));
    if (violation !== null) return { group, violation };
    state = after(state, moves);
  }
  return null;
}

/**
 * Where only some types are numbered, one begins when all lower ones have what they want. False where
 * that cannot be in this stage.
 */
export function addOrder(
  system: System,
  moveClasses: readonly MoveClass[],
  behind: SystemState,
  precedence: Precedence,
): boolean {
  const orders = moveClasses.map(({ type }) => at(system.types, type).order);
  if (orders.every((order) => order === null)) return true;
  const highest = Math.max(...orders.map((order) => order ?? 0));
  const isLate = behind.some((version, component) => {
    const order = orderOf(system, component);
    return order !== null && order < highest && version !== wantedOf(system, component);
  });
  if (isLate) return false;
  for (const [first, order] of orders.entries()) {
    for (const [second, other] of orders.entries()) {
      if (order !== null && other !== null && order < other) addPair(precedence, first, second);
    }
  }
  return true;
}

function orderOf(system: System, component: number): number | null {
  return at(system.types, at(system.components, component).type).order;
}
