import { exitCode, type ExitCode } from "../core/exit-code.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { isAtGate } from "../deployment/gates.ts";
import { type DeployPorts, inProgress, type Request, takeUp } from "./deploy.ts";

/**
 * Makes way for a new deployment. One that waits at a stop point or for a reboot is somebody's and is
 * left alone. An orphan, whose process died elsewhere, is taken through the error path: after a power
 * cut nobody else may ever come for it.
 */
export async function makeWay(ports: DeployPorts): Promise<Result<null>> {
  const current = inProgress(ports.journals);
  if (!current.ok) return current;
  if (current.value !== null && isWaiting(current.value)) return fail(inTheWay(current.value));
  const request: Request = {
    verb: "rollback",
    stopBefore: [],
    exitOnReboot: true,
    isMakingWay: true,
  };
  const rolledBack = await takeUp(request, ports);
  if (!rolledBack.ok) return rolledBack;
  if (rolledBack.value === null) return ok(null);
  const { exit, end } = rolledBack.value;
  if (restored.includes(exit)) return ok(null);
  return fail(orphanLeft(end.deployment, exit));
}

/** The System is as it was, or as an orphan that was through with its commits has made it. */
const restored: readonly ExitCode[] = [
  exitCode.done,
  // A gate has refused it, and this was not told yet.
  exitCode.notReady,
  exitCode.failedUnchanged,
  exitCode.failedRolledBack,
];

function isWaiting(deployment: Deployment): boolean {
  if (deployment.ended !== null) return false;
  const round = deployment.open?.intent.round;
  const isRebootAsked = round === "HostReboot" || round === "HostRollbackReboot";
  return deployment.stoppedBefore !== null || isAtGate(deployment) || isRebootAsked;
}

function inTheWay(current: Deployment): Problem {
  const { begin, direction, stoppedBefore, gates } = current;
  const { deployment, manifest } = begin;
  const isUndone = direction !== "forward" || stoppedBefore === "Cleanup";
  if (isAtGate(current)) {
    return {
      code: "deployment-in-progress",
      message: `Deployment "${deployment}" of "${manifest}" is in progress and waits for the gate "${gates.waiting?.gate ?? ""}".`,
      hint: "Call resume to ask the gate again, or rollback to undo the deployment.",
    };
  }
  return {
    code: "deployment-in-progress",
    message: `Deployment "${deployment}" of "${manifest}" is in progress and waits to be gone on with.`,
    hint: isUndone
      ? "Call resume to end it; status shows what it waits for and what resume will do."
      : "Call commit (or resume) to go on with it, or rollback to undo it; status shows what it waits for.",
  };
}

function orphanLeft({ begin: { deployment, manifest } }: Deployment, exit: ExitCode): Problem {
  const isRebootOwed = exit === exitCode.rebootRequired;
  return {
    code: "deployment-in-progress",
    message: `Deployment "${deployment}" of "${manifest}" was interrupted, and its rollback did not restore the old state.`,
    expected: "the old state",
    got: isRebootOwed ? "the host must reboot first" : `exit status ${String(exit)}`,
    hint: isRebootOwed
      ? "Reboot the host, call resume, then install again."
      : "Look at history and show-provides, bring the named Components into order, then install again.",
  };
}
