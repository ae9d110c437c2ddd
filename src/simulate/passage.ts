import type { System } from "../manifest/system.ts";
import { acceptance } from "../planner/acceptable.ts";
import { brokenIn, stateIn, type World } from "./world.ts";

/**
 * Does a step create a combination that the tables do not accept? One that stood before it is not its
 * doing. Of a broken Component nobody can say what it goes with; it is judged at the end.
 */
export function passage(system: System): (before: World, after: World) => boolean {
  if (system.endTables.length === 0) return () => false;
  const known = new Map<string, boolean>();
  const isForbidden = (before: World, after: World): boolean => {
    if (brokenIn(system, before).length > 0 || brokenIn(system, after).length > 0) return false;
    const from = stateIn(system, before);
    const to = stateIn(system, after);
    return from !== null && to !== null && !acceptance(system, from).transit(to);
  };
  return (before, after) => {
    if (before === after) return false;
    const key = JSON.stringify([before, after]);
    const answer = known.get(key) ?? isForbidden(before, after);
    known.set(key, answer);
    return answer;
  };
}
