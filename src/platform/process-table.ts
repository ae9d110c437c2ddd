import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import type { ProcessIdentity } from "./types.ts";

/** What /proc/PID/stat tells of a process. */
export interface ProcessEntry extends ProcessIdentity {
  /** The id of its process group. */
  readonly group: number;
  /** It has ended, and only its parent has not noticed yet. */
  readonly isDead: boolean;
}

/** Null where there is no such process. */
export function readProcess(pid: number): ProcessEntry | null {
  const text = readStat(pid);
  if (text === null) return null;
  // The name, field 2, is in brackets and may hold anything, brackets too; field 3 follows the last of them.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, , group] = fields;
  const startTime = fields[22 - 3];
  if (state === undefined || group === undefined || startTime === undefined) return null;
  return { pid, startTime, group: Number(group), isDead: state === "Z" || state === "X" };
}

/** Every process that has not ended and of which `isWanted` holds; those that end meanwhile are left out. */
export function findProcesses(isWanted: (entry: ProcessEntry) => boolean): ProcessEntry[] {
  return processIds()
    .map(readProcess)
    .filter((entry) => entry !== null)
    .filter((entry) => !entry.isDead && isWanted(entry));
}

/** Every process whose environment, as it was when its program was started, holds `name=value`. */
export function findMarked(name: string, value: string): ProcessEntry[] {
  const mark = Buffer.from(`${name}=${value}`);
  const pids = processIds().filter((pid) => holds(readEnvironment(pid), mark));
  return pids
    .map(readProcess)
    .filter((entry) => entry !== null)
    .filter((entry) => !entry.isDead);
}

function processIds(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^[1-9][0-9]*$/.test(name))
    .map(Number);
}

const statBuffer = Buffer.alloc(4096);

/** In half the time of readFileSync: it is read for every call of an Interface. */
function readStat(pid: number): string | null {
  try {
    const fd = openSync(`/proc/${pid}/stat`, "r");
    try {
      return statBuffer.toString("latin1", 0, readSync(fd, statBuffer));
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** Whether one of the strings of an environment, each of which ends in a NUL, is `mark`. */
function holds(bytes: Buffer | null, mark: Buffer): boolean {
  if (bytes === null) return false;
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    const end = at + mark.length;
    const isWhole = (at === 0 || bytes[at - 1] === 0) && (end === bytes.length || bytes[end] === 0);
    if (isWhole) return true;
  }
  return false;
}

/** Null where the process is gone, or is not ours to look into. */
function readEnvironment(pid: number): Buffer | null {
  try {
    return readFileSync(`/proc/${pid}/environ`);
  } catch {
    return null;
  }
}
