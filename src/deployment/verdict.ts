import { defaultNodeLimit } from "../core/node-limit.ts";
import type { DeploymentOutcome, Ending } from "../core/events.ts";
import type { ComponentId, SystemVersion } from "../core/ids.ts";
import { startState } from "../manifest/system-state.ts";
import type { SystemState } from "../manifest/system.ts";
import { type Grounding, groundingOf } from "../planner/constraints/grounding.ts";
import { acceptance } from "../planner/constraints/state-acceptance.ts";
import { atFault, isUncommitted, isUnsettled, movedMembers } from "./at-fault.ts";
import { type Deployment, isConstrained, type Member } from "./deployment.ts";
import { stateOf } from "./state-of.ts";

type Verdict = Pick<Ending, "outcome" | "inconsistent">;

/** Where the System is, now that nothing more will be done. */
export function verdict(
  deployment: Deployment,
  grounding: Grounding = groundingOf(deployment.begin.system),
): Verdict {
  const { members, direction } = deployment;
  const isAnySuspect = members.some((member) => isUnsettled(deployment, member));
  // That the tables bear whatever a Component runs does not mend it.
  if (isAnySuspect) return inconsistent(deployment, grounding);
  if (direction === "forward") return clean("success");
  if (movedMembers(deployment).length > 0) {
    // Without tables nobody knows which mix is acceptable, so none is.
    return endStateOf(deployment, grounding) === null
      ? inconsistent(deployment, grounding)
      : clean("failed-elsewhere");
  }
  const isUntouched =
    deployment.stage === 0 && members.every((member) => member.ran.ArtifactInstall === undefined);
  return clean(isUntouched ? "failed-unchanged" : "failed-rolled-back");
}

function clean(outcome: DeploymentOutcome): Verdict {
  return { outcome, inconsistent: [] };
}

function inconsistent(deployment: Deployment, grounding: Grounding): Verdict {
  return { outcome: "inconsistent", inconsistent: namesOf(atFault(deployment, grounding)) };
}

/** All that is told of the end; null of a deployment that has not ended. */
export function ending(
  deployment: Deployment,
  grounding: Grounding = groundingOf(deployment.begin.system),
): Ending | null {
  const { begin, ended, members } = deployment;
  if (ended === null) return null;
  const isNamed = ({ id }: Member): boolean => ended.inconsistent.includes(id);
  const isBad = ended.outcome === "inconsistent";
  const moved = isBad ? movedMembers(deployment) : [];
  return {
    outcome: ended.outcome,
    inconsistent: ended.inconsistent,
    systemVersion: isBad ? null : endStateOf(deployment, grounding),
    isWanted: members.every(({ version }, index) => {
      const type = begin.system.types[begin.system.components[index]?.type ?? -1];
      return version === type?.versions[type.target];
    }),
    uncommitted: namesOf(
      members.filter((member) => isNamed(member) && isUncommitted(deployment, member)),
    ),
    beside: namesOf(moved.filter((member) => !isNamed(member))),
    wayOutUndecidedAt:
      isBad && deployment.isWayOutUndecided ? (begin.nodeLimit ?? defaultNodeLimit) : null,
    owed: deployment.owed,
  };
}

function namesOf(members: readonly Member[]): readonly ComponentId[] {
  return members.map(({ id }) => id);
}

/** The end state that the System is in; null where it is in none, or no tables tell. */
export function endStateOf(
  deployment: Deployment,
  grounding: Grounding = groundingOf(deployment.begin.system),
): SystemVersion | null {
  if (!isConstrained(deployment)) return null;
  const { system } = deployment.begin;
  const state = stateOf(deployment);
  if (state === null) return null;
  const start: SystemState = startState(system);
  return acceptance(system, start, grounding).endState(state);
}
