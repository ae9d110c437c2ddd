import type { DeploymentOutcome } from "../core/events.ts";
import type { ComponentId, SystemVersion } from "../core/ids.ts";
import type { SystemState } from "../manifest/system.ts";
import { acceptance } from "../planner/model/acceptable.ts";
import { type Deployment, isConstrained, type Member } from "./deployment.ts";
import { stateOf } from "./state-of.ts";

/** Where the System is, now that nothing more will be done. */
export function verdict(deployment: Deployment): {
  readonly outcome: DeploymentOutcome;
  /** The Components at fault where the outcome is `inconsistent`; empty otherwise. */
  readonly inconsistent: readonly ComponentId[];
} {
  const { members, way } = deployment;
  if (members.some((member) => member.inconsistent)) {
    // Off the way forward the others may be left in a mix that no table accepts, too.
    const isAstray = way !== "forward" && endStateOf(deployment) === null;
    const astray = isAstray ? movedMembers(deployment) : [];
    const isNamed = (member: Member): boolean =>
      member.inconsistent || isLost(member) || astray.includes(member);
    return inconsistent(members.filter(isNamed));
  }
  if (way === "forward") return clean("success");
  const moved = movedMembers(deployment);
  if (moved.length > 0) {
    // Without tables nobody knows which mix is acceptable, so none is.
    if (endStateOf(deployment) === null) return inconsistent(moved);
    // That the tables bear whatever a Component runs does not mend it.
    const lost = members.filter(isLost);
    return lost.length > 0 ? inconsistent(lost) : clean("failed-elsewhere");
  }
  const isUntouched =
    deployment.stage === 0 && members.every((member) => member.ran.ArtifactInstall === undefined);
  return clean(isUntouched ? "failed-unchanged" : "failed-rolled-back");
}

/** Left half-way. */
export function isLost(member: Member): boolean {
  return member.version === null;
}

/** The Components that are not where the deployment found them. */
export function movedMembers(deployment: Deployment): readonly Member[] {
  return deployment.members.filter((member) => member.version !== startVersion(deployment, member));
}

function clean(outcome: DeploymentOutcome) {
  return { outcome, inconsistent: [] };
}

function inconsistent(members: readonly Member[]) {
  return { outcome: "inconsistent", inconsistent: members.map((member) => member.id) } as const;
}

function startVersion(deployment: Deployment, member: Member): string | undefined {
  const { system } = deployment.begin;
  const component = system.components.find(({ id }) => id === member.id);
  return component === undefined
    ? undefined
    : system.types[component.type]?.versions[component.start];
}

/** The end state that the System is in; null where it is in none, or no tables tell. */
export function endStateOf(deployment: Deployment): SystemVersion | null {
  if (!isConstrained(deployment)) return null;
  const { system } = deployment.begin;
  const state = stateOf(deployment);
  if (state === null) return null;
  const start: SystemState = system.components.map((component) => component.start);
  return acceptance(system, start).endState(state);
}
