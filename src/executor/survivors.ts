import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { JournalRecord } from "../deployment/records.ts";
import { runIdVariable } from "../interface/call.ts";
import type { ProcessIdentity, Processes } from "../platform/types.ts";

/**
 * Ends what a killed run left at work: an Interface may still be flashing. They are found by pid and
 * start time from the journal, and by run id where they got away. Fails, exit 15, if one stays.
 *
 * Start times are counted from the boot: in another boot the same pid and start time are a stranger's.
 */
export async function endSurvivors(
  records: readonly JournalRecord[],
  bootId: string,
  processes: Processes,
  graceMs: number,
): Promise<Result<number>> {
  const runs = records.flatMap((record) => (record.type === "run" ? [record.runId] : []));
  const last = runs.at(-1);
  const known = startedInBoot(records, bootId);
  const alive = known.filter(
    ({ pid, startTime }) => processes.identify(pid)?.startTime === startTime,
  );
  const marked = last === undefined ? [] : processes.findByEnvironment(runIdVariable, last);
  return await endAll([...alive, ...marked], processes, graceMs);
}

/** Ends whatever carries the mark of one of these runs; the same failure. */
export async function endMarked(
  runIds: readonly string[],
  processes: Processes,
  graceMs: number,
): Promise<Result<number>> {
  const marked = runIds.flatMap((runId) => processes.findByEnvironment(runIdVariable, runId));
  return await endAll(marked, processes, graceMs);
}

async function endAll(
  who: readonly ProcessIdentity[],
  processes: Processes,
  graceMs: number,
): Promise<Result<number>> {
  const all = unique(who);
  const ended = await Promise.all(
    all.map(async (one) => ({ one, isGone: await processes.end(one, graceMs) })),
  );
  const left = ended.filter(({ isGone }) => !isGone).map(({ one }) => stillRunning(one));
  return left.length === 0 ? ok(all.length) : fail(...left);
}

function startedInBoot(
  records: readonly JournalRecord[],
  bootId: string,
): readonly ProcessIdentity[] {
  let isOfBoot = false;
  return records.flatMap((record) => {
    if (record.type === "run") isOfBoot = record.bootId === bootId;
    if (record.type !== "running" || !isOfBoot) return [];
    return [{ pid: record.pid, startTime: record.startTime }];
  });
}

function unique(all: readonly ProcessIdentity[]): readonly ProcessIdentity[] {
  return [...new Map(all.map((who) => [`${String(who.pid)} ${who.startTime}`, who])).values()];
}

function stillRunning({ pid }: ProcessIdentity): Problem {
  return {
    code: "interface-still-running",
    message: `An Interface of an earlier run is still at work as process ${String(pid)} and cannot be ended.`,
    hint: "No state is run beside it. Reboot the machine, then call resume.",
  };
}
