import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import type { Peak } from "./call.ts";
import type { Machine } from "./deployment.ts";

/** What a deployment has left. */
export interface Traces {
  /** Everything in the datastore but its history, by name. */
  readonly files: readonly string[];
  /** In the history. */
  readonly journals: number;
  /** Of everything in the datastore. */
  readonly bytes: number;
  /** In the directory of temporary files. */
  readonly temporary: readonly string[];
  /** The command lines of the processes that still work for this System. */
  readonly processes: readonly string[];
}

/** Fifty, the last one committed, and ten that cannot be read: docs/datastore.md. */
const mostJournals = 61;

/** A journal holds the plan, and some hundred records. */
const mostOfJournal = 64 * 1024;

/**
 * The work dir of a query that was being asked by a call that is killed stays until the system clears its temporary
 * files.
 */
const ofQuery = /^orchestrator-[A-Za-z0-9]{6}$/;
const components = 3;

/** What an install that is killed before it begins has kept of its bundle: the next one removes it. */
const ofBundle = /^bundles(?:\/[0-9a-f]{12}\.tar)?$/;

/** What a query of a killed call, which nobody ends, has to end by itself; milliseconds. */
const patienceMs = 10_000;

export async function tracesOf({ system, temporary }: Machine): Promise<Traces> {
  const datastore = system.path("datastore");
  const all = filesBelow(datastore);
  const isJournal = (path: string) => relative(datastore, path).startsWith("history/");
  return {
    files: all.filter((path) => !isJournal(path)).map((path) => relative(datastore, path)),
    journals: all.filter(isJournal).length,
    bytes: all.reduce((sum, path) => sum + lstatSync(path).size, 0),
    temporary: readdirSync(temporary),
    processes: await lingering(system.directory),
  };
}

/** What is there after a deployment and was not after the first one. `killed`: how many of its calls were. */
export function left(
  first: Traces,
  { files, journals, bytes, temporary, processes }: Traces,
  killed: number,
): readonly string[] {
  const ofQueries = temporary.filter((name) => ofQuery.test(name)).slice(0, killed * components);
  const added = files.filter((name) => !first.files.includes(name));
  const kept = killed > 0 ? added.filter((name) => ofBundle.test(name)).slice(0, 2) : [];
  const allowed = first.bytes + journals * mostOfJournal;
  return [
    ...added.filter((name) => !kept.includes(name)).map((name) => `left in the datastore: ${name}`),
    ...temporary
      .filter((name) => !ofQueries.includes(name))
      .map((name) => `left among temporary files: ${name}`),
    ...processes.map((line) => `left at work: ${line}`),
    ...(journals > mostJournals ? [`${journals} journals in the history`] : []),
    ...(bytes > allowed ? [`${bytes} bytes in the datastore, more than ${allowed}`] : []),
  ];
}

export function clearTemporary({ temporary }: Machine): void {
  for (const name of readdirSync(temporary)) rmSync(join(temporary, name), { recursive: true });
}

/** What calls take at the end more than at the beginning; few tell nothing. */
export function grown(peaks: readonly Peak[]): readonly string[] {
  const third = Math.floor(peaks.length / 3);
  if (third < 5) return [];
  const [before, after] = [peaks.slice(0, third), peaks.slice(-third)];
  const compare = (what: string, of: (peak: Peak) => number, factor: number) => {
    const [was, is] = [median(before.map(of)), median(after.map(of))];
    return is > was * factor ? [`${what} grew from ${was} to ${is}`] : [];
  };
  return [
    ...compare("memory", ({ bytes }) => bytes, 1.2),
    ...compare("the number of open descriptors", ({ descriptors }) => descriptors, 1.3),
  ];
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}

function filesBelow(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? [path, ...filesBelow(path)] : [path];
    })
    .toSorted();
}

/** Polled, for they are no children of ours. */
async function lingering(directory: string): Promise<readonly string[]> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const found = processesOf(directory);
    if (found.length === 0 || performance.now() > until) return found;
    await new Promise((next) => setTimeout(next, 20));
  }
}

function processesOf(directory: string): readonly string[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      const isOurs =
        line.includes(directory) || readlinkSync(`/proc/${pid}/cwd`).startsWith(directory);
      return isOurs ? [line] : [];
    } catch {
      // It has just ended, or is another user's.
      return [];
    }
  });
}
