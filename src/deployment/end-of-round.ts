import { type Deployment, hasTriesLeft, type Member, membersOf } from "./deployment.ts";
import { enterBack } from "./error-path.ts";
import { noStanding } from "./gates.ts";
import { next } from "./next.ts";
import { programOf } from "./program.ts";

/** The barrier: all Components of the round have ended. Decides where the cursor goes. */
export function endRound(deployment: Deployment): Deployment {
  const round = deployment.open?.intent.round;
  const hasAskedOld = round === "ExpectOld" || deployment.hasAskedOld;
  const hasAskedFacts = round === "ExpectFacts" || deployment.hasAskedFacts;
  const closed: Deployment = { ...deployment, open: null, hasAskedOld, hasAskedFacts };
  if (closed.direction !== "forward") return repeatRollbackReboot(closed, deployment);
  if (closed.failure !== null && !isOneMoreRoundOwed(closed)) return enterBack(closed);
  return startNextStage(closed);
}

/** A failed ArtifactInstall still owes its group the question whether to reboot. */
function isOneMoreRoundOwed(deployment: Deployment): boolean {
  const coming = next(deployment);
  if (coming.kind !== "round" || coming.row.despiteFailure !== true) return false;
  // Whoever was interrupted is asked on the way back.
  return deployment.members.every((member) => member.ran.ArtifactInstall !== "interrupted");
}

/**
 * Through with a stage that is not the last one: the next begins where it ended. A rollback that came too
 * late for the stage that is over must not begin another one.
 */
function startNextStage(deployment: Deployment): Deployment {
  const stages = deployment.begin.plan.stages;
  const isThrough = next(deployment).kind === "through";
  const isLast = deployment.stage + 1 >= stages.length;
  const isClean = deployment.members.every((member) => !member.inconsistent);
  if (!isThrough || isLast || !isClean) return deployment;
  const stage = deployment.stage + 1;
  const entered: Deployment = {
    ...deployment,
    stage,
    cursor: 0,
    gates: noStanding,
    members: membersOf(stages[stage], deployment.members),
  };
  if (deployment.run.verb !== "rollback") return entered;
  return enterBack({ ...entered, failure: { kind: "asked", run: deployment.runs } });
}

/** After a failed verification the rollback reboot is made again, a limited number of times. */
function repeatRollbackReboot(closed: Deployment, before: Deployment): Deployment {
  if (before.open?.intent.round !== "ArtifactVerifyRollbackReboot") return closed;
  const isAgain = (member: Member): boolean =>
    (member.ran.ArtifactVerifyRollbackReboot === "failed" ||
      member.ran.ArtifactVerifyRollbackReboot === "interrupted") &&
    hasTriesLeft(member, "ArtifactVerifyRollbackReboot");
  if (!closed.members.some(isAgain)) return closed;
  const group = before.open.intent.group;
  const lines = programOf(closed);
  const reboot = lines.findIndex(
    (line) =>
      line.kind === "round" && line.group === group && line.row.name === "ArtifactRollbackReboot",
  );
  return {
    ...closed,
    // What is undone before a new plan is made stands in no line of the program.
    cursor: reboot < 0 ? closed.cursor : reboot,
    members: closed.members.map((member) => (isAgain(member) ? withoutReboot(member) : member)),
  };
}

function withoutReboot(member: Member): Member {
  return {
    ...member,
    ran: {
      ...member.ran,
      ArtifactRollbackReboot: undefined,
      HostRollbackReboot: undefined,
      ArtifactVerifyRollbackReboot: undefined,
    },
  };
}
