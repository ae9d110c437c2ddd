import type { Grounding } from "../planner/constraints/grounding.ts";
import { smallestChange } from "../planner/smallest-change.ts";
import { type Deployment, isConstrained, isStaying, type Member } from "./deployment.ts";
import { kindOf } from "./program.ts";
import { roundNames } from "./rounds.ts";
import { versionIn } from "./state-of.ts";

/**
 * The Components at fault where no more can be done: those of which nobody knows what they run or will run, and as few
 * others as would have to run something else for the System to be in an acceptable end state. In the System's order.
 */
export function atFault(deployment: Deployment, grounding: Grounding): readonly Member[] {
  const { members } = deployment;
  const suspects = members.filter((member) => isUnsettled(deployment, member));
  const { direction } = deployment;
  if (!isConstrained(deployment)) {
    // Without tables nobody knows which mix is acceptable: on the way back only the old state is.
    const astray = direction === "forward" ? [] : movedMembers(deployment);
    return members.filter((member) => suspects.includes(member) || astray.includes(member));
  }
  const { system } = deployment.begin;
  const standing = members.map((member, index) =>
    suspects.includes(member) ? null : versionIn(system, index, member.version),
  );
  const failed = new Set(
    members.flatMap((member, index) => (hasFailedState(member) ? [index] : [])),
  );
  const change = smallestChange(system, standing, failed, grounding);
  if (change === null) return suspects.length > 0 ? suspects : movedMembers(deployment);
  return change.flatMap((index) => members[index] ?? []);
}

/** Nobody can say what it runs, or will run after its next boot. */
export function isUnsettled(deployment: Deployment, member: Member): boolean {
  return member.inconsistent || isLost(member) || isUncommitted(deployment, member);
}

/** Left half-way. */
function isLost(member: Member): boolean {
  return member.version === null;
}

/** It is installed, stays so, and has refused its commit: it may be gone at the next boot. */
export function isUncommitted({ direction }: Deployment, member: Member): boolean {
  return direction === "out" && isStaying(member) && member.ran.ArtifactCommit !== "ok";
}

/** The Components that are not where the deployment found them. */
export function movedMembers({ begin: { system }, members }: Deployment): readonly Member[] {
  return members.filter((member, index) => {
    const component = system.components[index];
    const type = system.types[component?.type ?? -1];
    return member.version !== type?.versions[component?.start ?? -1];
  });
}

function hasFailedState({ failures }: Member): boolean {
  return roundNames.some((round) => kindOf(round) === "state" && (failures[round] ?? 0) > 0);
}
