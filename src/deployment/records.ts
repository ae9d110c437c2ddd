import * as z from "zod";
import { deploymentOutcomes } from "../core/events.ts";
import { ArtifactName, ComponentId, ComponentType, Sha256, Version } from "../core/ids.ts";
import { problemCodes, type ProblemCode } from "../core/problem-codes.ts";
import { gateMoments, stopPoints } from "../core/protocol.ts";
import { ArtifactLocation } from "../manifest/location.ts";
import { System } from "../manifest/system.ts";
import { Plan } from "../planner/model/plan.ts";
import { roundNames } from "./rounds.ts";

/**
 * What the journal holds. A deployment is the fold of these records and nothing else; see
 * docs/journal.md for the file they lie in.
 */

/** The version of these records. A release reads its own and the previous one. */
export const recordFormat = 1;

const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(problemCodes, code);

const Problem = z
  .strictObject({
    code: z.string().refine(isProblemCode, { error: "must be a known problem code" }),
    message: z.string(),
    at: z
      .strictObject({
        file: z.string(),
        line: z.int().exactOptional(),
        column: z.int().exactOptional(),
        text: z.string().exactOptional(),
      })
      .readonly()
      .exactOptional(),
    expected: z.string().exactOptional(),
    got: z.string().exactOptional(),
    hint: z.string(),
  })
  .readonly();

const FailureReason = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("exited"), code: z.int() }).readonly(),
  z.strictObject({ kind: z.literal("signalled"), signal: z.string() }).readonly(),
  z.strictObject({ kind: z.literal("timed-out"), afterMs: z.number() }).readonly(),
  z.strictObject({ kind: z.literal("not-started"), message: z.string() }).readonly(),
  z.strictObject({ kind: z.literal("interrupted") }).readonly(),
  z.strictObject({ kind: z.literal("problem"), problem: Problem }).readonly(),
]);

const Time = z.iso.datetime();

/** One Component of the Topology, as it was when the deployment started. */
const TopologyComponent = z
  .strictObject({
    id: ComponentId,
    componentType: ComponentType,
    interface: z.string(),
    args: z.array(z.string()).readonly(),
    /** 0: no limit. */
    timeoutMs: z.number().nonnegative(),
    onInterrupt: z.enum(["rollback", "retry", "observe"]),
    /** What the Topology says of it, of the facts that are asked; left out: nothing. */
    facts: z
      .array(z.strictObject({ key: z.string(), value: z.string() }).readonly())
      .readonly()
      .exactOptional(),
  })
  .readonly();
export type TopologyComponent = z.infer<typeof TopologyComponent>;

/** An Artifact of the plan: where its bytes are, and what it says of itself, to tell whether it is installed. */
const PlannedArtifact = z
  .strictObject({
    componentType: ComponentType,
    version: Version,
    name: ArtifactName,
    location: ArtifactLocation,
    /** The checksum of its list of checksums: nothing else is installed in its place. Older journals lack it. */
    identity: Sha256.optional(),
    /** The sum of the whole file, where Download has still to check it. */
    pin: Sha256.exactOptional(),
    provides: z.record(z.string(), z.string()).readonly(),
    clears: z.array(z.string()).readonly().nullable(),
    /** Of several of one release: the Components that may get this one. Left out: all of its type. */
    components: z.array(ComponentId).readonly().exactOptional(),
    /** Of several: what the Component must provide to get this one. */
    depends: z.record(z.string(), z.array(z.string()).readonly()).readonly().exactOptional(),
    /** Its bytes come over the network: no way out installs it. */
    isAway: z.literal(true).exactOptional(),
  })
  .readonly();
export type PlannedArtifact = z.infer<typeof PlannedArtifact>;

/** Why a Manifest was believed where keys are configured. It is judged once, when the deployment begins. */
const ManifestTrust = z.discriminatedUnion("kind", [
  /** The configured key that has signed its bundle. */
  z.strictObject({ kind: z.literal("signed"), key: z.string() }).readonly(),
  /** The trusted directory that it lay below. */
  z.strictObject({ kind: z.literal("directory"), directory: z.string() }).readonly(),
  /** The user said so. */
  z.strictObject({ kind: z.literal("allowed") }).readonly(),
]);
export type ManifestTrust = z.infer<typeof ManifestTrust>;

/** A gate of the Topology, as it was when the deployment started. */
const PlannedGate = z
  .strictObject({
    name: z.string(),
    at: z.array(z.enum(gateMoments)).readonly(),
    /** 0: no limit. */
    timeoutMs: z.number().nonnegative(),
    /** For so long it may say not now, in milliseconds; null: what is usual at the moment. */
    deferAtMostMs: z.number().nonnegative().nullable(),
  })
  .readonly();
export type PlannedGate = z.infer<typeof PlannedGate>;

/** First in every journal: the whole deployment as it was planned. */
const Begin = z
  .strictObject({
    type: z.literal("begin"),
    format: z.literal(recordFormat),
    deployment: z.string(),
    at: Time,
    manifest: z.string(),
    /**
     * The Manifest's `sequence`, so that an older release is told from a newer one; null: it has none. The first builds
     * did not write it.
     */
    sequence: z.int().nonnegative().nullable().default(null),
    /** What was installed, by the checksum that identifies the bundle or Manifest. Older journals lack it. */
    input: Sha256.exactOptional(),
    /** Null: no key was configured. Older journals lack it. */
    manifestTrust: ManifestTrust.nullable().exactOptional(),
    /** Was it begun with `--exit-on-reboot`: then a later forward call without it never reboots. */
    exitOnReboot: z.boolean(),
    system: System,
    plan: Plan,
    components: z.array(TopologyComponent).readonly(),
    artifacts: z.array(PlannedArtifact).readonly(),
    /** In the order in which they are asked. Left out: there are none. */
    gates: z.array(PlannedGate).readonly().exactOptional(),
    /** Under a caller that takes a wait for a failure: how long a gate is waited for, in milliseconds. */
    gateWaitMs: z.number().nonnegative().exactOptional(),
    /** How many nodes the search for a way out may look at, where that is not the default. */
    nodeLimit: z.int().positive().exactOptional(),
  })
  .readonly();
export type Begin = z.infer<typeof Begin>;

/** A process takes the deployment up: the first one, and each later call. */
const Run = z
  .strictObject({
    type: z.literal("run"),
    at: Time,
    /** Marks every Interface that this run starts. */
    runId: z.string(),
    bootId: z.string(),
    /** Milliseconds since the host has booted, where gates are waited for. Older journals lack it. */
    monotonicMs: z.number().nonnegative().exactOptional(),
    verb: z.enum(["install", "resume", "rollback"]),
    stopBefore: z.array(z.enum(stopPoints)).readonly(),
    exitOnReboot: z.boolean(),
    /** An install takes an orphan back, to make way: nobody has called `rollback`. */
    isMakingWay: z.literal(true).exactOptional(),
  })
  .readonly();
export type Run = z.infer<typeof Run>;

/** What is about to be done; synced before it is. */
const Intent = z
  .strictObject({
    type: z.literal("intent"),
    round: z.enum(roundNames),
    group: z.int().nonnegative().nullable(),
    components: z.array(ComponentId).readonly(),
  })
  .readonly();
export type Intent = z.infer<typeof Intent>;

/** Who runs: not synced, for a power cut ends the process too. */
const Running = z
  .strictObject({
    type: z.literal("running"),
    component: ComponentId,
    pid: z.int().positive(),
    startTime: z.string(),
  })
  .readonly();

/** No value: nobody tells it. Several: they do not agree. */
const FoundFact = z
  .strictObject({ key: z.string(), values: z.array(z.string()).readonly() })
  .readonly();
export type FoundFact = z.infer<typeof FoundFact>;

/** How one Component's part of the intent ended. */
const Outcome = z
  .strictObject({
    type: z.literal("outcome"),
    at: Time,
    component: ComponentId,
    /** Null: it succeeded. */
    failure: FailureReason.nullable(),
    /** The last lines that the Interface wrote, where it failed and wrote any. */
    log: z.array(z.string()).readonly().exactOptional(),
    /** The answer of a query, or the version that `Provides` told; null otherwise. */
    answer: z.string().nullable(),
    /**
     * Of several Artifacts of one release the one that it gets, by its identity: NeedsUnpackedArtifact has chosen it.
     */
    artifact: Sha256.exactOptional(),
    /** All that is told of each fact that is asked: ExpectFacts has looked. */
    facts: z.array(FoundFact).readonly().exactOptional(),
    elapsedMs: z.number().nonnegative(),
  })
  .readonly();
export type Outcome = z.infer<typeof Outcome>;

/** A gate is about to be asked; synced before it is. */
const GateAsked = z
  .strictObject({
    type: z.literal("gate-asked"),
    at: Time,
    gate: z.string(),
    moment: z.enum(gateMoments),
    group: z.int().nonnegative().nullable(),
    /** Milliseconds since the host has booted. Older journals lack it. */
    monotonicMs: z.number().nonnegative().exactOptional(),
  })
  .readonly();
export type GateAsked = z.infer<typeof GateAsked>;

/** As `running`. */
const GateRunning = z
  .strictObject({
    type: z.literal("gate-running"),
    gate: z.string(),
    pid: z.int().positive(),
    startTime: z.string(),
  })
  .readonly();

const GateAnswer = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("go") }).readonly(),
  z
    .strictObject({
      kind: z.literal("not-now"),
      /** When it wants to be asked again, in milliseconds; null: it does not say. */
      retryAfterMs: z.number().nonnegative().nullable(),
    })
    .readonly(),
  z.strictObject({ kind: z.literal("no"), failure: FailureReason }).readonly(),
]);
export type GateAnswer = z.infer<typeof GateAnswer>;

const GateAnswered = z
  .strictObject({
    type: z.literal("gate-answered"),
    at: Time,
    gate: z.string(),
    answer: GateAnswer,
    /** Its one line on stdout; null: it wrote none. */
    reason: z.string().nullable(),
    /** Milliseconds since the host has booted, so that waits are summed by a clock that nobody sets. */
    monotonicMs: z.number().nonnegative(),
    elapsedMs: z.number().nonnegative(),
    /** It stands for so many answers in a row, this the last one; the others were left out. */
    times: z.int().positive().exactOptional(),
    /** For how long each gate has been waited for until then, where some were left out. */
    waitedMs: z.record(z.string(), z.number().nonnegative()).readonly().exactOptional(),
  })
  .readonly();
export type GateAnswered = z.infer<typeof GateAnswered>;

/** The contingency plan that is followed from here; null: there is none, or none was found. */
const Replanned = z
  .strictObject({
    type: z.literal("replanned"),
    /** The node limit ended the search: there may be one. Older journals lack it. */
    isUndecided: z.literal(true).exactOptional(),
    groups: z
      .array(
        z
          .array(
            z
              .strictObject({
                component: ComponentId,
                means: z.enum(["install", "rollback"]),
                from: Version,
                to: Version,
              })
              .readonly(),
          )
          .readonly(),
      )
      .readonly()
      .nullable(),
  })
  .readonly();
export type Replanned = z.infer<typeof Replanned>;

/** The run stops here as asked; the next one goes on. */
const Stopped = z
  .strictObject({ type: z.literal("stopped"), before: z.enum(stopPoints) })
  .readonly();

const Ended = z
  .strictObject({
    type: z.literal("ended"),
    at: Time,
    outcome: z.enum(deploymentOutcomes),
    inconsistent: z.array(ComponentId).readonly(),
    /** Whose Cleanup has failed and is still to be made. The first builds forgot about those. */
    owed: z.array(ComponentId).readonly().default([]),
    /** Milliseconds that the last run took, by a clock that never jumps. Older journals lack it. */
    runMs: z.number().nonnegative().exactOptional(),
  })
  .readonly();

/** The failure is about to be told by the exit status of the process: the last record before it. */
const Told = z.strictObject({ type: z.literal("told") }).readonly();

export const JournalRecord = z.discriminatedUnion("type", [
  Begin,
  Run,
  Intent,
  Running,
  Outcome,
  GateAsked,
  GateRunning,
  GateAnswered,
  Replanned,
  Stopped,
  Ended,
  Told,
]);
export type JournalRecord = z.infer<typeof JournalRecord>;
