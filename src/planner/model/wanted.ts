import { startState } from "../../manifest/system-state.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import { at, type Move } from "./moves.ts";

export function wantedOf(system: System, component: number): number {
  return at(system.types, at(system.components, component).type).target;
}

export function wantedState(system: System): SystemState {
  return system.components.map((_, component) => wantedOf(system, component));
}

/** From where the System is to what is wanted, each Component in one go; whether an Artifact does that is not asked. */
export function wantedMoves(system: System): readonly Move[] {
  return directMoves(startState(system), wantedState(system));
}

export function directMoves(start: SystemState, wanted: SystemState): readonly Move[] {
  return start.flatMap((from, component) => {
    const to = at(wanted, component);
    return from === to ? [] : [{ component, from, to }];
  });
}

/** Whether one Artifact makes the move. */
export function isDirect(system: System, { component, from, to }: Move): boolean {
  return at(system.components, component).hops[from]?.includes(to) ?? false;
}
