import type { Member, OpenRound } from "../deployment/deployment.ts";
import { roundNames } from "../deployment/rounds.ts";
import type { Situation } from "./situation.ts";
import type { World } from "./world.ts";

/**
 * Makes the keys of one exploration: equal for two situations exactly where all that can still come is
 * equal. How they came about is left out: the run's number, its boot id, and what the failure was.
 */
export function situationKeys(): (situation: Situation) => string {
  const memberNumber = numbering(memberText);
  const worldNumber = numbering((world: World) => JSON.stringify(world));
  const openNumber = numbering(openText);
  return ({ deployment, world, faultsLeft, isShaken }) => {
    const { open, ended } = deployment;
    const flags =
      (deployment.mustReplan ? 1 : 0) +
      (deployment.givenUp ? 2 : 0) +
      (deployment.failure === null ? 4 : 0) +
      (ended === null ? 0 : 8) +
      (isShaken ? 16 : 0) +
      // On the way back nobody asks for it any more.
      (deployment.direction === "forward" && deployment.hasAskedOld ? 32 : 0) +
      (deployment.isWayOutUndecided ? 64 : 0);
    let key = `${faultsLeft},${worldNumber(world)},${deployment.stage},${deployment.direction},${deployment.cursor},${deployment.detourGroups},${deployment.idleRuns},${flags},${open === null ? "" : openNumber(open)}`;
    for (const member of deployment.members) key += `,${memberNumber(member)}`;
    return ended === null ? key : `${key},${JSON.stringify(ended)}`;
  };
}

/** A number for each value, the same for equal ones. Most are met again as the same object. */
function numbering<T extends WeakKey>(textOf: (value: T) => string): (value: T) => number {
  const met = new WeakMap<T, number>();
  const byText = new Map<string, number>();
  return (value) => {
    const before = met.get(value);
    if (before !== undefined) return before;
    const text = textOf(value);
    const number = byText.get(text) ?? byText.size;
    byText.set(text, number);
    met.set(value, number);
    return number;
  };
}

/** Who is in the round follows from the program; who has not ended yet does not. */
function openText({ intent, waiting, started }: OpenRound): string {
  return JSON.stringify([intent.round, intent.group, waiting, started]);
}

function memberText(member: Member): string {
  const { step, ran, failures } = member;
  let text = `${member.toObserve ?? ""},${member.supportsRollback ?? ""},${member.needsReboot ?? ""},${member.inconsistent ? 1 : 0}${member.maybeDropped ? 1 : 0}${member.owesCleanup ? 1 : 0}`;
  for (const round of roundNames) {
    const progress = ran[round];
    const failed = failures[round];
    if (progress !== undefined || failed !== undefined) {
      text += `,${round}=${progress ?? ""}${failed ?? ""}`;
    }
  }
  return JSON.stringify([text, member.version, step]);
}
