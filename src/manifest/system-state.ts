import type { System, SystemState } from "./system.ts";

/**
 * Whether only end states may be passed through; of what is free to choose its way, the transition tables alone judge.
 */
export function passesEndStatesOnly({
  endTables,
  transitionTables,
  endStatesOnly,
}: System): boolean {
  return endTables.length > 0 && (endStatesOnly ?? transitionTables.length === 0);
}

/** Where the System is now. */
export function startState({ components }: System): SystemState {
  return components.map(({ start }) => start);
}
