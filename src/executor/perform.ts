import type { VerifyKey } from "../artifact/keys.ts";
import type { Provides } from "../artifact/matching.ts";
import type { Event, FailureReason } from "../core/events.ts";
import type { ComponentId, Version } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { assertNever } from "../core/assert-never.ts";
import type { Result } from "../core/result.ts";
import type { Begin, PlannedArtifact, TopologyComponent } from "../deployment/records.ts";
import { callInterface } from "../interface/call.ts";
import { download } from "../interface/download.ts";
import {
  type Asked,
  askInventory,
  askProvides,
  askWord,
  type QuerySpec,
} from "../interface/query.ts";
import {
  prepareWorkDir,
  removeWorkDir,
  replaceLostWorkDir,
  setWorkDirAside,
  withTemporaryWorkDir,
  workDirOf,
  type WorkDirPlaces,
} from "../interface/work-dir.ts";
import { valuesOfFact } from "../manifest/facts.ts";
import { FileError, type MakeRoom, type Platform } from "../platform/types.ts";
import type { OpenArtifact } from "../sources/access.ts";
import { fileProblem } from "./file-problem.ts";
import { endedNote, type LeftOvers } from "./left-overs.ts";
import { chosenArtifact, choosePlanned } from "./planned-artifact.ts";
import { setLeftWorkDirAside, stageId } from "./left-work-dirs.ts";
import { setAsideNote } from "./owed.ts";
import type { Perform, Task, TaskEnd } from "./ports.ts";
import { stateName } from "./state-name.ts";

export interface PerformPorts {
  readonly platform: Platform;
  /** Absolute path of the executable of an Interface. */
  readonly executable: (name: string) => string;
  /** Where the work dirs lie. */
  readonly places: WorkDirPlaces;
  /** The environment of every Interface. */
  readonly environment: Readonly<Record<string, string>>;
  /** From SIGTERM to SIGKILL, in milliseconds. */
  readonly graceMs: number;
  readonly keys: readonly VerifyKey[];
  /** Opens its bytes; `purpose`: how much of them will be read. */
  readonly open: (
    planned: PlannedArtifact,
    purpose: "header" | "all",
  ) => Promise<Result<OpenArtifact>>;
  /** The version that these Provides mean for the Component, in the words of the plan. */
  readonly versionOf: (begin: Begin, component: TopologyComponent, provides: Provides) => Version;
  /** What each Component told last; asked where it is not known. */
  readonly provides: Map<ComponentId, Provides>;
  /** Frees what an update can do without, where the disk of its work dirs is full. */
  readonly makeRoom: MakeRoom;
  readonly emit: (event: Event) => void;
  readonly markCall: LeftOvers["mark"];
}

const done: TaskEnd = { failure: null, answer: null };

/** Of what an Interface wrote before it failed, so much is kept in the journal. */
const mostKeptLines = 5;
const longestKeptLine = 300;

/** Does the rounds of a deployment by calling Interfaces. A failing file is the failure of the state that needed it. */
export function performer(ports: PerformPorts): Perform {
  return async (task) => {
    const log: string[] = [];
    const emit = (event: Event): void => {
      if (event.type === "interface-line" && event.component === task.member.id) {
        log.push(event.line.slice(0, longestKeptLine));
        if (log.length > mostKeptLines) log.shift();
      }
      ports.emit(event);
    };
    try {
      const end = await perform({ ...ports, emit }, task);
      return log.length === 0 ? end : { ...end, log };
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return failed({ kind: "problem", problem: fileProblem(error) });
    }
  };
}

async function perform(ports: PerformPorts, task: Task): Promise<TaskEnd> {
  const { round } = task;
  switch (round) {
    case "NeedsUnpackedArtifact": {
      const prepared = await prepare(ports, task);
      if ("end" in prepared) return prepared.end;
      const answer = told(await askWord(ports.platform, querySpec(ports, task), round));
      return { ...answer, ...prepared };
    }
    case "ProvidePayloadFileSizes":
    case "SupportsRollback":
    case "NeedsArtifactReboot":
      return told(await askWord(ports.platform, querySpec(ports, task), round));
    case "ExpectOld":
    case "ObserveInterrupted":
    case "ObserveStuck":
    case "ConfirmEnd":
      return await observe(ports, task);
    case "ExpectFacts":
      return await lookAtFacts(ports, task);
    case "Download":
      return await downloadPayload(ports, task);
    case "Cleanup":
      return await cleanUp(ports, task);
    case "OwedCleanup":
      return await cleanUpOwed(ports, task);
    case "ArtifactInstall":
    case "ArtifactReboot":
    case "ArtifactVerifyReboot":
    case "ArtifactCommit":
    case "ArtifactRollback":
    case "ArtifactRollbackReboot":
    case "ArtifactVerifyRollbackReboot":
    case "ArtifactFailure":
      return await callState(ports, task);
    case "HostReboot":
    case "HostRollbackReboot":
      throw new Error(`${round} is no call of an Interface`);
    default:
      return assertNever(round);
  }
}

async function callState(ports: PerformPorts, task: Task): Promise<TaskEnd> {
  const call = stateName(task.round, task.member);
  const { failure } = await callInterface(ports.platform, { ...querySpec(ports, task), call });
  return { failure, answer: null };
}

/** Everything of the update goes with it; where it fails all stays, for it is owed. */
async function cleanUp(ports: PerformPorts, task: Task): Promise<TaskEnd> {
  const { files } = ports.platform;
  const { id, componentType } = componentOf(task);
  replaceLostWorkDir(files, workDirOf(ports.places.payloads, id), componentType);
  const end = await callState(ports, task);
  if (end.failure === null) removeWorkDir(files, ports.places, id);
  return end;
}

/** One that fails again is not called any more: a Cleanup that is broken must not keep out the update that mends it. */
async function cleanUpOwed(ports: PerformPorts, task: Task): Promise<TaskEnd> {
  const end = await cleanUp(ports, task);
  if (end.failure === null || end.failure.kind === "interrupted") return end;
  const { id } = componentOf(task);
  const aside = setWorkDirAside(ports.platform.files, ports.places, id);
  ports.emit({ type: "note", message: setAsideNote(id, aside, "has failed again") });
  return end;
}

/** The work dir is filled before the first question, and which of several Artifacts it is for is chosen. */
async function prepare(
  ports: PerformPorts,
  task: Task,
): Promise<Pick<TaskEnd, "artifact"> | { readonly end: TaskEnd }> {
  const component = componentOf(task);
  const provides = ports.provides.get(component.id);
  const asked = provides === undefined ? await askForProvides(ports, task) : { provides };
  if ("end" in asked) return asked;
  const chosen = choosePlanned(task, component, asked.provides);
  if (!chosen.ok) return { end: failedOf(chosen.problems) };
  const opened = await ports.open(chosen.value, "header");
  if (!opened.ok) return { end: failedOf(opened.problems) };
  const { files } = ports.platform;
  try {
    setLeftWorkDirAside({ ...ports, files }, task.deployment, task.member);
    prepareWorkDir(files, workDirOf(ports.places.payloads, component.id), {
      componentType: component.componentType,
      provides: asked.provides,
      artifact: opened.value.artifact,
      deploymentId: stageId(task.deployment),
    });
    const { components, identity } = chosen.value;
    return components === undefined || identity === undefined ? {} : { artifact: identity };
  } finally {
    opened.value.close();
  }
}

async function downloadPayload(ports: PerformPorts, task: Task): Promise<TaskEnd> {
  const opened = await ports.open(chosenArtifact(task, componentOf(task)), "all");
  if (!opened.ok) return failedOf(opened.problems);
  const { source, artifact, keep } = opened.value;
  try {
    const { failure } = await download(ports.platform, {
      ...querySpec(ports, task),
      source,
      artifact,
      keys: ports.keys,
      decompressors: ports.platform.decompressors,
      unpacked: task.member.unpacked,
      withSizes: task.member.withSizes,
      makeRoom: ports.makeRoom,
      atOnce: task.deployment.open?.intent.components.length ?? 1,
      onProgress: (bytes) => {
        ports.emit({
          type: "download-progress",
          component: task.member.id,
          bytes,
          totalBytes: source.size,
        });
      },
    });
    if (failure === null) await keep();
    return { failure, answer: null };
  } finally {
    opened.value.close();
  }
}

async function observe(ports: PerformPorts, task: Task): Promise<TaskEnd> {
  const asked = await askForProvides(ports, task);
  if ("end" in asked) return asked.end;
  return {
    failure: null,
    answer: ports.versionOf(task.deployment.begin, componentOf(task), asked.provides),
  };
}

/** Asked as they were when the plan was made. */
async function lookAtFacts(ports: PerformPorts, task: Task): Promise<TaskEnd> {
  const { id, facts: declared = [] } = componentOf(task);
  const asked = await askForProvides(ports, task);
  if ("end" in asked) return asked.end;
  const inventory = await withTemporaryWorkDir(ports.platform.files, (workDir) =>
    askInventory(ports.platform, { ...querySpec(ports, task), workDir }),
  );
  if (!inventory.ok) return failed(inventory.failure);
  const { components } = task.deployment.begin.system;
  const planned = components.find((component) => component.id === id)?.facts ?? [];
  const told = { declared, provides: asked.provides, inventory: inventory.value };
  return { ...done, facts: planned.map(({ key }) => ({ key, values: valuesOfFact(key, told) })) };
}

/** Provides is asked outside of the update's work dir, as always. */
async function askForProvides(
  ports: PerformPorts,
  task: Task,
): Promise<{ readonly provides: Provides } | { readonly end: TaskEnd }> {
  const component = componentOf(task);
  const asked = await withTemporaryWorkDir(ports.platform.files, (workDir) =>
    askProvides(ports.platform, { ...querySpec(ports, task), workDir }, component.interface),
  );
  if (!asked.ok) return { end: failed(asked.failure) };
  ports.provides.set(component.id, asked.value);
  return { provides: asked.value };
}

function querySpec(ports: PerformPorts, task: Task): QuerySpec {
  const component = componentOf(task);
  const state = stateName(task.round, task.member);
  return {
    executable: ports.executable(component.interface),
    workDir: workDirOf(ports.places.payloads, component.id),
    componentType: component.componentType,
    args: component.args,
    timeoutMs: component.timeoutMs,
    graceMs: ports.graceMs,
    environment: ports.environment,
    runId: task.runId,
    callId: ports.markCall(component.id, state),
    signal: task.signal,
    onStarted: task.onStarted,
    onLeftOver: (who) => {
      ports.emit({ type: "note", message: endedNote(`${state} of ${component.id}`, who) });
    },
    onLine: (stream, line) => {
      ports.emit({ type: "interface-line", state, component: component.id, stream, line });
    },
  };
}

function componentOf({ deployment, member }: Task): TopologyComponent {
  const found = deployment.begin.components.find(({ id }) => id === member.id);
  if (found === undefined) throw new Error(`${member.id} is not of this Topology`);
  return found;
}

function told(asked: Asked<string>): TaskEnd {
  return asked.ok ? { ...done, answer: asked.value } : failed(asked.failure);
}

function failed(failure: FailureReason): TaskEnd {
  return { failure, answer: null };
}

function failedOf(problems: readonly Problem[]): TaskEnd {
  const [problem] = problems;
  if (problem === undefined) throw new Error("a failure without a problem");
  return failed({ kind: "problem", problem });
}
