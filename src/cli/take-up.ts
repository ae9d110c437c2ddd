import { resolve } from "node:path";
import { type ExitCode, exitCode } from "../core/exit-code.ts";
import type { Problem } from "../core/problem.ts";
import type { StopPoint } from "../core/protocol.ts";
import { fail, ok } from "../core/result.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { type Deployed, inProgress, type Request, takeUp } from "../executor/deploy.ts";
import { journalsIn } from "../executor/journals.ts";
import { type CallerMark, clearMark, leaveMark, markOf } from "../journal/caller-mark.ts";
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
  const mark = waitingBefore === null ? answeringMark(context, request) : null;
  if (mark !== null) {
    writeLines(output.messages, [nothingToDo[mark.kind]]);
    if (isLastCall(request)) clearOwnMark(context);
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
          ended: (ended) => noteEnd(context, request, ended),
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

const nothingToDo: Readonly<Record<CallerMark["kind"], string>> = {
  refused: "The install before was refused: there is nothing to do for it.",
  ended: "The deployment has ended already: there is nothing left to do for it.",
};

/**
 * The mark that answers this call instead of a deployment, which is somebody else's then. Its caller is known by the working
 * directory, and by the stop before Cleanup of its rollback: any other rollback is an operator's.
 */
function answeringMark(context: Context, request: Request): CallerMark | null {
  const { files } = context.platform;
  if (!isAwaitedAfterwards(request)) return null;
  const store = datastoreOf(context);
  const mark = markOf(files, store, context.environment.workingDirectory);
  if (mark === null || mark.kind === "refused") return mark;
  // The power may have gone before the deployment was archived: then that is what is left to do.
  const current = inProgress(journalsIn(files, store));
  if (!current.ok) return null;
  return current.value?.begin.deployment === mark.deployment ? null : mark;
}

/** The calls that the Mender Client makes whatever came before. A commit stops before Cleanup, and is of a deployment. */
function isAwaitedAfterwards(request: Request): boolean {
  return request.verb === "rollback" ? stopsBeforeCleanup(request) : isLastCall(request);
}

function isLastCall({ verb, stopBefore }: Request): boolean {
  return verb === "resume" && stopBefore.length === 0;
}

function stopsBeforeCleanup({ stopBefore }: Request): boolean {
  return stopBefore.includes("Cleanup");
}

/** Who asked to stop before Cleanup calls once more, and must hear that it is done. */
function noteEnd(context: Context, request: Request, deployment: string): void {
  const { files } = context.platform;
  const { workingDirectory } = context.environment;
  const store = datastoreOf(context);
  if (stopsBeforeCleanup(request)) {
    leaveMark(files, store, workingDirectory, { kind: "ended", deployment });
  } else if (markOf(files, store, workingDirectory)?.kind === "ended") {
    clearOwnMark(context);
  }
}

function clearOwnMark(context: Context): void {
  clearMark(context.platform.files, datastoreOf(context), context.environment.workingDirectory);
}

function notWaiting({ begin }: Deployment, before: StopPoint): Problem {
  return {
    code: "nothing-in-progress",
    message: `The deployment of "${begin.manifest}" in progress does not wait before ${before}.`,
    hint: "status tells what it waits for and what resume will do with it; rollback undoes it.",
  };
}

function nothingInProgress({ verb }: Request): Problem {
  return {
    code: "nothing-in-progress",
    message: `There is nothing to ${verb === "rollback" ? "roll back" : "go on with"}: no deployment is in progress.`,
    hint: "status tells what is in progress, history what has ended.",
  };
}
