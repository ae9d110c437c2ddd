import { assertNever } from "../core/assert-never.ts";
import type { DeploymentOutcome } from "../core/events.ts";
import type { ComponentId } from "../core/ids.ts";
import type { GateMoment, StopPoint } from "../core/protocol.ts";
import { type Grounding, groundingOf } from "../planner/constraints/grounding.ts";
import { isUnsure } from "./contingency-plan.ts";
import type { Deployment, GateWait, Member } from "./deployment.ts";
import { leftToWaitMs } from "./gates.ts";
import { type Next, next } from "./next.ts";
import type { PlannedGate } from "./records.ts";
import { verdict } from "./verdict.ts";
import type { RoundName } from "./rounds.ts";

/** What is to be done next. */
export type Action =
  /** One call for each Component, in parallel; the intent goes into the journal first. */
  | {
      readonly kind: "round";
      readonly round: RoundName;
      readonly group: number | null;
      readonly components: readonly ComponentId[];
    }
  /** One reboot of the host for all of them. */
  | {
      readonly kind: "reboot-host";
      readonly round: "HostReboot" | "HostRollbackReboot";
      readonly group: number | null;
      readonly components: readonly ComponentId[];
      /** `caller`: exit 4 and let the caller do it. `refused`: the caller cannot, and we must not. */
      readonly by: "caller" | "command" | "refused";
    }
  /** A gate is asked; that it is goes into the journal first. */
  | {
      readonly kind: "ask-gate";
      readonly gate: PlannedGate;
      readonly moment: GateMoment;
      readonly group: number | null;
    }
  /**
   * A gate has said not now in this run: it is asked again later, by this run or the next one. `leftMs`: so long it may
   * go on with that.
   */
  | {
      readonly kind: "wait";
      readonly ask: Extract<Action, { kind: "ask-gate" }>;
      readonly wait: GateWait;
      readonly leftMs: number;
    }
  /** Plan anew from where the System is now, and record the plan. */
  | { readonly kind: "replan" }
  /** The run ends here as asked. `isNew`: it was not standing here already. */
  | { readonly kind: "stop"; readonly before: StopPoint; readonly isNew: boolean }
  | {
      readonly kind: "end";
      readonly outcome: DeploymentOutcome;
      readonly inconsistent: readonly ComponentId[];
    }
  /** It has ended; there is nothing to do. */
  | { readonly kind: "none" };

/**
 * What to do next, told from the deployment alone. A round that is still open must end first. `grounding`: of its
 * tables, where they are at hand.
 */
export function decide(
  deployment: Deployment,
  grounding: Grounding = groundingOf(deployment.begin.system),
): Action {
  if (deployment.ended !== null) return { kind: "none" };
  const toObserve = deployment.members.filter((member) => member.toObserve !== null);
  if (toObserve.length > 0) {
    return {
      kind: "round",
      round: "ObserveInterrupted",
      group: null,
      components: toObserve.map((member) => member.id),
    };
  }
  if (deployment.givenUp) return { kind: "end", ...verdict(deployment, grounding) };
  const coming = next(deployment);
  switch (coming.kind) {
    case "round":
      return coming.row.name === "HostReboot" || coming.row.name === "HostRollbackReboot"
        ? {
            kind: "reboot-host",
            round: coming.row.name,
            group: coming.group,
            components: coming.components,
            by: rebootBy(deployment),
          }
        : {
            kind: "round",
            round: coming.row.name,
            group: coming.group,
            components: coming.components,
          };
    case "gate":
      return askGate(deployment, coming);
    case "replan":
      return replan(deployment);
    case "stop":
      return {
        kind: "stop",
        before: coming.before,
        isNew: deployment.stoppedBefore !== coming.before,
      };
    case "through":
      return { kind: "end", ...verdict(deployment, grounding) };
    default:
      return assertNever(coming);
  }
}

function askGate(deployment: Deployment, coming: Extract<Next, { kind: "gate" }>): Action {
  const { gate, moment, group } = coming;
  const ask = { kind: "ask-gate", gate, moment, group } as const;
  const { waiting } = deployment.gates;
  const leftMs = leftToWaitMs(deployment);
  if (waiting === null || leftMs === null || waiting.run !== deployment.runs) return ask;
  return { kind: "wait", ask, wait: waiting, leftMs };
}

/** Before a new plan can be made, every Component that nobody can vouch for is asked what it runs. */
function replan(deployment: Deployment): Action {
  const components = deployment.members
    .filter((member) => isUnsure(member) && !isObserved(member))
    .map((member) => member.id);
  if (components.length === 0) return { kind: "replan" };
  return { kind: "round", round: "ObserveStuck", group: null, components };
}

function isObserved({ ran }: Member): boolean {
  return ran.ObserveStuck === "ok" || ran.ObserveStuck === "failed";
}

/**
 * A deployment begun with `--exit-on-reboot` belongs to a caller that reboots. A forward call without
 * the flag comes from a caller that takes exit 4 for a failure: the reboot is refused.
 */
function rebootBy(deployment: Deployment): "caller" | "command" | "refused" {
  if (deployment.run.exitOnReboot) return "caller";
  return deployment.direction === "forward" && deployment.begin.exitOnReboot
    ? "refused"
    : "command";
}
