import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import type { MarkedProcess, ProcessIdentity } from "./types.ts";

/** What /proc/PID/stat tells of a process. */
export interface ProcessEntry extends ProcessIdentity {
  /** Who has started it, or has taken it over since; 0 for the first of the machine. */
  readonly parent: number;
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
  const [state, parent, group] = fields;
  const startTime = fields[22 - 3];
  if (state === undefined || startTime === undefined) return null;
  const isDead = state === "Z" || state === "X";
  return { pid, startTime, parent: Number(parent), group: Number(group), isDead };
}

/** The bit of SIGKILL in the masks of /proc/PID/status. */
const killBit = 1n << 8n;

/**
 * Whether SIGKILL was sent to a process that is not gone yet: it runs nothing of its own any more, but the system may
 * still have to close its files and free its memory. The signal stays in its mask until it is gone.
 */
export function isBeingKilled(pid: number): boolean {
  const [, mask] = /^ShdPnd:\s+([0-9a-f]+)$/m.exec(readText(`/proc/${pid}/status`)) ?? [];
  return mask !== undefined && (BigInt(`0x${mask}`) & killBit) !== 0n;
}

/** This process, its parent, and so on up to the first of the machine. */
export function readLineage(): ProcessEntry[] {
  const lineage: ProcessEntry[] = [];
  let entry = readProcess(process.pid);
  // Somebody may end meanwhile, and a stranger get his pid: the way up is left then.
  while (entry !== null && !lineage.some(({ pid }) => pid === entry?.pid)) {
    lineage.push(entry);
    entry = readProcess(entry.parent);
  }
  return lineage;
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

/** Every process whose environment, as it was when its program was started, holds one of these variables. */
export function findVariables(names: readonly string[]): MarkedProcess[] {
  const heads = names.map((name) => [name, Buffer.from(`${name}=`)] as const);
  return processIds().flatMap((pid) => {
    const environment = readEnvironment(pid);
    if (environment === null) return [];
    const found = heads.flatMap(([name, head]) => {
      const value = valueIn(environment, head);
      return value === null ? [] : [[name, value] as const];
    });
    const entry = found.length === 0 ? null : readProcess(pid);
    if (entry === null || entry.isDead) return [];
    return [{ pid, startTime: entry.startTime, variables: new Map(found) }];
  });
}

/** Characters of a command line that are told. */
const longestLine = 200;

/** The arguments of a process with blanks between them, shortened; its name where they cannot be read. */
export function readCommandLine(pid: number): string {
  const line = readText(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trimEnd();
  const told = line === "" ? readText(`/proc/${pid}/comm`).trimEnd() : line;
  return told.length <= longestLine ? told : `${told.slice(0, longestLine - 1)}…`;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
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

/** The value of the string of an environment that begins with `head`; null where there is none. */
function valueIn(bytes: Buffer, head: Buffer): string | null {
  for (let at = bytes.indexOf(head); at >= 0; at = bytes.indexOf(head, at + 1)) {
    if (at > 0 && bytes[at - 1] !== 0) continue;
    const end = bytes.indexOf(0, at);
    return bytes.toString("utf8", at + head.length, end < 0 ? bytes.length : end);
  }
  return null;
}

const environmentBuffer = Buffer.alloc(128 * 1024);

/**
 * Null where the process is gone, or is not ours to look into. Valid until the next one is read: all processes are
 * looked through before every state, which takes a third of the time so.
 */
function readEnvironment(pid: number): Buffer | null {
  const path = `/proc/${pid}/environ`;
  try {
    const fd = openSync(path, "r");
    try {
      const length = readSync(fd, environmentBuffer);
      // The kernel gives all of it that there is room for.
      if (length < environmentBuffer.length) return environmentBuffer.subarray(0, length);
    } finally {
      closeSync(fd);
    }
    return readFileSync(path);
  } catch {
    return null;
  }
}
