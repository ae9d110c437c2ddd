import type { Request } from "../executor/deploy.ts";
import {
  type CallerMark,
  canLeaveMark,
  clearMark,
  leaveMark,
  markOf,
} from "../journal/caller-mark.ts";
import { currentDeployment } from "./current-deployment.ts";
import { datastoreOf, type Machine } from "./machine.ts";

/** The machine, and the caller, who is known by the working directory. */
type Called = Pick<Machine, "platform" | "environment">;

/**
 * The Mender Client rolls back and cleans up after a refused install, too: the mark tells those calls that there is
 * nothing to do. Only a caller that asks to stop before Cleanup makes them. Throws FileError.
 */
export function markRefused(called: Called, reason: string): void {
  leave(called, { kind: "refused", reason });
}

/** `unmarkable`: nothing is in progress, and the install before, which was refused, could leave no mark. */
export type WhyNothingToDo = CallerMark["kind"] | "unmarkable";

/**
 * Null: the deployment in progress answers this call. Else its mark does, and that deployment is somebody else's. The
 * caller is known by the working directory, and by the stop before Cleanup of its rollback: any other rollback is an
 * operator's. Its last call removes the mark.
 */
export function whyNothingToDo(called: Called, request: Request): WhyNothingToDo | null {
  if (!isAwaitedAfterwards(request)) return null;
  const mark = answeringMark(called);
  if (mark === null) return isUnmarkable(called) ? "unmarkable" : null;
  if (isLastCall(request)) clear(called);
  return mark.kind;
}

function answeringMark(called: Called): CallerMark | null {
  const mark = markOf(...placeOf(called));
  if (mark === null || mark.kind === "refused") return mark;
  // The power may have gone before the deployment was archived: then that is what is left to do.
  const current = currentDeployment(called);
  if (!current.ok) return null;
  return current.value?.begin.deployment === mark.deployment ? null : mark;
}

/**
 * Nothing is in progress, and no mark could have been left: the caller's install may have been refused for that very
 * reason. Where something is in progress nobody can tell whose it is, so that is told as what it is: a datastore that
 * is not ready.
 */
function isUnmarkable(called: Called): boolean {
  const current = currentDeployment(called);
  const isIdle = current.ok && current.value === null;
  return isIdle && !canLeaveMark(called.platform.files, datastoreOf(called));
}

/** Who asked to stop before Cleanup calls once more, and must hear that it is done. */
export function noteEnd(called: Called, request: Request, deployment: string): void {
  if (stopsBeforeCleanup(request)) leave(called, { kind: "ended", deployment });
  else if (markOf(...placeOf(called))?.kind === "ended") clear(called);
}

/**
 * The calls that the Mender Client makes whatever came before. A commit stops before Cleanup, and is of a deployment.
 */
function isAwaitedAfterwards(request: Request): boolean {
  return request.verb === "rollback" ? stopsBeforeCleanup(request) : isLastCall(request);
}

function isLastCall({ verb, stopBefore }: Request): boolean {
  return verb === "resume" && stopBefore.length === 0;
}

function stopsBeforeCleanup({ stopBefore }: Request): boolean {
  return stopBefore.includes("Cleanup");
}

function leave(called: Called, mark: CallerMark): void {
  leaveMark(...placeOf(called), mark);
}

function clear(called: Called): void {
  clearMark(...placeOf(called));
}

function placeOf(called: Called) {
  const { platform, environment } = called;
  return [platform.files, datastoreOf(called), environment.workingDirectory] as const;
}
