import type { Event } from "../core/events.ts";
import type { ComponentId, ComponentType } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { callInterface } from "../interface/call.ts";
import type { QuerySpec } from "../interface/query.ts";
import {
  removeWorkDir,
  replaceLostWorkDir,
  setWorkDirAside,
  workDirOf,
} from "../interface/work-dir.ts";
import type { Datastore } from "../journal/datastore.ts";
import {
  callOwed,
  type OwedCleanup,
  type Settlement,
  settleOwed,
  takeOwed,
} from "../journal/owed.ts";
import type { Platform } from "../platform/types.ts";
import type { CrashPoint } from "./ports.ts";
import { endMarked } from "./survivors.ts";

/** A Component of the System as its Topology has it now: its Interface may have been mended since. */
export interface Debtor extends Pick<
  QuerySpec,
  "executable" | "args" | "timeoutMs" | "environment"
> {
  readonly id: ComponentId;
  readonly componentType: ComponentType;
}

export interface OwedPorts {
  readonly platform: Platform;
  readonly store: Datastore;
  readonly graceMs: number;
  readonly emit: (event: Event) => void;
  readonly signal: AbortSignal;
  readonly reachCrashPoint: (point: CrashPoint) => void;
}

/** Shows what happens in `use` as a part of the deployment that owes it; null: nobody knows which. */
export type Showing = <T>(
  deployment: string | null,
  use: (emit: OwedPorts["emit"]) => Promise<T>,
) => Promise<T>;

/**
 * Where so many runs have called one and not lived to see its end, it ends them or reboots the host: it is not called
 * again.
 */
const mostCalls = 2;

/**
 * Makes good what earlier deployments owe, before anything is read for the next one: each Cleanup once more, in its
 * work dir. Whatever becomes of them, the next deployment may go on; only this process being told to end is a failure,
 * and that somebody is still at work who cannot be ended. `absent`: types of Components that do not answer now; theirs
 * stay owed.
 */
export async function makeGood(
  debtors: readonly Debtor[],
  absent: readonly ComponentType[],
  ports: Omit<OwedPorts, "emit">,
  showing: Showing,
): Promise<Result<null>> {
  const { platform, store } = ports;
  const { owed, damaged } = takeOwed(platform.files, store);
  for (const { message } of damaged) {
    await showing(null, async (emit) => {
      emit({ type: "note", message: `${message} What was owed is forgotten` });
      await Promise.resolve();
    });
  }
  for (const debt of owed) {
    const debtor = debtors.find(({ id }) => id === debt.component);
    if (debtor === undefined && absent.includes(debt.componentType)) continue;
    const made = await showing(debt.deployment, async (emit) => {
      if (debtor !== undefined) return await cleanUp(debt, debtor, { ...ports, emit });
      drop(debt, { ...ports, emit });
      return ok(null);
    });
    if (!made.ok) return made;
  }
  return ok(null);
}

async function cleanUp(debt: OwedCleanup, debtor: Debtor, ports: OwedPorts): Promise<Result<null>> {
  const { platform, store, emit, graceMs } = ports;
  const { files, clock } = platform;
  const { id, componentType } = debtor;
  const ended = await endMarked(debt.runIds, platform.processes, graceMs, emit);
  if (!ended.ok) return ended;
  if (debt.runIds.length >= mostCalls) {
    writeOff(debt, "has not come to its end", ports);
    return ok(null);
  }
  const runId = clock.randomId();
  callOwed(files, store, now(ports), id, runId);
  ports.reachCrashPoint("owed:called");
  const workDir = workDirOf(store.payloads, id);
  replaceLostWorkDir(files, workDir, componentType);
  const of = { state: "Cleanup", component: id, componentType } as const;
  emit({ type: "state-started", ...of });
  const startedAt = clock.monotonicMs();
  const { failure } = await callInterface(platform, {
    ...debtor,
    call: "Cleanup",
    workDir,
    graceMs,
    runId,
    signal: ports.signal,
    onStarted: () => {},
    onLine: (stream, line) => {
      emit({ type: "interface-line", state: "Cleanup", component: id, stream, line });
    },
  });
  emit({ type: "state-ended", ...of, failure, elapsedMs: clock.monotonicMs() - startedAt });
  if (failure?.kind === "interrupted") return fail(toldToEnd());
  const left = await endMarked([runId], platform.processes, graceMs, emit);
  if (!left.ok) return left;
  if (failure !== null) {
    writeOff(debt, "has failed again", ports);
    return ok(null);
  }
  removeWorkDir(files, store, id);
  ports.reachCrashPoint("owed:ended");
  settle(debt, "cleaned", ports);
  ports.reachCrashPoint("owed:settled");
  return ok(null);
}

/** It is not called any more. */
function writeOff(debt: OwedCleanup, why: WhySetAside, ports: OwedPorts): void {
  const { component } = debt;
  const aside = setWorkDirAside(ports.platform.files, ports.store, component);
  ports.emit({ type: "note", message: setAsideNote(component, aside, why) });
  ports.reachCrashPoint("owed:ended");
  settle(debt, "set-aside", ports);
  ports.reachCrashPoint("owed:settled");
}

function drop(debt: OwedCleanup, ports: OwedPorts): void {
  const { component, deployment } = debt;
  removeWorkDir(ports.platform.files, ports.store, component);
  settle(debt, "dropped", ports);
  ports.emit({
    type: "note",
    message: `the Cleanup that ${component} owed of deployment ${deployment} is dropped: the Topology has no such Component any more`,
  });
}

function settle({ component }: OwedCleanup, how: Settlement, ports: OwedPorts): void {
  settleOwed(ports.platform.files, ports.store, now(ports), component, how);
}

export type WhySetAside = "has failed again" | "has not come to its end";

/** What is told of one that is not called any more. */
export function setAsideNote(component: ComponentId, path: string, why: WhySetAside): string {
  return `the Cleanup that ${component} owed ${why}: its work dir is set aside as "${path}", and the update goes on`;
}

function toldToEnd(): Problem {
  return {
    code: "interrupted",
    message: "This program was told to end while an owed Cleanup was made good.",
    hint: "Call the command again.",
  };
}

function now({ platform }: OwedPorts): string {
  return platform.clock.now().toISOString();
}
