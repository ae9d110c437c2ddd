import type { FailureReason } from "../core/events.ts";
import type { ComponentId } from "../core/ids.ts";
import type { Deployment } from "./deployment.ts";
import { noStanding } from "./gates.ts";
import type { RoundName } from "./rounds.ts";

/** Leaves the way forward: from here on the stage is undone, its groups in reverse. */
export function enterBack(deployment: Deployment): Deployment {
  return {
    ...deployment,
    direction: "back",
    cursor: 0,
    open: null,
    gates: noStanding,
    stoppedBefore: null,
  };
}

/** Notes the first failure; later ones change nothing in the cause. */
export function withFailure(
  deployment: Deployment,
  component: ComponentId,
  round: RoundName,
  reason: FailureReason,
  log?: readonly string[],
): Deployment {
  if (deployment.failure !== null) return deployment;
  return {
    ...deployment,
    failure: {
      kind: "component",
      component,
      round,
      reason,
      ...(log !== undefined && { log }),
      run: deployment.runs,
    },
  };
}
