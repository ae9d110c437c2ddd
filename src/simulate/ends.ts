import { assertNever } from "../core/assert-never.ts";
import type { Ending } from "../core/events.ts";
import type { ComponentId, SystemVersion } from "../core/ids.ts";
import { ending } from "../deployment/verdict.ts";
import { startState } from "../manifest/system-state.ts";
import type { System } from "../manifest/system.ts";
import type { Grounding } from "../planner/constraints/grounding.ts";
import { acceptance } from "../planner/constraints/state-acceptance.ts";
import type { Situation } from "./situation.ts";
import { brokenIn, stateIn, type World } from "./world.ts";

/** One way in which a deployment can end, and the shortest list of faults that leads there. */
export interface End extends Pick<
  Ending,
  "outcome" | "inconsistent" | "uncommitted" | "beside" | "wayOutUndecidedAt"
> {
  readonly world: World;
  /** The end state that it really is; null where it is none, or no tables tell. */
  readonly systemVersion: SystemVersion | null;
  readonly faults: readonly string[];
  /** Alike Components that are not all in the same condition: it may be others of a list, or more of them. */
  readonly alike: readonly (readonly ComponentId[])[];
  /** What the machine claims is not what is there: a bug of ours. */
  readonly isUntrue: boolean;
}

/** Holds what the machine says at the end against what is really there. */
export function judgeOf(
  system: System,
  start: World,
  grounding: Grounding,
): (situation: Situation) => Omit<End, "faults" | "alike"> {
  const { endState } = acceptance(system, startState(system), grounding);
  const versionOf = (world: World): SystemVersion | null => {
    const state = stateIn(system, world);
    return system.endTables.length > 0 && state !== null ? endState(state) : null;
  };
  const wanted = system.components.map(({ type: index }) => {
    const type = system.types[index];
    return type?.versions[type.target];
  });
  const isTrue = ({ deployment: { ended }, world }: Situation): boolean => {
    if (ended === null) throw new Error("a deployment that has not ended");
    switch (ended.outcome) {
      case "success":
        return world.every((version, index) => version === wanted[index]);
      case "failed-unchanged":
      case "failed-rolled-back":
        return isSame(world, start);
      case "failed-elsewhere":
        return versionOf(world) !== null;
      case "inconsistent":
        // What was left half-way must be named.
        return ended.inconsistent.length > 0 && brokenIn(system, world).every(isIn(ended));
      default:
        return assertNever(ended.outcome);
    }
  };
  return (situation) => {
    const { deployment, world } = situation;
    const told = ending(deployment, grounding);
    if (told === null) throw new Error("a deployment that has not ended");
    const { outcome, inconsistent, uncommitted, beside, wayOutUndecidedAt } = told;
    const isUntrue = !isTrue(situation);
    const systemVersion = versionOf(world);
    return {
      outcome,
      inconsistent,
      uncommitted,
      beside,
      wayOutUndecidedAt,
      world,
      systemVersion,
      isUntrue,
    };
  };
}

function isSame(one: World, other: World): boolean {
  return one.every((version, index) => version === other[index]);
}

function isIn({ inconsistent }: { readonly inconsistent: readonly ComponentId[] }) {
  return (component: ComponentId): boolean => inconsistent.includes(component);
}
