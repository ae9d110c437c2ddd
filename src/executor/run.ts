import { assertNever } from "../core/assert-never.ts";
import type { ComponentId } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { type Action, decide } from "../deployment/decide.ts";
import {
  currentStage,
  type Deployment,
  type Member,
  owingCleanup,
} from "../deployment/deployment.ts";
import { kindOf } from "../deployment/program.ts";
import { performAsk, performWait } from "./gates.ts";
import { rebootHost } from "./host-reboot.ts";
import { type Live, record, timestamp } from "./live.ts";
import type { ExecutorPorts, RunEnd, Task, TaskEnd } from "./ports.ts";
import { causeOf } from "./cause-of.ts";
import { replanned } from "./replanning.ts";
import { stateName } from "./state-name.ts";

/**
 * Runs a deployment until it ends, stops as asked, needs a reboot, or this process is told to end.
 *
 * Decide; append the intent, sync, act; append the outcomes; evolve. The outcomes of one round and the
 * intent of the next share one sync: nothing is done between them. Throws FileError where the journal
 * cannot be written: then no Interface has been called that the journal does not know of.
 */
export async function run(start: Deployment, ports: ExecutorPorts): Promise<RunEnd> {
  const live: Live = {
    deployment: start,
    startedAtMs: ports.clock.monotonicMs(),
    waitLeftMs: ports.gateWaitMs,
  };
  let stage = -1;
  for (;;) {
    const action = decide(live.deployment);
    if (ports.signal.aborted && action.kind !== "end" && action.kind !== "none") {
      ports.journal.sync();
      return { kind: "terminated", deployment: live.deployment };
    }
    if (live.deployment.stage !== stage) {
      stage = live.deployment.stage;
      announceStage(live.deployment, ports);
    }
    const end = await perform(action, live, ports);
    if (end !== null) return end;
  }
}

async function perform(action: Action, live: Live, ports: ExecutorPorts): Promise<RunEnd | null> {
  switch (action.kind) {
    case "round":
      return await performRound(action, live, ports);
    case "reboot-host":
      return await rebootHost(action, live, ports);
    case "ask-gate":
      return await performAsk(action, live, ports);
    case "wait":
      return await performWait(action, live, ports);
    case "replan":
      ports.emit({ type: "note", message: "planning a way out from where the System is now" });
      record(live, ports, replanned(live.deployment, ports));
      return null;
    case "stop":
      if (action.isNew) {
        record(live, ports, { type: "stopped", before: action.before });
        ports.reachCrashPoint("stop:appended");
      }
      ports.journal.sync();
      ports.reachCrashPoint("stop:synced");
      ports.emit({
        type: "stopped",
        deployment: live.deployment.begin.deployment,
        before: action.before,
        failed: live.deployment.direction === "back",
        cause: causeOf(live.deployment),
      });
      return { kind: "stopped", deployment: live.deployment };
    case "end":
      await endLeftOvers(live.deployment.run.runId, idsOf(live.deployment), ports);
      record(live, ports, {
        type: "ended",
        at: timestamp(ports),
        outcome: action.outcome,
        inconsistent: action.inconsistent,
        owed: owingCleanup(live.deployment),
        runMs: Math.max(0, Math.round(ports.clock.monotonicMs() - live.startedAtMs)),
      });
      ports.reachCrashPoint("end:appended");
      ports.journal.sync();
      ports.reachCrashPoint("end:synced");
      return { kind: "ended", deployment: live.deployment };
    case "none":
      return { kind: "ended", deployment: live.deployment };
    default:
      return assertNever(action);
  }
}

async function performRound(
  action: Extract<Action, { kind: "round" }>,
  live: Live,
  ports: ExecutorPorts,
): Promise<RunEnd | null> {
  const { round } = action;
  record(live, ports, {
    type: "intent",
    round,
    group: action.group,
    components: action.components,
  });
  ports.reachCrashPoint(`${round}:intent-appended`);
  ports.journal.sync();
  ports.reachCrashPoint(`${round}:intent-synced`);
  const before = live.deployment;
  const { runId } = before.run;
  const isState = kindOf(round) === "state";
  const stuck = isState ? await ports.endLeftOvers(runId, action.components) : nobody;
  // Where one task throws, the journal cannot be written: nobody may be left at work when we go.
  const stop = new AbortController();
  const signal = AbortSignal.any([ports.signal, stop.signal]);
  const tasks = action.components.map(async (component) => {
    try {
      const problem = stuck.get(component) ?? null;
      await performTask(action, before, component, problem, live, { ...ports, signal });
    } catch (error) {
      stop.abort();
      throw error;
    }
  });
  const failed = (await Promise.allSettled(tasks)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  if (round === "Cleanup" || round === "OwedCleanup") {
    await endLeftOvers(runId, action.components, ports);
  }
  if (live.deployment.open === null) return null;
  ports.journal.sync();
  return { kind: "terminated", deployment: live.deployment };
}

async function performTask(
  { round }: Extract<Action, { kind: "round" }>,
  before: Deployment,
  component: ComponentId,
  problem: Problem | null,
  live: Live,
  ports: ExecutorPorts,
): Promise<void> {
  const member = memberOf(before, component);
  const of = {
    state: stateName(round, member),
    component,
    componentType: typeOf(before, component),
  };
  ports.emit({ type: "state-started", ...of });
  const startedAt = ports.clock.monotonicMs();
  const task: Task = {
    deployment: before,
    round,
    member,
    runId: before.run.runId,
    signal: ports.signal,
    onStarted: (who) => {
      record(live, ports, { type: "running", component, ...who });
      ports.reachCrashPoint(`${round}:started`);
    },
  };
  // No state is run beside what an earlier one has left at work.
  const end: TaskEnd =
    problem === null
      ? await ports.perform(task)
      : { failure: { kind: "problem", problem }, answer: null };
  const elapsedMs = Math.max(0, Math.round(ports.clock.monotonicMs() - startedAt));
  ports.emit({ type: "state-ended", ...of, failure: end.failure, elapsedMs });
  // Ended by us: the next run finds the round open and judges it as it judges any interruption.
  if (end.failure?.kind === "interrupted") return;
  record(live, ports, {
    type: "outcome",
    at: timestamp(ports),
    component,
    failure: end.failure,
    ...(end.failure !== null && end.log !== undefined && { log: end.log }),
    answer: end.answer,
    ...(end.artifact === undefined ? {} : { artifact: end.artifact }),
    ...(end.facts === undefined ? {} : { facts: end.facts }),
    elapsedMs,
  });
  ports.reachCrashPoint(`${round}:outcome-appended`);
}

/** Where no state follows that could fail of it, who cannot be ended is told. */
async function endLeftOvers(
  runId: string,
  components: readonly ComponentId[],
  ports: ExecutorPorts,
): Promise<void> {
  const stuck = await ports.endLeftOvers(runId, components);
  for (const { message } of stuck.values()) ports.emit({ type: "note", message });
}

const nobody: ReadonlyMap<ComponentId, Problem> = new Map();

function idsOf({ members }: Deployment): readonly ComponentId[] {
  return members.map(({ id }) => id);
}

function memberOf(deployment: Deployment, component: ComponentId): Member {
  const found = deployment.members.find((member) => member.id === component);
  if (found === undefined) throw new Error(`${component} is not of this System`);
  return found;
}

function typeOf(deployment: Deployment, component: ComponentId) {
  const found = deployment.begin.components.find(({ id }) => id === component);
  if (found === undefined) throw new Error(`${component} is not of this Topology`);
  return found.componentType;
}

function announceStage(deployment: Deployment, ports: ExecutorPorts): void {
  const stage = currentStage(deployment);
  if (stage === undefined) return;
  ports.emit({
    type: "stage-started",
    stage: deployment.stage,
    stages: deployment.begin.plan.stages.length,
    systemVersion: stage.systemVersion,
    groups: stage.groups.map((steps) =>
      steps.map(({ component, from, to }) => ({ component, from, to })),
    ),
  });
}
