import { assertNever } from "../core/assert-never.ts";
import type { DeploymentOutcome } from "../core/events.ts";
import { type ExitCode, exitCode } from "../core/exit-code.ts";
import type { Deployment, Member } from "../deployment/deployment.ts";
import { isLost, movedMembers } from "../deployment/verdict.ts";
import type { RunEnd } from "./ports.ts";

/**
 * The exit status of a run. `firstRun` is the number of the run this process began with: a failure
 * that an earlier process has already reported is not reported again, unless the System is left in
 * another state than the old one.
 */
export function exitOfRun(end: RunEnd, firstRun: number): ExitCode {
  const { deployment } = end;
  switch (end.kind) {
    case "reboot":
      return exitCode.rebootRequired;
    case "terminated":
      return exitCode.unexpected;
    case "stopped":
      return exitOfStop(deployment);
    case "ended":
      return exitOfEnd(deployment, isReportedEarlier(deployment, firstRun));
    default:
      return assertNever(end);
  }
}

/** A rollback that stops before Cleanup has done what was asked if the old state is restored. */
function exitOfStop(deployment: Deployment): ExitCode {
  if (deployment.way === "forward") return exitCode.done;
  const isRollback = deployment.run.verb === "rollback";
  if (!isRollback || deployment.stoppedBefore === "ArtifactRollback") return exitCode.failedStopped;
  const isUnsure = (member: Member): boolean => member.inconsistent || isLost(member);
  if (movedMembers(deployment).some(isUnsure)) return exitCode.inconsistent;
  return movedMembers(deployment).length === 0 ? exitCode.done : exitCode.failedElsewhere;
}

function isReportedEarlier(deployment: Deployment, firstRun: number): boolean {
  if (deployment.run.verb === "rollback") return true;
  return deployment.failure !== null && deployment.failure.run < firstRun;
}

function exitOfEnd(deployment: Deployment, isReported: boolean): ExitCode {
  const outcome: DeploymentOutcome | undefined = deployment.ended?.outcome;
  switch (outcome) {
    case undefined:
      throw new Error("a deployment that has not ended");
    case "success":
      return exitCode.done;
    case "failed-unchanged":
      return isReported ? exitCode.done : exitCode.failedUnchanged;
    case "failed-rolled-back":
      return isReported ? exitCode.done : exitCode.failedRolledBack;
    case "failed-elsewhere":
      return exitCode.failedElsewhere;
    case "inconsistent":
      return exitCode.inconsistent;
    default:
      return assertNever(outcome);
  }
}
