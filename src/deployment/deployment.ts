import type { DeploymentOutcome, FailureReason, GateRefusal } from "../core/events.ts";
import type { ComponentId, Sha256, Version } from "../core/ids.ts";
import type { Answer, GateMoment, StopPoint } from "../core/protocol.ts";
import type { Stage, Step } from "../planner/model/plan.ts";
import type { RoundName } from "./rounds.ts";
import type { Begin, GateAsked, Intent, Run } from "./records.ts";

/**
 * Forward to the wanted state; back to where the stage began; or, where a Component can not go back,
 * out: along a contingency plan to whatever end state can still be reached.
 */
export type Direction = "forward" | "back" | "out";

/** How far a Component got with a round of this stage; `again`: it was interrupted and is made once more. */
export type Progress = "started" | "ok" | "failed" | "interrupted" | "again";

/** Absent or undefined: not yet. */
export type Ran = { readonly [name in RoundName]?: Progress | undefined };

export interface MemberStep {
  /** Null on the way out where the contingency plan leaves it as it is. */
  readonly group: number | null;
  /** The install that the stage is about: what it found, and what it brings. So it stays, also while that is undone. */
  readonly from: Version;
  readonly to: Version;
  /** What this way does: the install, or its ArtifactRollback (on the way out only). */
  readonly means: "install" | "rollback";
}

/** One Component within the current stage. */
export interface Member {
  readonly id: ComponentId;
  /** Null: the stage leaves it alone. */
  readonly step: MemberStep | null;
  /** A rule or an edge asks for facts of it. */
  readonly hasFacts: boolean;
  readonly ran: Ran;
  /** Of several Artifacts of one release the one that it gets; null: there is only one, or none is chosen yet. */
  readonly artifact: Sha256 | null;
  readonly unpacked: Answer<"NeedsUnpackedArtifact">;
  readonly withSizes: Answer<"ProvidePayloadFileSizes">;
  /** Null: not answered yet. */
  readonly supportsRollback: Answer<"SupportsRollback"> | null;
  readonly needsReboot: Answer<"NeedsArtifactReboot"> | null;
  /** How often a round that may be tried again has failed. */
  readonly failures: { readonly [name in RoundName]?: number };
  /** The state that was interrupted and that `on_interrupt: observe` wants judged by Provides. */
  readonly toObserve: RoundName | null;
  /** The host went down unasked while it was installed: the boot loader may have dropped that. */
  readonly maybeDropped: boolean;
  /** In a state that nobody can vouch for; never taken back. */
  readonly inconsistent: boolean;
  /** Its Cleanup has failed for good, in this stage or an earlier one, and was not made good since. */
  readonly owesCleanup: boolean;
  /**
   * The version it counts as: installed ones as new, rolled-back ones as old. Null: left half-way, so that nobody
   * knows; not to be taken for `?`, which is a whole version that nobody can name.
   */
  readonly version: Version | null;
}

/** What the deployment failed of: the first failure, which started the error path. */
export type Failure =
  | {
      readonly kind: "component";
      readonly component: ComponentId;
      readonly round: RoundName;
      readonly reason: FailureReason;
      /** The last lines that its Interface wrote; absent where it wrote none. */
      readonly log?: readonly string[];
      /** The run in which it happened, counted from 1. */
      readonly run: number;
    }
  /** A gate has said no, or not now for longer than it may. */
  | {
      readonly kind: "gate";
      readonly gate: string;
      readonly moment: GateMoment;
      readonly reason: GateRefusal;
      /** Its one line on stdout; null: it wrote none. */
      readonly told: string | null;
      readonly run: number;
    }
  /** The host rebooted although nobody asked, and something was installed and not committed. */
  | { readonly kind: "host-rebooted"; readonly run: number }
  /** Resumed too often without any progress. */
  | { readonly kind: "no-progress"; readonly run: number }
  /** The user wanted it rolled back. */
  | { readonly kind: "asked"; readonly run: number };

/** A round that was begun: who has not ended yet, and whose Interface is known to have been started. */
export interface OpenRound {
  readonly intent: Intent;
  readonly waiting: readonly ComponentId[];
  readonly started: readonly ComponentId[];
}

/** Where a deployment stands with its gates. */
export interface GateStanding {
  /** How many of the coming moment have let it pass, one after the other and in this run. */
  readonly passed: number;
  /** The one that is being asked; null: none is. */
  readonly asked: GateAsked | null;
  /** The one that has said not now, and was not asked since; null: none. */
  readonly waiting: GateWait | null;
  /** How long each has been waited for at the coming moment, in milliseconds. */
  readonly waitedMs: { readonly [gate: string]: number };
}

export interface GateWait {
  readonly gate: string;
  readonly moment: GateMoment;
  /** Its one line on stdout; null: it wrote none. */
  readonly reason: string | null;
  /** When it wants to be asked again; null: it does not say. */
  readonly retryAfterMs: number | null;
  /** When it has answered, by the clock that counts from the boot of the host. */
  readonly sinceMs: number;
  /** When it was still waited for in that boot, as far as the journal tells; left out: no later than that. */
  readonly seenMs?: number;
  /** The run in which it has, counted from 1. */
  readonly run: number;
}

/** The fold of a journal. */
export interface Deployment {
  readonly begin: Begin;
  readonly run: Run;
  /** How many runs there were, this one included. */
  readonly runs: number;
  /** Runs since the last one that got anything done. */
  readonly idleRuns: number;
  /** Index into the plan's stages. */
  readonly stage: number;
  readonly direction: Direction;
  /** Index into the current program. */
  readonly cursor: number;
  /**
   * Since the last ArtifactInstall this run has seen that what is not installed yet is as planned: by ExpectOld, or
   * because it made the plan.
   */
  readonly hasAskedOld: boolean;
  /** Since the last ArtifactInstall this run has seen that the facts of what is not installed yet are as planned. */
  readonly hasAskedFacts: boolean;
  /** The round under way, and which of its Components have not ended. */
  readonly open: OpenRound | null;
  readonly gates: GateStanding;
  /** Every Component of the System, in its order. */
  readonly members: readonly Member[];
  readonly failure: Failure | null;
  /** Somebody knows of the failure: a process has ended with its exit status, or `rollback` was called. */
  readonly isTold: boolean;
  /** Something happened on the way out that its plan did not reckon with. */
  readonly mustReplan: boolean;
  /** How many order groups the contingency plan has; 0 unless on the way out. */
  readonly detourGroups: number;
  /** The last search for a way out was ended by the node limit and has found none: there may be one. */
  readonly isWayOutUndecided: boolean;
  /** The error path, or what follows the commits, made no progress: it is ended where it stands. */
  readonly givenUp: boolean;
  /** Somebody goes on with it step by step: a run of it was to stop somewhere, or to leave a reboot to its caller. */
  readonly isDriven: boolean;
  /** Where the last run stopped as asked. */
  readonly stoppedBefore: StopPoint | null;
  readonly ended: {
    readonly outcome: DeploymentOutcome;
    readonly inconsistent: readonly ComponentId[];
  } | null;
  /** Those that owed a Cleanup when it ended; none before. */
  readonly owed: readonly ComponentId[];
}

/**
 * How often a round is tried in all before it counts as failed for good. The verification repeats the
 * rollback reboot with it, and then the Component is inconsistent. ArtifactRollback only under tables:
 * without them the protocol passes a failed one over. ArtifactCommit only on the way out: before, there is a way back.
 * A Cleanup that times out may do so every time; an owed one is only made again where it was interrupted.
 */
const maxTries: { readonly [name in RoundName]?: number } = {
  ArtifactVerifyRollbackReboot: 5,
  ArtifactRollback: 3,
  ArtifactCommit: 3,
  ObserveInterrupted: 3,
  Cleanup: 3,
  OwedCleanup: 3,
  ObserveStuck: 3,
  ConfirmEnd: 3,
};

/** How often a Component is installed in one stage before the way out does without. */
const maxInstalls = 3;

/** A deployment that was resumed this often in a row without any progress is failed. */
export const maxIdleRuns = 5;

/** The number of order groups of the program that is being run. */
export function groupCount(deployment: Deployment): number {
  if (deployment.direction === "out") return deployment.detourGroups;
  return currentStage(deployment)?.groups.length ?? 0;
}

export function currentStage(deployment: Deployment): Stage | undefined {
  return deployment.begin.plan.stages[deployment.stage];
}

/** Is the plan made from tables, so that what is acceptable is known. */
export function isConstrained(deployment: Deployment): boolean {
  return deployment.begin.system.endTables.length > 0;
}

/**
 * The members as a stage finds them: everything of the stage before it is forgotten but the versions and what is owed.
 */
export function membersOf(
  stage: Stage | undefined,
  before: readonly Pick<Member, "id" | "version" | "owesCleanup" | "hasFacts">[],
): readonly Member[] {
  return before.map(({ id, version, owesCleanup, hasFacts }) => ({
    id,
    step: stepOf(stage, id),
    hasFacts,
    ran: {},
    artifact: null,
    unpacked: "Yes",
    withSizes: "No",
    supportsRollback: null,
    needsReboot: null,
    failures: {},
    toObserve: null,
    maybeDropped: false,
    inconsistent: false,
    owesCleanup,
    version,
  }));
}

function stepOf(stage: Stage | undefined, id: ComponentId): Member["step"] {
  for (const [group, steps] of (stage?.groups ?? []).entries()) {
    const step: Step | undefined = steps.find((candidate) => candidate.component === id);
    if (step !== undefined) return { group, from: step.from, to: step.to, means: "install" };
  }
  return null;
}

/** Nobody knows what the rules say of it now: nothing more is installed, not on a way out either. */
export function haveFactsChanged({ members }: Deployment): boolean {
  return members.some(({ ran }) => ran.ExpectFacts === "failed");
}

/** Once any Cleanup has begun, nothing of the stage can be undone. */
export function hasCleanupStarted(deployment: Deployment): boolean {
  return deployment.members.some((member) => member.ran.Cleanup !== undefined);
}

/** Whose Cleanup has failed, in the order of the System. */
export function owingCleanup({ members }: Deployment): readonly ComponentId[] {
  return members.filter((member) => member.owesCleanup).map((member) => member.id);
}

/** What it owed of an earlier stage was not made good before this one: nobody has cleaned up. */
export function hasFailedOwedCleanup({ ran }: Member): boolean {
  return ran.OwedCleanup === "failed" || ran.OwedCleanup === "interrupted";
}

/** Its ArtifactInstall has started and its rollback is impossible, has failed, or cannot be verified. */
export function isStuck(member: Member): boolean {
  if (member.ran.ArtifactInstall === undefined) return false;
  if (member.supportsRollback === "No" || member.inconsistent) return true;
  return member.ran.ArtifactRollback === "failed";
}

/** What an install consists of, up to the point where only the commit is left. */
const installRounds = [
  "NeedsUnpackedArtifact",
  "ProvidePayloadFileSizes",
  "Download",
  "SupportsRollback",
  "ArtifactInstall",
  "NeedsArtifactReboot",
  "ArtifactReboot",
  "HostReboot",
  "ArtifactVerifyReboot",
] as const satisfies readonly RoundName[];

/** It has been told to commit on the way out, and could not. */
export function hasRefusedCommit({ direction }: Deployment, member: Member): boolean {
  return direction === "out" && isStaying(member) && member.ran.ArtifactCommit === "failed";
}

/** Some part of its install has failed or was interrupted. */
export function hasFailedInstall(member: Member): boolean {
  return installRounds.some((round) => {
    const progress = member.ran[round];
    return progress === "failed" || progress === "interrupted";
  });
}

/** Its install has failed, was interrupted, dropped or not committed so often that it is not made again. */
export function isInstallGivenUp(member: Member): boolean {
  const { failures } = member;
  const failed = installRounds.reduce((sum, round) => sum + (failures[round] ?? 0), 0);
  return failed >= maxInstalls || !hasTriesLeft(member, "ArtifactCommit");
}

/** Installed, not undone, and its fate not sealed yet: a commit is owed where the System rests. */
export function isKept(member: Member): boolean {
  return (
    member.ran.ArtifactInstall === "ok" &&
    !hasFailedInstall(member) &&
    member.ran.ArtifactRollback === undefined
  );
}

/** It stays new where the System rests, also because its rollback has failed: what the next boot must not drop. */
export function isStaying(member: Member): boolean {
  if (isKept(member)) return true;
  const { ran, step, version } = member;
  const isWhole = ran.ArtifactInstall === "ok" && !hasFailedInstall(member);
  return isWhole && ran.ArtifactRollback === "failed" && version === step?.to;
}

/** How far the round got, and the version the Component counts as from then on. */
export function withProgress(member: Member, round: RoundName, progress: Progress): Member {
  const { step } = member;
  const ran: Ran = { ...member.ran, [round]: progress };
  if (step === null || (round !== "ArtifactInstall" && round !== "ArtifactRollback"))
    return { ...member, ran };
  const reached = round === "ArtifactInstall" ? step.to : step.from;
  // What Provides told before is out of date.
  return {
    ...member,
    ran: { ...ran, ObserveStuck: undefined },
    version: progress === "ok" ? reached : null,
  };
}

/** May the round, which has failed, be tried once more. */
export function hasTriesLeft(member: Member, round: RoundName): boolean {
  return (member.failures[round] ?? 0) < (maxTries[round] ?? 0);
}
