import type { DeploymentOutcome, FailureReason } from "../core/events.ts";
import type { ComponentId, Version } from "../core/ids.ts";
import type { Answer, StopPoint } from "../core/protocol.ts";
import type { Stage, Step } from "../planner/plan.ts";
import type { RoundName } from "./program.ts";
import type { Begin, Intent, Run } from "./records.ts";

/** Forward to the wanted state, or back to where the stage began. */
export type Way = "forward" | "back";

/** How far a Component got with a round of this stage; `again`: it was interrupted and is made once more. */
export type Progress = "started" | "ok" | "failed" | "interrupted" | "again";

/** Absent or undefined: not yet. */
export type Ran = { readonly [name in RoundName]?: Progress | undefined };

/** One Component within the current stage. */
export interface Member {
  readonly id: ComponentId;
  /** Null: the stage leaves it alone. */
  readonly step: { readonly group: number; readonly from: Version; readonly to: Version } | null;
  readonly ran: Ran;
  readonly unpacked: Answer<"NeedsUnpackedArtifact">;
  readonly withSizes: Answer<"ProvidePayloadFileSizes">;
  /** Null: not answered yet. */
  readonly supportsRollback: Answer<"SupportsRollback"> | null;
  readonly needsReboot: Answer<"NeedsArtifactReboot"> | null;
  /** How often ArtifactVerifyRollbackReboot has failed. */
  readonly verifyFailures: number;
  /** The state that was interrupted and that `on_interrupt: observe` wants judged by Provides. */
  readonly toObserve: RoundName | null;
  /** In a state that nobody can vouch for; never taken back. */
  readonly inconsistent: boolean;
  /** The version it counts as: the last that was confirmed. */
  readonly version: Version;
}

/** What the deployment failed of: the first failure, which started the error path. */
export type Failure =
  | {
      readonly kind: "component";
      readonly component: ComponentId;
      readonly round: RoundName;
      readonly reason: FailureReason;
      /** The run in which it happened, counted from 1. */
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
  readonly way: Way;
  /** Index into the current program. */
  readonly cursor: number;
  /** The round under way, and which of its Components have not ended. */
  readonly open: OpenRound | null;
  /** Every Component of the System, in its order. */
  readonly members: readonly Member[];
  readonly failure: Failure | null;
  /** The error path itself made no progress: it is ended where it stands. */
  readonly givenUp: boolean;
  /** Where the last run stopped as asked. */
  readonly stoppedBefore: StopPoint | null;
  readonly ended: {
    readonly outcome: DeploymentOutcome;
    readonly inconsistent: readonly ComponentId[];
  } | null;
}

/** The rollback reboot is tried this often in all before the Component is given up as inconsistent. */
export const maxRollbackReboots = 5;

/** A deployment that was resumed this often in a row without any progress is failed. */
export const maxIdleRuns = 5;

export function currentStage(deployment: Deployment): Stage | undefined {
  return deployment.begin.plan.stages[deployment.stage];
}

/** Is the plan made from tables, so that what is acceptable is known. */
export function isConstrained(deployment: Deployment): boolean {
  return deployment.begin.system.endTables.length > 0;
}

/** The members as a stage finds them: everything of the stage before it is forgotten but the versions. */
export function membersOf(
  stage: Stage | undefined,
  versions: readonly { readonly id: ComponentId; readonly version: Version }[],
): readonly Member[] {
  return versions.map(({ id, version }) => ({
    id,
    step: stepOf(stage, id),
    ran: {},
    unpacked: "Yes",
    withSizes: "No",
    supportsRollback: null,
    needsReboot: null,
    verifyFailures: 0,
    toObserve: null,
    inconsistent: false,
    version,
  }));
}

function stepOf(stage: Stage | undefined, id: ComponentId): Member["step"] {
  for (const [group, steps] of (stage?.groups ?? []).entries()) {
    const step: Step | undefined = steps.find((candidate) => candidate.component === id);
    if (step !== undefined) return { group, from: step.from, to: step.to };
  }
  return null;
}

/** Its ArtifactInstall has started and its rollback is impossible, has failed, or cannot be verified. */
export function isStuck(member: Member): boolean {
  if (member.ran.ArtifactInstall === undefined) return false;
  if (member.supportsRollback === "No" || member.inconsistent) return true;
  return member.ran.ArtifactRollback === "failed";
}
