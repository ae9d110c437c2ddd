import { resolve } from "node:path";
import { type ExitCode, exitCode } from "../core/exit-code.ts";
import type { Problem } from "../core/problem.ts";
import type { StopPoint } from "../core/protocol.ts";
import { fail, ok } from "../core/result.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { type Deployed, inProgress, type Request, takeUp } from "../executor/deploy.ts";
import { journalsIn } from "../executor/journals.ts";
import { clearRefusal, isRefused } from "../journal/refusal.ts";
import type { Context } from "./context.ts";
import { datastoreOf, deployer } from "./deployer.ts";
import { lockedIfThere } from "./locked.ts";
import { beginStream, failedInStream, writeLines } from "./output.ts";
import { openProgress } from "./progress.ts";
import { exitOfDeployed } from "./run-end.ts";
import { readSettings } from "./settings.ts";

/** What a call does with the deployment in progress, and which one it is for. */
export interface TakeUp {
  readonly request: Request;
  /** Null: any; else it must wait there, and anything else is left alone. */
  readonly waitingBefore: StopPoint | null;
  /** Where the medium lies now, as the caller names it; undefined: where it was. */
  readonly from?: string | undefined;
}

/** Goes on with the deployment in progress: resume, commit and rollback are this with other requests. */
export async function takeUpDeployment(
  context: Context,
  { request, waitingBefore, from }: TakeUp,
): Promise<ExitCode> {
  const { output } = context;
  beginStream(output);
  if (waitingBefore === null && isRefusedCall(context, request)) {
    writeLines(output.messages, ["The install before was refused: there is nothing to do for it."]);
    return exitCode.done;
  }
  const result = await lockedIfThere<Deployed | null>(context, null, async () => {
    const journals = journalsIn(context.platform.files, datastoreOf(context));
    const current = inProgress(journals);
    if (!current.ok) return current;
    const deployment = current.value;
    if (waitingBefore !== null) {
      if (deployment === null || deployment.ended !== null) return ok(null);
      if (deployment.stoppedBefore !== waitingBefore) {
        return fail(notWaiting(deployment, waitingBefore));
      }
    }
    const settings = readSettings(context);
    if (!settings.ok) return settings;
    const components = deployment?.begin.components ?? [];
    const named = components.map(({ id, componentType }) => ({ id, type: componentType }));
    const progress = openProgress(context, named, settings.value.logLevel);
    try {
      const { keys } = settings.value;
      return await takeUp(
        request,
        deployer(context, {
          keys,
          from: from === undefined ? null : resolve(context.environment.workingDirectory, from),
          emit: progress.emit,
          provides: new Map(),
        }),
      );
    } finally {
      progress.close();
    }
  });
  if (!result.ok) return failedInStream(output, result.problems);
  if (result.value === null) return failedInStream(output, [nothingInProgress(request)]);
  return exitOfDeployed(output, result.value);
}

/**
 * After a refused install its caller rolls back and cleans up all the same. Both must find that there is
 * nothing to do; above all they must not touch a deployment that is somebody else's.
 */
function isRefusedCall(context: Context, { verb, stopBefore }: Request): boolean {
  const { files } = context.platform;
  const store = datastoreOf(context);
  if (!isRefused(files, store)) return false;
  if (verb === "rollback") return true;
  // A commit stops before Cleanup, and is of another deployment; the last call of all does not.
  if (stopBefore.length > 0) return false;
  clearRefusal(files, store);
  return true;
}

function notWaiting({ begin }: Deployment, before: StopPoint): Problem {
  return {
    code: "nothing-in-progress",
    message: `The deployment of "${begin.manifest}" in progress does not wait before ${before}.`,
    hint: "Call resume to go on with it, or rollback to undo it; status shows what it waits for.",
  };
}

function nothingInProgress({ verb }: Request): Problem {
  return {
    code: "nothing-in-progress",
    message: `There is nothing to ${verb === "rollback" ? "roll back" : "go on with"}: no deployment is in progress.`,
    hint: "status tells what is in progress, history what has ended.",
  };
}
