import type { Event } from "../core/events.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { JournalRecord } from "../deployment/records.ts";
import { processText, runIdVariable } from "../interface/call.ts";
import type { ProcessIdentity, Processes } from "../platform/types.ts";

type Emit = (event: Event) => void;

/**
 * Ends what a run before has left at work: an Interface may still be flashing. They are found by pid and
 * start time from the journal, and by run id where they got away. Fails, exit 15, if one stays.
 *
 * Fails as well, and ends nobody, where this process descends from one of them: the Interface that has called us is at
 * work, and we would end with it.
 *
 * Start times are counted from the boot: in another boot the same pid and start time are a stranger's.
 */
export async function endSurvivors(
  records: readonly JournalRecord[],
  bootId: string,
  processes: Processes,
  graceMs: number,
  emit: Emit,
): Promise<Result<number>> {
  const runs = records.flatMap((record) => (record.type === "run" ? [record.runId] : []));
  const last = runs.at(-1);
  const known = startedInBoot(records, bootId);
  const alive = known.filter(
    ({ pid, startTime }) => processes.identify(pid)?.startTime === startTime,
  );
  const marked = last === undefined ? [] : processes.findByEnvironment(runIdVariable, last);
  return await endEarlier([...alive, ...marked], processes, graceMs, emit);
}

/** Ends whatever carries the mark of one of these runs; the same failures. */
export async function endMarked(
  runIds: readonly string[],
  processes: Processes,
  graceMs: number,
  emit: Emit,
): Promise<Result<number>> {
  const marked = runIds.flatMap((runId) => processes.findByEnvironment(runIdVariable, runId));
  return await endEarlier(marked, processes, graceMs, emit);
}

async function endEarlier(
  who: readonly ProcessIdentity[],
  processes: Processes,
  graceMs: number,
  emit: Emit,
): Promise<Result<number>> {
  const all = unique(who);
  const caller = processes.lineage().findLast((one) => all.some((other) => isSame(one, other)));
  if (caller !== undefined) return fail(calledByInterface(processText(processes, caller.pid)));
  const left = await endAll(all, processes, graceMs, (text) => {
    emit({ type: "note", message: `what an earlier run had left running was ended: ${text}` });
  });
  if (left.length > 0) return fail(...left.map(({ problem }) => problem));
  return ok(all.length);
}

/**
 * Ends these and waits for them; each that is gone is told by its pid and command line. Who cannot be ended is given
 * back.
 */
export async function endAll<P extends ProcessIdentity>(
  all: readonly P[],
  processes: Processes,
  graceMs: number,
  tell: (text: string, who: P) => void,
): Promise<readonly { readonly who: P; readonly problem: Problem }[]> {
  const ended = await Promise.all(
    all.map(async (who) => {
      const text = processText(processes, who.pid);
      const isGone = await processes.end(who, graceMs);
      if (isGone) tell(text, who);
      return isGone ? [] : [{ who, problem: stillRunning(text) }];
    }),
  );
  return ended.flat();
}

function startedInBoot(
  records: readonly JournalRecord[],
  bootId: string,
): readonly ProcessIdentity[] {
  let isOfBoot = false;
  return records.flatMap((record) => {
    if (record.type === "run") isOfBoot = record.bootId === bootId;
    const isStart = record.type === "running" || record.type === "gate-running";
    if (!isStart || !isOfBoot) return [];
    return [{ pid: record.pid, startTime: record.startTime }];
  });
}

function unique(all: readonly ProcessIdentity[]): readonly ProcessIdentity[] {
  return [...new Map(all.map((who) => [`${String(who.pid)} ${who.startTime}`, who])).values()];
}

function isSame(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.startTime === other.startTime;
}

function calledByInterface(text: string): Problem {
  return {
    code: "called-by-interface",
    message: `This command was called out of an Interface of an earlier run: ${text} was started by that run.`,
    hint: "Nothing was ended or changed. To go on, that process must be ended first, and this command would end with it: call it from a shell or a service that no Interface has started, or after a reboot.",
  };
}

function stillRunning(text: string): Problem {
  return {
    code: "interface-still-running",
    message: `An Interface, or what it has left running, is still at work as ${text} and cannot be ended.`,
    hint: "No state is run beside it. Reboot the machine, then call resume.",
  };
}
