import { assertNever } from "../core/assert-never.ts";
import type { DeploymentOutcome } from "../core/events.ts";
import { type ExitCode, exitCode } from "../core/exit-code.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { isRefused } from "../deployment/gates.ts";
import { verdict } from "../deployment/verdict.ts";
import type { RunEnd } from "./ports.ts";

/** The exit statuses that tell a failure. */
const telling: readonly ExitCode[] = [
  exitCode.notReady,
  exitCode.failedUnchanged,
  exitCode.failedStopped,
  exitCode.failedRolledBack,
  exitCode.failedElsewhere,
  exitCode.inconsistent,
];

/** Will somebody know of the failure by this exit status. */
export function tellsFailure(exit: ExitCode): boolean {
  return telling.includes(exit);
}

/**
 * The exit status of a run. A failure that was told already is not told again, unless the System is left in another
 * state than the old one. Until then it is: no failure may end in 0 of which nobody has heard.
 */
export function exitOfRun(end: RunEnd): ExitCode {
  const { deployment } = end;
  switch (end.kind) {
    case "reboot":
      return exitCode.rebootRequired;
    case "waiting":
      return exitCode.waiting;
    case "terminated":
      return exitCode.unexpected;
    case "stopped":
      return exitOfStop(deployment);
    case "ended":
      return exitOfEnd(deployment);
    default:
      return assertNever(end);
  }
}

/** A rollback that stops before Cleanup has done what was asked if the old state is restored. */
function exitOfStop(deployment: Deployment): ExitCode {
  if (deployment.direction === "forward") return exitCode.done;
  const isRollback = deployment.run.verb === "rollback";
  if (!isRollback || deployment.stoppedBefore === "ArtifactRollback") return exitCode.failedStopped;
  return exitOfOutcome(verdict(deployment).outcome, true);
}

function exitOfEnd(deployment: Deployment): ExitCode {
  const { ended, isTold } = deployment;
  if (ended === null) throw new Error("a deployment that has not ended");
  if (isRefused(deployment) && !isTold) return exitCode.notReady;
  return exitOfOutcome(ended.outcome, isTold);
}

function exitOfOutcome(outcome: DeploymentOutcome, isTold: boolean): ExitCode {
  switch (outcome) {
    case "success":
      return exitCode.done;
    case "failed-unchanged":
      return isTold ? exitCode.done : exitCode.failedUnchanged;
    case "failed-rolled-back":
      return isTold ? exitCode.done : exitCode.failedRolledBack;
    case "failed-elsewhere":
      return exitCode.failedElsewhere;
    case "inconsistent":
      return exitCode.inconsistent;
    default:
      return assertNever(outcome);
  }
}
