import type { System } from "../manifest/system.ts";
import type { Grounding } from "../planner/constraints/grounding.ts";
import { acceptance } from "../planner/constraints/state-acceptance.ts";
import { isTooWide, lawOf } from "../planner/conflict/step-rules.ts";
import { stateIn, type World } from "./world.ts";

/**
 * Does a step create a combination that the tables do not accept? What stood before it is not its doing,
 * and what stood at the start may be gone back to. Of a broken Component nobody can say what it goes with;
 * it is judged at the end.
 */
export function passage(
  system: System,
  grounding: Grounding,
): (before: World, after: World) => boolean {
  if (system.endTables.length === 0) return () => false;
  // An order written by hand says how to get there, not what may be passed.
  const types = system.types.map((type) => ({ ...type, order: null }));
  const law = isTooWide(system, grounding) ? null : lawOf({ ...system, types }, grounding);
  const known = new Map<string, boolean>();
  const isForbidden = (before: World, after: World): boolean => {
    const from = stateIn(system, before);
    const to = stateIn(system, after);
    if (from === null || to === null) return false;
    const isRefused = to.some(
      (version, component) =>
        version !== from[component] &&
        (law === null || law.violations(to, component, version).length > 0),
    );
    // Without transition tables whole states are judged, and an odd one may be where the step begins.
    return isRefused && !acceptance(system, from, grounding).transit(to);
  };
  return (before, after) => {
    if (before === after) return false;
    const key = JSON.stringify([before, after]);
    const answer = known.get(key) ?? isForbidden(before, after);
    known.set(key, answer);
    return answer;
  };
}
