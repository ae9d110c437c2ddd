import { assertNever } from "../core/assert-never.ts";
import { shownVersion } from "../core/ids.ts";
import type { StopPoint } from "../core/protocol.ts";
import {
  type Deployment,
  type Failure,
  type Member,
  owingCleanup,
} from "../deployment/deployment.ts";
import type { OwedCleanup } from "../journal/owed.ts";
import { type Prospect, prospectOf } from "../deployment/prospect.ts";
import { aligned } from "./columns.ts";
import { failureText } from "./failure.ts";
import { ending } from "../deployment/verdict.ts";
import { outcomeSentence } from "./outcome.ts";
import { canStillBeRolledBack, prospectText } from "./prospect.ts";
import type { Style } from "./style.ts";
import { quoted } from "./words.ts";

/** What is in progress: the deployment as its journal tells it, and whether a process is at work on it. */
export interface InProgress {
  readonly deployment: Deployment;
  /** The process that is at work on it. */
  readonly heldBy: number | null;
  /** Of the boot in which this is asked. */
  readonly bootId: string;
}

/** What the deployment waits for: nothing is left unnamed. */
export type Waiting =
  | { readonly kind: "process"; readonly pid: number }
  | { readonly kind: "stop"; readonly before: StopPoint }
  | { readonly kind: "host-reboot" }
  | { readonly kind: "resume"; readonly interrupted: string | null };

export function waitingFor({ deployment, heldBy, bootId }: InProgress): Waiting {
  if (heldBy !== null) return { kind: "process", pid: heldBy };
  const round = deployment.open?.intent.round ?? null;
  if (round === "HostReboot" || round === "HostRollbackReboot") {
    const hasCome = bootId !== deployment.run.bootId;
    return hasCome ? { kind: "resume", interrupted: null } : { kind: "host-reboot" };
  }
  if (round === null && deployment.stoppedBefore !== null) {
    return { kind: "stop", before: deployment.stoppedBefore };
  }
  return { kind: "resume", interrupted: round };
}

/** What `resume` will do; where a reboot of the host is waited for, after that. */
export function prospectFor(progress: InProgress): Prospect {
  const isRebootAwaited = waitingFor(progress).kind === "host-reboot";
  return prospectOf(progress.deployment, isRebootAwaited ? "the next boot" : progress.bootId);
}

/** `owed`: the Cleanups that ended deployments have left to be made. */
export function statusLines(
  progress: InProgress | null,
  owed: readonly OwedCleanup[],
  style: Style,
): readonly string[] {
  const debts = owed.map(({ component, deployment }) =>
    style.careful(
      `${component} still owes the Cleanup of deployment ${deployment}: it is called again before the next update.`,
    ),
  );
  if (progress === null) return ["No deployment is in progress.", ...debts];
  const { deployment } = progress;
  const { begin } = deployment;
  return [
    style.strong(`Deployment ${begin.deployment} of ${quoted(begin.manifest)}, begun ${begin.at}.`),
    ...(deployment.failure === null ? [] : [style.bad(failureSentence(deployment.failure))]),
    waitingSentence(waitingFor(progress), prospectFor(progress), deployment),
    ...stageLine(deployment),
    ...memberLines(deployment, style),
    ...owingCleanup(deployment).map((id) => style.careful(`${id} still owes a Cleanup.`)),
    ...debts,
  ];
}

function stageLine({ begin, stage, direction }: Deployment): readonly string[] {
  const { stages } = begin.plan;
  const current = stages[stage];
  if (current === undefined) return [];
  const goal = current.systemVersion === null ? "" : `, to ${current.systemVersion}`;
  const back = direction === "forward" ? "" : `, ${directionText(direction)}`;
  return [`Stage ${stage + 1} of ${stages.length}${goal}${back}:`];
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

function memberLines(deployment: Deployment, style: Style): readonly string[] {
  const rows = deployment.members.map((member) => [
    member.id,
    typeOf(deployment, member),
    versionText(member),
    lastText(deployment, member),
  ]);
  return aligned(rows).map(([id = "", ...cells]) =>
    `  ${style.strong(id)}  ${cells.join("  ")}`.trimEnd(),
  );
}

export function typeOf({ begin }: Deployment, member: Member): string {
  return begin.components.find(({ id }) => id === member.id)?.componentType ?? "";
}

function versionText({ step, version }: Member): string {
  return step === null ? shownVersion(version) : `${step.from} -> ${step.to}`;
}

/** The last thing that was done with it. */
function lastText(deployment: Deployment, member: Member): string {
  if (member.inconsistent) return "INCONSISTENT";
  const last = lastRound(deployment, member);
  if (last === null) return member.step === null ? "" : "not begun";
  return last.progress === "ok" ? `${last.round} done` : `${last.round} ${last.progress}`;
}

export function lastRound(
  { open }: Deployment,
  member: Member,
): { readonly round: string; readonly progress: string } | null {
  if (open?.waiting.includes(member.id) === true) {
    return { round: open.intent.round, progress: "under way" };
  }
  const last = Object.entries(member.ran).findLast(([, progress]) => progress !== undefined);
  return last === undefined ? null : { round: last[0], progress: last[1] ?? "" };
}

function waitingSentence(waiting: Waiting, prospect: Prospect, deployment: Deployment): string {
  const end = ending(deployment);
  const resume = `"orchestrator resume" will ${prospectText(prospect)}`;
  const orUndo = canStillBeRolledBack(prospect) ? `, "orchestrator rollback" undoes it` : "";
  switch (waiting.kind) {
    case "process":
      return `A process (${waiting.pid}) is at work on it.`;
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
