import type { ComponentId, SystemVersion } from "../core/ids.ts";
import { startState } from "../manifest/system-state.ts";
import type { SystemState } from "../manifest/system.ts";
import { acceptance } from "../planner/constraints/state-acceptance.ts";
import { decide } from "./decide.ts";
import {
  type Deployment,
  type Failure,
  hasCleanupStarted,
  isConstrained,
  isStuck,
} from "./deployment.ts";
import { evolve } from "./evolve.ts";

/**
 * What `resume` or `rollback` would do with a deployment, told from the journal alone. `to`: null where the state has
 * no name.
 */
export type Prospect =
  | { readonly kind: "put-away" }
  /** All that is left of the last stage, or of the failed deployment. */
  | { readonly kind: "clean-up" }
  | { readonly kind: "forward"; readonly to: SystemVersion | null }
  /** A state of these was interrupted: what they report decides whether it goes on or back. */
  | { readonly kind: "look"; readonly components: readonly ComponentId[] }
  | { readonly kind: "back"; readonly to: SystemVersion | null; readonly because: Failure | null }
  /** A Component cannot go back: to whatever acceptable state can be reached. */
  | { readonly kind: "out"; readonly because: Failure | null }
  /** Too many runs got nothing done. */
  | { readonly kind: "give-up" };

/** `bootId`: of the boot in which it would be called. `because` is told where nobody knew of that failure before. */
export function prospectOf(
  deployment: Deployment,
  bootId: string,
  verb: "resume" | "rollback" = "resume",
): Prospect {
  if (deployment.ended !== null) return { kind: "put-away" };
  const { run } = deployment;
  const taken = evolve(deployment, { ...run, verb, stopBefore: [], bootId });
  if (taken.givenUp) return { kind: "give-up" };
  const action = decide(taken);
  const because = deployment.failure === null ? taken.failure : null;
  const round = action.kind === "round" ? action.round : null;
  if (round === "ObserveInterrupted" && taken.direction === "forward") {
    return { kind: "look", components: action.kind === "round" ? action.components : [] };
  }
  const isLast = taken.direction !== "forward" || taken.stage >= taken.begin.plan.stages.length - 1;
  const isCleaned = round === "Cleanup" || round === "ConfirmEnd" || action.kind === "end";
  if (isLast && (isCleaned || hasCleanupStarted(taken))) return { kind: "clean-up" };
  if (taken.direction === "forward") return { kind: "forward", to: goalOf(taken) };
  return leadsOut(taken) ? { kind: "out", because } : { kind: "back", to: startOf(taken), because };
}

function leadsOut(deployment: Deployment): boolean {
  if (deployment.direction === "out" || deployment.mustReplan) return true;
  return isConstrained(deployment) && deployment.members.some(isStuck);
}

function goalOf({ begin }: Deployment): SystemVersion | null {
  return begin.plan.stages.at(-1)?.systemVersion ?? null;
}

/** Where the stage began, and where its rollback leads. */
function startOf(deployment: Deployment): SystemVersion | null {
  const { begin, stage } = deployment;
  if (stage > 0) return begin.plan.stages[stage - 1]?.systemVersion ?? null;
  if (!isConstrained(deployment)) return null;
  const start: SystemState = startState(begin.system);
  return acceptance(begin.system, start).endState(start);
}
