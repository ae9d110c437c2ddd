import { resolve } from "node:path";
import type { Problem } from "../core/problem.ts";
import type { StopPoint } from "../core/protocol.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { type Deployed, inProgress, type Request, takeUp } from "../executor/deploy.ts";
import { journalsIn } from "../executor/journals.ts";
import {
  type CallerMark,
  canLeaveMark,
  clearMark,
  leaveMark,
  markOf,
} from "../journal/caller-mark.ts";
import { deployPorts } from "./deploy-ports.ts";
import { lockedIfThere } from "./locked.ts";
import { datastoreOf, type Machine } from "./machine.ts";
import { type OpenProgress, withProgress } from "./progress.ts";
import { readSettings } from "./settings.ts";

/** What a call does with the deployment in progress, and which one it is for. */
export interface Continuation {
  readonly request: Request;
  /** Null: any; else it must wait there, and anything else is left alone. */
  readonly waitingBefore: StopPoint | null;
  /** Where the medium lies now, as the caller names it; undefined: where it was. */
  readonly from?: string | undefined;
}

/** How a call went that was not refused. */
export type Continued =
  /** `unmarkable`: nothing is in progress, and the install before it, which was refused, could leave no mark. */
  | { readonly kind: "nothing-to-do"; readonly why: CallerMark["kind"] | "unmarkable" }
  | { readonly kind: "deployed"; readonly deployed: Deployed };

/** Goes on with the deployment in progress: resume, commit and rollback are this with other requests. */
export async function continueDeployment(
  machine: Machine,
  continuation: Continuation,
  openProgress: OpenProgress,
): Promise<Result<Continued>> {
  const { request, waitingBefore } = continuation;
  const mark = waitingBefore === null ? answeringMark(machine, request) : null;
  if (mark !== null) {
    if (isLastCall(request)) clearOwnMark(machine);
    return ok({ kind: "nothing-to-do", why: mark.kind });
  }
  if (waitingBefore === null && isUnmarkable(machine, request)) {
    return ok({ kind: "nothing-to-do", why: "unmarkable" });
  }
  const result = await lockedIfThere<Deployed | null>(machine, null, () =>
    continueLocked(machine, continuation, openProgress),
  );
  if (!result.ok) return result;
  return result.value === null
    ? fail(nothingInProgress(request))
    : ok({ kind: "deployed", deployed: result.value });
}

/** Null: there is nothing in progress. */
async function continueLocked(
  machine: Machine,
  { request, waitingBefore, from }: Continuation,
  openProgress: OpenProgress,
): Promise<Result<Deployed | null>> {
  const { platform, environment } = machine;
  const current = inProgress(journalsIn(platform.files, datastoreOf(machine)));
  if (!current.ok) return current;
  const deployment = current.value;
  if (waitingBefore !== null) {
    if (deployment === null || deployment.ended !== null) return ok(null);
    if (deployment.stoppedBefore !== waitingBefore) {
      return fail(notWaiting(deployment, waitingBefore));
    }
  }
  const settings = readSettings(machine);
  if (!settings.ok) return settings;
  const { keys, logLevel } = settings.value;
  const components = deployment?.begin.components ?? [];
  const named = components.map(({ id, componentType }) => ({ id, type: componentType }));
  return await withProgress(openProgress(named, logLevel), (emit) =>
    takeUp(
      request,
      deployPorts(machine, {
        keys,
        from: from === undefined ? null : resolve(environment.workingDirectory, from),
        emit,
        provides: new Map(),
        ended: (ended) => noteEnd(machine, request, ended),
      }),
    ),
  );
}

/**
 * The mark that answers this call instead of a deployment, which is somebody else's then. Its caller is known by the working
 * directory, and by the stop before Cleanup of its rollback: any other rollback is an operator's.
 */
function answeringMark(machine: Machine, request: Request): CallerMark | null {
  const { files } = machine.platform;
  if (!isAwaitedAfterwards(request)) return null;
  const store = datastoreOf(machine);
  const mark = markOf(files, store, machine.environment.workingDirectory);
  if (mark === null || mark.kind === "refused") return mark;
  // The power may have gone before the deployment was archived: then that is what is left to do.
  const current = inProgress(journalsIn(files, store));
  if (!current.ok) return null;
  return current.value?.begin.deployment === mark.deployment ? null : mark;
}

/**
 * Nothing is in progress, and no mark could have been left: the caller's install may have been refused for that very reason.
 * Where something is in progress nobody can tell whose it is, so that is told as what it is: a datastore that is not ready.
 */
function isUnmarkable(machine: Machine, request: Request): boolean {
  const { files } = machine.platform;
  if (!isAwaitedAfterwards(request)) return false;
  const store = datastoreOf(machine);
  const current = inProgress(journalsIn(files, store));
  return current.ok && current.value === null && !canLeaveMark(files, store);
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
function noteEnd(machine: Machine, request: Request, deployment: string): void {
  const { files } = machine.platform;
  const { workingDirectory } = machine.environment;
  const store = datastoreOf(machine);
  if (stopsBeforeCleanup(request)) {
    leaveMark(files, store, workingDirectory, { kind: "ended", deployment });
  } else if (markOf(files, store, workingDirectory)?.kind === "ended") {
    clearOwnMark(machine);
  }
}

function clearOwnMark(machine: Machine): void {
  clearMark(machine.platform.files, datastoreOf(machine), machine.environment.workingDirectory);
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
