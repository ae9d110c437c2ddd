import type { ComponentId, ComponentType, SystemVersion, Version } from "./ids.ts";
import type { Problem } from "./problem.ts";
import type { GateMoment, Query, State, StopPoint } from "./protocol.ts";

/** Why a state of a Component failed. */
export type FailureReason =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: string }
  | { readonly kind: "timed-out"; readonly afterMs: number }
  | { readonly kind: "not-started"; readonly message: string }
  /** The process or the host went away while it ran. */
  | { readonly kind: "interrupted" }
  /** A wrong answer, a payload that is not what it should be, a medium that vanished. */
  | { readonly kind: "problem"; readonly problem: Problem };

/** A gate has said no in some way, or not now for as long as it may be waited for. */
export type GateRefusal = FailureReason | { readonly kind: "deferred"; readonly mostMs: number };

/** What happens while a deployment runs: one stream, many renderers. */
export type Event =
  | {
      readonly type: "deployment-started";
      readonly deployment: string;
      readonly manifest: string;
      readonly installs: number;
      /** Milliseconds that the installs of earlier deployments make likely; null: there were none like it. */
      readonly expectedMs: number | null;
    }
  | { readonly type: "deployment-resumed"; readonly deployment: string; readonly manifest: string }
  | {
      readonly type: "stage-started";
      readonly stage: number;
      readonly stages: number;
      readonly systemVersion: SystemVersion | null;
      /** What the plan makes in this stage, by order groups. */
      readonly groups: readonly (readonly Move[])[];
    }
  | {
      readonly type: "state-started";
      readonly state: State | Query;
      readonly component: ComponentId;
      readonly componentType: ComponentType;
    }
  | {
      readonly type: "state-ended";
      readonly state: State | Query;
      readonly component: ComponentId;
      readonly componentType: ComponentType;
      /** Null: it succeeded. */
      readonly failure: FailureReason | null;
      readonly elapsedMs: number;
    }
  /** One line that an Interface wrote. */
  | {
      readonly type: "interface-line";
      readonly state: State | Query;
      readonly component: ComponentId;
      readonly stream: "stdout" | "stderr";
      readonly line: string;
    }
  | {
      readonly type: "download-progress";
      readonly component: ComponentId;
      /** Bytes of the Artifact file read so far, and in all. */
      readonly bytes: number;
      readonly totalBytes: number;
    }
  /** Nothing else has been told for a while, and this is what still runs. */
  | {
      readonly type: "state-running";
      readonly state: State | Query;
      readonly component: ComponentId;
      readonly componentType: ComponentType;
      readonly elapsedMs: number;
    }
  | ({ readonly type: "work-started"; readonly total: Amount | null } & WorkOf)
  /** So much of it is done by now. */
  | ({ readonly type: "work-progress" } & HowFar & WorkOf)
  /** As "state-running". */
  | ({
      readonly type: "work-running";
      readonly elapsedMs: number;
      readonly howFar: HowFar | null;
    } & WorkOf)
  | ({ readonly type: "work-ended"; readonly elapsedMs: number } & WorkOf)
  | { readonly type: "error-path-entered"; readonly message: string }
  | { readonly type: "host-reboot"; readonly components: readonly ComponentId[] }
  | {
      readonly type: "stopped";
      readonly deployment: string;
      readonly before: StopPoint;
      readonly failed: boolean;
      /** Null: it has not failed. */
      readonly cause: Cause | null;
    }
  | {
      readonly type: "gate-asked";
      readonly gate: string;
      readonly moment: GateMoment;
      readonly group: number | null;
    }
  | {
      readonly type: "gate-answered";
      readonly gate: string;
      readonly moment: GateMoment;
      readonly group: number | null;
      readonly answer: "go" | "not-now" | "no";
      /** Its one line on stdout; null: it wrote none. */
      readonly reason: string | null;
      /** Null: it is no failure. */
      readonly failure: GateRefusal | null;
      readonly elapsedMs: number;
    }
  /** One line that a gate wrote on stderr. */
  | {
      readonly type: "gate-line";
      readonly gate: string;
      readonly moment: GateMoment;
      readonly stream: "stdout" | "stderr";
      readonly line: string;
    }
  /** A gate has said not now. */
  | {
      readonly type: "waiting";
      readonly deployment: string;
      readonly gate: string;
      readonly moment: GateMoment;
      readonly reason: string | null;
      /** Milliseconds until it is asked again by this run; null: the run ends, and resume asks. */
      readonly askedAgainMs: number | null;
    }
  | { readonly type: "note"; readonly message: string }
  | (Ending & {
      readonly type: "deployment-ended";
      readonly deployment: string;
      /** Null: it has not failed. */
      readonly cause: Cause | null;
      /** What was installed, as its caller has named it; absent: the caller is not the one who would do so again. */
      readonly file?: string;
      /** Whose last install was undone by their ArtifactRollback. */
      readonly rolledBack: readonly ComponentId[];
      readonly components: readonly {
        readonly component: ComponentId;
        readonly version: Version;
      }[];
    });

/** One Component gets a version. */
export interface Move {
  readonly component: ComponentId;
  readonly from: Version;
  readonly to: Version;
}

/** What takes time beside the states of Components. */
export const works = [
  "asking",
  "unpacking",
  "copying",
  "verifying",
  "fetching",
  "reading",
  "writing",
  "planning",
  "foreseeing",
  "explaining",
  "checking",
  "simulating",
] as const;
export type Work = (typeof works)[number];

/** One piece of work; no two with the same name are under way. */
interface WorkOf {
  readonly work: Work;
  /** What it is done with, as people know it. */
  readonly name: string;
}

export interface Amount {
  readonly count: number;
  readonly unit:
    | "bytes"
    | "Components"
    | "records"
    | "search nodes"
    | "situations"
    | "starting states"
    | "statements";
}

/** What the process takes, and at what it gives up; bytes. */
export interface Memory {
  readonly taken: number;
  readonly most: number;
}

/** How far a piece of work is. */
export interface HowFar {
  readonly done: Amount;
  /** Where it is given up once it takes too much. */
  readonly memory?: Memory | undefined;
}

/** What a deployment failed of. */
export type Cause =
  | {
      readonly kind: "component";
      readonly component: ComponentId;
      readonly state: State | Query;
      readonly reason: FailureReason;
      /** The last lines of what the Interface wrote. */
      readonly log: readonly string[];
    }
  /** A gate has refused it, or has said not now for too long. */
  | {
      readonly kind: "gate";
      readonly gate: string;
      readonly moment: GateMoment;
      readonly reason: GateRefusal;
      /** Its one line on stdout; null: it wrote none. */
      readonly told: string | null;
    }
  /** It was not asked to, it was resumed too often in vain, or the user wanted it undone. */
  | { readonly kind: "host-rebooted" | "no-progress" | "asked" };

/** How a deployment has ended, and where the System is. */
export interface Ending {
  readonly outcome: DeploymentOutcome;
  /** The acceptable end state that the System rests in; null: in none, or no tables tell. */
  readonly systemVersion: SystemVersion | null;
  /** Every Component runs what the Manifest wants. */
  readonly isWanted: boolean;
  /** The Components at fault where the outcome is `inconsistent`, and no others; empty otherwise. */
  readonly inconsistent: readonly ComponentId[];
  /** Those of them that are installed and could not be committed. */
  readonly uncommitted: readonly ComponentId[];
  /** Who is not where the deployment found it either, beside those at fault. */
  readonly beside: readonly ComponentId[];
  /** Inconsistent, and so many nodes did not suffice to decide whether there is a way out; null: not so. */
  readonly wayOutUndecidedAt: number | null;
  /** Those whose Cleanup has failed and is still to be made. */
  readonly owed: readonly ComponentId[];
}

/** How a deployment may end; the cause is told by the first failure. */
export const deploymentOutcomes = [
  "success",
  "failed-unchanged",
  "failed-rolled-back",
  // In an acceptable state that is not the old one; it may be the new one.
  "failed-elsewhere",
  "inconsistent",
] as const;
export type DeploymentOutcome = (typeof deploymentOutcomes)[number];
