import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { leftToWaitMs } from "../deployment/gates.ts";
import { type Deployed, type Request, takeUp } from "../executor/deploy.ts";
import { identitiesOf } from "./cache-contents.ts";
import { noteEnd, whyNothingToDo, type WhyNothingToDo } from "./caller-marks.ts";
import { currentDeployment } from "./current-deployment.ts";
import { deployPorts } from "./deploy-ports.ts";
import { toldToOthers } from "./live-downloads.ts";
import { lockedIfThere } from "./locked.ts";
import type { Machine } from "./machine.ts";
import { mediumOf } from "./medium.ts";
import { type OpenProgress, runOf, withProgress } from "./progress.ts";
import { readSettingsAnyway } from "./settings.ts";
import { withSupply } from "./supply.ts";

/** What a call does with the deployment in progress, and which one it is for. */
export interface Continuation {
  readonly request: Request;
  readonly takes: Takes;
  /** Where the medium lies now, as the caller names it; undefined: where it was. */
  readonly from?: string | undefined;
  /** So long gates that say not now are waited for, in milliseconds; undefined: not at all. */
  readonly waitMs?: number | undefined;
}

/**
 * Which deployment a call goes on with, and it leaves any other alone: whatever is in progress; one that waits before
 * ArtifactCommit; or, where nobody looks on, one that nobody drives step by step, or of those one that waits for a gate
 * which is due to be asked again.
 */
export type Takes = "any" | "waiting-for-commit" | "undriven" | "waiting-for-gate";

/** Why a call that was not refused had nothing to do. `driven`: whoever drives the deployment goes on with it. */
export type WhyIdle =
  WhyNothingToDo | "driven" | "nothing-in-progress" | "not-at-gate" | "gate-not-due";

/** How a call went that was not refused. */
export type Continued =
  | { readonly kind: "nothing-to-do"; readonly why: WhyIdle }
  | { readonly kind: "deployed"; readonly deployed: Deployed };

/** Goes on with the deployment in progress: resume, commit and rollback are this with other requests. */
export async function continueDeployment(
  machine: Machine,
  continuation: Continuation,
  openProgress: OpenProgress,
): Promise<Result<Continued>> {
  const { request, takes } = continuation;
  const why = takes === "any" ? whyNothingToDo(machine, request) : null;
  if (why !== null) return ok({ kind: "nothing-to-do", why });
  // Asked before the lock is taken as well, so that whoever drives the deployment, and calls when the device has
  // started, never finds it taken.
  if (isUnattended(takes)) {
    const current = currentDeployment(machine);
    if (!current.ok) return current;
    const idle = whyIdle(machine, takes, current.value);
    if (idle !== null) return ok({ kind: "nothing-to-do", why: idle });
  }
  const result = await lockedIfThere<Deployed | WhyIdle | null>(machine, null, () =>
    continueLocked(machine, continuation, openProgress),
  );
  if (!result.ok) return result;
  if (typeof result.value === "string") return ok({ kind: "nothing-to-do", why: result.value });
  return result.value === null
    ? fail(nothingInProgress(request))
    : ok({ kind: "deployed", deployed: result.value });
}

function isUnattended(takes: Takes): takes is "undriven" | "waiting-for-gate" {
  return takes === "undriven" || takes === "waiting-for-gate";
}

/** Why nobody's call has nothing to do; null: it has. */
function whyIdle(
  { platform: { clock, host } }: Machine,
  takes: "undriven" | "waiting-for-gate",
  deployment: Deployment | null,
): WhyIdle | null {
  if (deployment === null) return "nothing-in-progress";
  if (deployment.isDriven) return "driven";
  if (takes === "undriven") return null;
  const { waiting } = deployment.gates;
  if (waiting === null || deployment.ended !== null) return "not-at-gate";
  // In another boot the clock has begun anew, and nobody knows how long ago that was.
  const isSameBoot = host.bootId() === deployment.run.bootId;
  // Above what it may wait, not now is a no: nothing stays half-way until the gate wants to be asked again.
  const waitMs = Math.min(waiting.retryAfterMs ?? 0, leftToWaitMs(deployment) ?? 0);
  const dueMs = waiting.sinceMs + waitMs;
  return isSameBoot && clock.monotonicMs() < dueMs ? "gate-not-due" : null;
}

/** Null: there is nothing in progress. */
async function continueLocked(
  machine: Machine,
  { request, takes, from, waitMs = 0 }: Continuation,
  openProgress: OpenProgress,
): Promise<Result<Deployed | WhyIdle | null>> {
  const current = currentDeployment(machine);
  if (!current.ok) return current;
  const deployment = current.value;
  if (takes === "waiting-for-commit") {
    if (deployment === null || deployment.ended !== null) return ok(null);
    if (!waitsForCommit(deployment)) return fail(notWaiting(deployment));
  }
  if (isUnattended(takes)) {
    const idle = whyIdle(machine, takes, deployment);
    if (idle !== null) return ok(idle);
  }
  const { settings, passedOver } = readSettingsAnyway(machine);
  if (passedOver.length > 0 && (deployment === null || !goesBack(deployment, request)))
    return fail(...passedOver);
  const shown = await openProgress(runOf(deployment), settings.logLevel);
  const progress =
    deployment === null ? shown : toldToOthers(machine, deployment.begin.deployment, shown);
  return await withProgress(progress, async (emit) => {
    const tell = (message: string) => emit({ type: "note", message });
    for (const { message } of passedOver)
      tell(`${message} It is passed over, for nothing may stand in the way of going back.`);
    return await withSupply(machine, settings, tell, async (supply) => {
      if (deployment !== null) {
        const needed = identitiesOf(deployment.begin);
        supply.cache.protect(needed);
        supply.aside.protect(needed);
      }
      const ports = deployPorts(machine, {
        settings,
        medium: mediumOf(machine, from, deployment, tell),
        emit,
        provides: new Map(),
        gateWaitMs: waitMs,
        ended: (ended) => noteEnd(machine, request, ended),
        supply,
        isUnconfigured: passedOver.length > 0,
        next: null,
      });
      return await takeUp(request, ports);
    });
  });
}

/** As asked, or because a gate has said not now. */
function waitsForCommit({ stoppedBefore, gates }: Deployment): boolean {
  return stoppedBefore === "ArtifactCommit" || gates.waiting?.moment === "commit";
}

/** It has failed already, or this call makes it: there is nothing to download but on a way out. */
function goesBack({ direction }: Deployment, { verb }: Request): boolean {
  return verb === "rollback" || direction !== "forward";
}

function notWaiting({ begin }: Deployment): Problem {
  return {
    code: "nothing-in-progress",
    message: `The deployment of "${begin.manifest}" in progress does not wait before ArtifactCommit.`,
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
