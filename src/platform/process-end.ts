import { setTimeout as sleep } from "node:timers/promises";
import { findProcesses, readLineage, readProcess } from "./process-table.ts";
import type { ProcessIdentity } from "./types.ts";

/** How long to wait for a process after SIGKILL, in milliseconds: it may be inside a system call. */
const killWaitMs = 2000;

/** Sends a signal to every process of a group; false where the group is empty, or not ours. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  return send(-group, signal);
}

/**
 * Ends every process of a group: SIGTERM, then SIGKILL to those that are left after `graceMs`. Resolves once none is
 * left; false where one would not go.
 */
export function endGroup(group: number, graceMs: number): Promise<boolean> {
  return endBy(
    (signal) => signalGroup(group, signal),
    () => hasMembers(group),
    graceMs,
  );
}

/** As endGroup, where SIGTERM has been sent before: a second one could cut the cleaning up short. */
export function outlive(group: number, graceMs: number): Promise<boolean> {
  return goneBy(
    (signal) => signalGroup(group, signal),
    () => hasMembers(group),
    graceMs,
  );
}

/**
 * Ends exactly this process, and the group that it leads; true as well where it is gone already. This process and those
 * it descends from are never ended: false for them, and their group stays.
 */
export async function endProcess(who: ProcessIdentity, graceMs: number): Promise<boolean> {
  const isItself = () => {
    const entry = readProcess(who.pid);
    return entry !== null && entry.startTime === who.startTime && !entry.isDead;
  };
  const lineage = readLineage();
  if (isItself() && lineage.some(({ pid }) => pid === who.pid)) return false;
  const isLeader =
    readProcess(who.pid)?.group === who.pid && lineage.every(({ group }) => group !== who.pid);
  return endBy(
    (signal) => isItself() && send(isLeader ? -who.pid : who.pid, signal),
    () => isItself() || (isLeader && hasMembers(who.pid)),
    graceMs,
  );
}

async function endBy(
  signal: (signal: NodeJS.Signals) => boolean,
  isLeft: () => boolean,
  graceMs: number,
): Promise<boolean> {
  if (!isLeft()) return true;
  signal("SIGTERM");
  return goneBy(signal, isLeft, graceMs);
}

async function goneBy(
  signal: (signal: NodeJS.Signals) => boolean,
  isLeft: () => boolean,
  graceMs: number,
): Promise<boolean> {
  if (await becomes(() => !isLeft(), graceMs)) return true;
  signal("SIGKILL");
  return becomes(() => !isLeft(), killWaitMs);
}

/** Polls until `isTrue`, at most so many milliseconds; nothing tells of the end of a process that is no child. */
async function becomes(isTrue: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(20, pauseMs * 2)) {
    if (isTrue()) return true;
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return false;
    await sleep(Math.min(pauseMs, leftMs));
  }
}

/** A group counts as empty once all of it have ended, even where nobody has collected their exit statuses. */
function hasMembers(group: number): boolean {
  return signalGroup(group, 0) && findProcesses((entry) => entry.group === group).length > 0;
}

function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false;
  }
}
