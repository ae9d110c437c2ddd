import { assertNever } from "../core/assert-never.ts";
import { decide } from "../deployment/decide.ts";
import {
  type Deployment,
  type Failure,
  groupCount,
  owingCleanup,
} from "../deployment/deployment.ts";
import type { OwedCleanup } from "../journal/owed.ts";
import { type Prospect, prospectOf } from "../deployment/prospect.ts";
import { failureText } from "./failure.ts";
import { gateName, reasonText, refusalText } from "./gate-text.ts";
import { ending } from "../deployment/verdict.ts";
import { outcomeSentence } from "./outcome.ts";
import type { InProgress } from "./in-progress.ts";
import { printableExactly } from "./printable.ts";
import { canStillBeRolledBack, prospectText } from "./prospect.ts";
import { memberLines } from "./status-members.ts";
import { type Waiting, waitingFor } from "./status-waiting.ts";
import type { Style } from "./style.ts";
import { quoted } from "./words.ts";

/**
 * What a call will do; where a reboot of the host is waited for, after that, and where a process is at work, once that
 * is gone.
 */
export function prospectFor(progress: InProgress, verb: "resume" | "rollback"): Prospect {
  const isRebootAwaited = waitingFor(progress).kind === "host-reboot";
  const bootId = isRebootAwaited ? "the next boot" : progress.bootId;
  return prospectOf(progress.deployment, bootId, verb);
}

/** The order group that is at work or comes next, and how many there are; null: what is done is not of one group. */
export function groupOf(
  deployment: Deployment,
): { readonly group: number; readonly groups: number } | null {
  if (deployment.ended !== null) return null;
  const group = deployment.open?.intent.group ?? nextGroup(deployment);
  return group === null ? null : { group, groups: groupCount(deployment) };
}

function nextGroup(deployment: Deployment): number | null {
  if (deployment.open !== null) return null;
  const action = decide(deployment);
  if (action.kind === "wait") return action.ask.group;
  return action.kind === "round" || action.kind === "ask-gate" ? action.group : null;
}

/** `owed`: the Cleanups that ended deployments have left to be made. */
export function statusLines(
  progress: InProgress | null,
  owed: readonly OwedCleanup[],
  style: Style,
): readonly string[] {
  const debts = owed.map(({ component, deployment }) =>
    careful(
      `${component} still owes the Cleanup of deployment ${deployment}: it is called again before the next update.`,
    ),
  );
  function careful(text: string): string {
    return style.careful(printableExactly(text));
  }
  if (progress === null) return ["No deployment is in progress.", ...debts];
  const { deployment } = progress;
  const { begin, failure } = deployment;
  const head = `Deployment ${begin.deployment} of ${quoted(begin.manifest)}, begun ${begin.at}.`;
  const waits = waitingSentence(waitingFor(progress), prospectFor(progress, "resume"), deployment);
  return [
    style.strong(printableExactly(head)),
    ...(failure === null ? [] : [style.bad(printableExactly(failureSentence(failure)))]),
    printableExactly(waits),
    ...stageLine(deployment).map(printableExactly),
    ...memberLines(progress, style),
    ...owingCleanup(deployment).map((id) => careful(`${id} still owes a Cleanup.`)),
    ...debts,
  ];
}

function stageLine(deployment: Deployment): readonly string[] {
  const { begin, stage, direction } = deployment;
  const { stages } = begin.plan;
  const current = stages[stage];
  if (current === undefined) return [];
  const goal = current.systemVersion === null ? "" : `, to ${current.systemVersion}`;
  const at = groupOf(deployment);
  const group = at === null ? "" : `, group ${at.group + 1} of ${at.groups}`;
  const back = direction === "forward" ? "" : `, ${directionText(direction)}`;
  return [`Stage ${stage + 1} of ${stages.length}${goal}${group}${back}:`];
}

function directionText(direction: Deployment["direction"]): string {
  switch (direction) {
    case "forward":
      return "on the way forward";
    case "back":
      return "on the way back";
    case "out":
      return "on the way to another acceptable state";
    default:
      return assertNever(direction);
  }
}

function waitingSentence(waiting: Waiting, prospect: Prospect, deployment: Deployment): string {
  const end = ending(deployment);
  const does = prospectText(prospect);
  const resume = `"orchestrator resume" will ${does}`;
  const orUndo = canStillBeRolledBack(prospect) ? `, "orchestrator rollback" undoes it` : "";
  switch (waiting.kind) {
    case "process":
      return `A process (${waiting.pid}) is at work on it. Were it killed now, "orchestrator resume" would ${does}${orUndo}.`;
    case "gate": {
      const what = `${gateName(waiting.gate, waiting.moment)}${reasonText(waiting.reason)}`;
      return `It waits for the ${what}. "orchestrator resume" asks it again${orUndo}.`;
    }
    case "host-reboot":
      return `It waits for a reboot of the host; then ${resume}.`;
    case "stop":
      return waiting.before === "ArtifactCommit" && prospect.kind === "forward"
        ? `It waits before ArtifactCommit: "orchestrator commit" goes on, "orchestrator rollback" undoes it.`
        : `It waits before ${waiting.before}: ${resume}${orUndo}.`;
    case "resume": {
      if (end !== null) {
        return `${outcomeSentence(end)} ${resume}.`;
      }
      const where = waiting.interrupted === null ? "" : ` in ${waiting.interrupted}`;
      return `It was interrupted${where}: ${resume}${orUndo}.`;
    }
    default:
      return assertNever(waiting);
  }
}

/** Why a deployment failed. */
export function failureSentence(failure: Failure): string {
  switch (failure.kind) {
    case "component":
      return `It failed: ${failure.round} of ${failure.component}, ${failureText(failure.reason)}.`.replace(
        /\.+$/,
        ".",
      );
    case "gate":
      return `It failed: ${refusalText(failure.gate, failure.moment, failure.reason, failure.told)}.`;
    case "host-rebooted":
      return "It failed: the host rebooted although nobody had asked for it.";
    case "no-progress":
      return "It failed: it was resumed too often without getting anything done.";
    case "asked":
      return "It is rolled back as asked.";
    default:
      return assertNever(failure);
  }
}
