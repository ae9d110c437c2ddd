import type { ExitCode } from "../core/exit-code.ts";
import { shownVersion } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type Action, decide } from "../deployment/decide.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { begin, evolve } from "../deployment/evolve.ts";
import { shortenedWaits } from "../deployment/shortened-waits.ts";
import { ending } from "../deployment/verdict.ts";
import type {
  Begin,
  JournalRecord,
  PlannedArtifact,
  PlannedGate,
  Run,
  TopologyComponent,
} from "../deployment/records.ts";
import type { OwedCleanup } from "../journal/owed.ts";
import type { Processes } from "../platform/types.ts";
import { causeOf } from "./cause-of.ts";
import { deploymentOf } from "./deployment-of.ts";
import { candidatesFor } from "./planned-artifact.ts";
import { exitOfRun, tellsFailure } from "./exit.ts";
import type { Journals } from "./journals.ts";
import type { ExecutorPorts, Journal, RunEnd } from "./ports.ts";
import { run } from "./run.ts";
import { endSurvivors } from "./survivors.ts";
import { tellInterrupted, tellWayBack } from "./way-back.ts";

/** How a call wants the deployment to be run. */
export type Request = Pick<Run, "verb" | "stopBefore" | "exitOnReboot" | "isMakingWay">;

export interface DeployPorts extends Omit<ExecutorPorts, "journal"> {
  readonly journals: Journals;
  readonly processes: Processes;
  /** From SIGTERM to SIGKILL, in milliseconds. */
  readonly graceMs: number;
  /** A problem for each Artifact that does not lie in its place any more; or why nobody can look on its medium. */
  readonly missing: (artifacts: readonly PlannedArtifact[]) => Promise<readonly Problem[]>;
  /** A problem for each Component whose Interface is not there or cannot be run. */
  readonly unreachable: (components: readonly TopologyComponent[]) => readonly Problem[];
  /** A problem where the gate is not there or cannot be run. */
  readonly unfitGate: (gate: PlannedGate) => readonly Problem[];
  /** Milliseconds that a new deployment is likely to take; null: nobody knows. */
  readonly expectedMs: (begin: Begin) => number | null;
  /** Called when a new deployment is safe in the journal, before anything of it is done. */
  readonly begun: () => void;
  /** Notes durably whose Cleanup a deployment that has ended owes. */
  readonly owe: (debts: readonly Omit<OwedCleanup, "runIds">[]) => void;
  /**
   * Removes what a deployment that has ended leaves in the datastore, but for what an owed Cleanup needs or has left.
   * Null: it has never begun.
   */
  readonly sweep: (ended: Deployment | null) => void;
  /**
   * Called when the end of a deployment is safe in the journal, before that is archived; after a power cut once more.
   */
  readonly ended: (deployment: string) => void;
}

export interface Deployed {
  readonly exit: ExitCode;
  readonly end: RunEnd;
}

/** Begins a deployment and runs it. Nothing may be in progress. */
export async function start(first: Begin, request: Request, ports: DeployPorts): Promise<Deployed> {
  const journal = ports.journals.create();
  const record = runRecord(request, first, ports);
  journal.append([first, record]);
  ports.reachCrashPoint("begin:appended");
  journal.sync();
  ports.begun();
  ports.reachCrashPoint("begin:synced");
  const { cost } = first.plan;
  ports.emit({
    type: "deployment-started",
    deployment: first.deployment,
    manifest: first.manifest,
    installs: cost.installs,
    expectedMs: ports.expectedMs(first),
  });
  return await runToEnd(begin(first, record), request, journal, ports);
}

/** What is in progress, for those who only want to know. */
export function inProgress(journals: Journals): Result<Deployment | null> {
  const records = journals.load();
  if (!records.ok) return records;
  return records.value === null ? ok(null) : deploymentOf(records.value);
}

/**
 * Goes on with the deployment in progress; null where there is none. Survivors of a killed run are
 * ended first. A stop where the deployment stands already writes nothing but that its failure is told.
 */
export async function takeUp(
  request: Request,
  ports: DeployPorts,
): Promise<Result<Deployed | null>> {
  const loaded = ports.journals.load();
  if (!loaded.ok) return loaded;
  const records = loaded.value;
  if (records === null) return ok(null);
  const told = deploymentOf(records);
  if (!told.ok) return told;
  const deployment = told.value;
  const bootId = ports.host.bootId();
  const survivors = await endSurvivors(records, bootId, ports.processes, ports.graceMs, ports.emit);
  if (!survivors.ok) return survivors;
  if (deployment === null) {
    // Killed between its very first records: nothing was done.
    archiveUnbegun(records, ports);
    return ok(null);
  }
  if (deployment.ended !== null) {
    // Whoever calls `rollback` knows that it has failed.
    const isTold = deployment.isTold || isRollback(request);
    return ok(
      finish({ kind: "ended", deployment: { ...deployment, isTold } }, request, null, ports),
    );
  }
  const record = runRecord(request, deployment.begin, ports);
  const takenUp = evolve(deployment, record);
  const action = decide(takenUp);
  const isToldNow = takenUp.isTold && !deployment.isTold;
  if (action.kind === "stop" && !action.isNew && !isToldNow) {
    return ok(finish({ kind: "stopped", deployment: takenUp }, request, null, ports));
  }
  // What can be put back must not cost the deployment: nothing is written before it is there.
  const missing = [
    ...(needsArtifacts(takenUp) ? await ports.missing(neededArtifacts(takenUp)) : []),
    ...ports.unreachable(aboutToBeCalled(takenUp, action)),
    ...(action.kind === "ask-gate" ? ports.unfitGate(action.gate) : []),
  ];
  if (missing.length > 0) return fail(...missing);
  const shorter = shortenedWaits(records);
  if (shorter !== null) ports.journals.replace(shorter);
  const journal = ports.journals.reopen();
  journal.append([record]);
  ports.reachCrashPoint("run:appended");
  journal.sync();
  ports.reachCrashPoint("run:synced");
  const { begin: first } = takenUp;
  ports.emit({
    type: "deployment-resumed",
    deployment: first.deployment,
    manifest: first.manifest,
  });
  tellInterrupted(deployment, takenUp, ports.emit);
  tellWayBack(deployment, takenUp, ports.emit);
  return ok(await runToEnd(takenUp, request, journal, ports));
}

function isRollback({ verb, isMakingWay }: Request): boolean {
  return verb === "rollback" && isMakingWay !== true;
}

/** A rollback never does: not one that has come too late for this stage either, for it begins no other. */
function needsArtifacts({ direction, run: { verb } }: Deployment): boolean {
  return direction === "forward" && verb !== "rollback";
}

/** Those that are still to be downloaded on the way forward, or may be where one of several is not chosen yet. */
function neededArtifacts({ begin: first, stage, members }: Deployment): readonly PlannedArtifact[] {
  const needed = first.plan.stages.slice(stage).flatMap(({ groups }, index) =>
    groups.flat().flatMap(({ component: id, componentType, to }) => {
      const member = index > 0 ? undefined : members.find((one) => one.id === id);
      if (member?.ran.Download === "ok") return [];
      const candidates = candidatesFor(first.artifacts, { id, componentType }, to);
      const chosen = member?.artifact ?? null;
      return chosen === null
        ? candidates
        : candidates.filter(({ identity }) => identity === chosen);
    }),
  );
  return [...new Set(needed)];
}

/**
 * Those of the next round that have something installed: without their Interface it could be neither kept nor
 * undone. Who has nothing installed may fail; that takes the System back.
 */
function aboutToBeCalled(
  { begin: first, members }: Deployment,
  action: Action,
): readonly TopologyComponent[] {
  if (action.kind !== "round") return [];
  const installed = members.filter(
    ({ id, ran }) => action.components.includes(id) && ran.ArtifactInstall !== undefined,
  );
  return first.components.filter(({ id }) => installed.some((member) => member.id === id));
}

async function runToEnd(
  deployment: Deployment,
  request: Request,
  journal: Journal,
  ports: DeployPorts,
): Promise<Deployed> {
  const end = await run(deployment, { ...ports, journal });
  return finish(end, request, journal, ports);
}

/**
 * The last of a run. `journal`: to write to, where it is open already. What has ended is moved away only once its
 * failure is told, for nobody would find out about it then.
 */
function finish(
  end: RunEnd,
  request: Request,
  journal: Journal | null,
  ports: DeployPorts,
): Deployed {
  const { deployment } = end;
  const { begin: first, isTold } = deployment;
  const exit = exitOfRun(end);
  if (end.kind === "ended") {
    ports.owe(debtsOf(deployment));
    ports.sweep(deployment);
    tellEnded(deployment, ports);
  }
  // Whoever makes way ends with the exit status of another deployment.
  const isOwn = request.isMakingWay !== true;
  if (isOwn && tellsFailure(exit) && !isTold) tell(journal ?? ports.journals.reopen(), ports);
  if (end.kind === "ended") {
    ports.ended(first.deployment);
    ports.journals.archive(first.deployment);
    ports.reachCrashPoint("end:archived");
  }
  return { exit, end };
}

/** From here on the exit status of this process tells the failure. */
function tell(journal: Journal, ports: DeployPorts): void {
  journal.append([{ type: "told" }]);
  ports.reachCrashPoint("told:appended");
  journal.sync();
  ports.reachCrashPoint("told:synced");
}

function tellEnded(deployment: Deployment, ports: DeployPorts): void {
  const { begin: first, members } = deployment;
  const end = ending(deployment);
  if (end === null) return;
  ports.emit({
    type: "deployment-ended",
    deployment: first.deployment,
    cause: causeOf(deployment),
    rolledBack: members.flatMap(({ id, ran }) => (ran.ArtifactRollback === "ok" ? [id] : [])),
    ...end,
    components: members.map(({ id, version }) => ({
      component: id,
      version: shownVersion(version),
    })),
  });
}

function debtsOf({ begin: first, owed }: Deployment): readonly Omit<OwedCleanup, "runIds">[] {
  return first.components
    .filter(({ id }) => owed.includes(id))
    .map(({ id, componentType }) => ({
      component: id,
      componentType,
      deployment: first.deployment,
    }));
}

function archiveUnbegun(records: readonly JournalRecord[], ports: DeployPorts): void {
  const [first] = records;
  if (first?.type !== "begin")
    throw new Error("a journal that does not start with what was planned");
  ports.sweep(null);
  ports.journals.archive(first.deployment);
}

function runRecord(request: Request, { gates }: Begin, ports: DeployPorts): Run {
  return {
    type: "run",
    at: ports.clock.now().toISOString(),
    runId: ports.clock.randomId(),
    bootId: ports.host.bootId(),
    ...(gates !== undefined && { monotonicMs: Math.round(ports.clock.monotonicMs()) }),
    ...request,
  };
}
