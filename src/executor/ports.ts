import type { Event, FailureReason } from "../core/events.ts";
import type { Sha256 } from "../core/ids.ts";
import type { Deployment, Member } from "../deployment/deployment.ts";
import type { GateMoment } from "../core/protocol.ts";
import type { RoundName } from "../deployment/rounds.ts";
import type { FoundFact, JournalRecord, PlannedGate } from "../deployment/records.ts";
import type { JournalWriter } from "../journal/writer.ts";
import type { GateReply } from "../interface/gate.ts";
import type { Clock, Host, ProcessIdentity } from "../platform/types.ts";
import type { LeftOvers } from "./left-overs.ts";

/** What the loop needs of the journal. */
export type Journal = Pick<JournalWriter<JournalRecord>, "append" | "sync">;

/** One Component's part of a round. */
export interface Task {
  readonly deployment: Deployment;
  readonly round: RoundName;
  readonly member: Member;
  /** Marks the Interface and all its children. */
  readonly runId: string;
  /** Aborted when this process is told to end. */
  readonly signal: AbortSignal;
  readonly onStarted: (who: ProcessIdentity) => void;
}

export interface TaskEnd {
  /** Null: it succeeded. */
  readonly failure: FailureReason | null;
  /** The last lines that the Interface wrote; absent: none, or nobody has listened. */
  readonly log?: readonly string[];
  /** The answer of a query, the version that Provides told, or null. */
  readonly answer: string | null;
  /** Of several Artifacts of one release the one that was chosen, by its identity. */
  readonly artifact?: Sha256;
  /** All that is told of each fact that is asked. */
  readonly facts?: readonly FoundFact[];
}

/** Does one Component's part of a round; never throws for what an Interface does. */
export type Perform = (task: Task) => Promise<TaskEnd>;

/** One question to one gate. */
export interface GateTask {
  readonly deployment: Deployment;
  readonly gate: PlannedGate;
  readonly moment: GateMoment;
  readonly group: number | null;
  /** Aborted when this process is told to end. */
  readonly signal: AbortSignal;
  readonly onStarted: (who: ProcessIdentity) => void;
}

/** Asks a gate; never throws for anything that it does. */
export type AskGate = (task: GateTask) => Promise<GateReply>;

/** Where a test may kill the process: `<round>:<moment>`, see docs/reliability.md. */
export type CrashPoint =
  | `${RoundName}:${"intent-appended" | "intent-synced" | "started" | "outcome-appended"}`
  | `gate:${"asked" | "answered"}-${"appended" | "synced"}`
  | "gate:started"
  | `stop:${"appended" | "synced"}`
  | `told:${"appended" | "synced"}`
  | `end:${"appended" | "synced" | "archived"}`
  | `run:${"appended" | "synced"}`
  | `owed:${"called" | "ended" | "settled"}`
  | `begin:${"appended" | "synced"}`;

export interface ExecutorPorts {
  readonly journal: Journal;
  readonly perform: Perform;
  readonly askGate: AskGate;
  /** So long this call waits by itself for gates that say not now, in milliseconds. */
  readonly gateWaitMs: number;
  readonly host: Host;
  readonly clock: Clock;
  readonly emit: (event: Event) => void;
  readonly endLeftOvers: LeftOvers["end"];
  readonly signal: AbortSignal;
  /** How long to wait for a reboot that the command has accepted, in milliseconds. */
  readonly rebootWaitMs: number;
  readonly reachCrashPoint: (point: CrashPoint) => void;
}

/** How a run of the executor ended. */
export type RunEnd =
  | { readonly kind: "ended"; readonly deployment: Deployment }
  | { readonly kind: "stopped"; readonly deployment: Deployment }
  /** A gate has said not now. */
  | { readonly kind: "waiting"; readonly deployment: Deployment }
  /** The caller is to reboot the host. */
  | { readonly kind: "reboot"; readonly deployment: Deployment }
  /** This process was told to end. */
  | { readonly kind: "terminated"; readonly deployment: Deployment };
