import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { getSystemErrorMap } from "node:util";
import { endGroup, endProcess, outlive, signalGroup } from "./process-end.ts";
import {
  findMarked,
  findVariables,
  readCommandLine,
  readLineage,
  readProcess,
} from "./process-table.ts";
import type {
  ProcessEnd,
  Processes,
  ProcessIdentity,
  ProcessSpec,
  RunningProcess,
} from "./types.ts";

/**
 * How long output is still read after the end of a process, in milliseconds. What it wrote itself lies in the pipe and
 * comes at once; a grandchild that holds the pipe open would keep us waiting for ever.
 */
const drainMs = 100;

/** The longest timer that there is, 24.8 days; a longer one would go off at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Processes of this machine, which must have /proc. */
export function nodeProcesses(): Processes {
  let isStarted = false;
  return {
    start(spec) {
      isStarted = true;
      return start(spec);
    },
    hasStarted: () => isStarted,
    identify(pid) {
      const entry = readProcess(pid);
      return entry === null || entry.isDead ? null : identityOf(entry);
    },
    lineage: () => readLineage().map(identityOf),
    findByEnvironment: (name, value) => findMarked(name, value).map(identityOf),
    findMarked: findVariables,
    commandLine: readCommandLine,
    end: endProcess,
  };
}

function identityOf({ pid, startTime }: ProcessIdentity): ProcessIdentity {
  return { pid, startTime };
}

/**
 * Starts a child in a session and process group of its own. Of the two ways to learn of its end only `exit` is of use:
 * `close` comes when the last copy of its stdout is closed, and a left-over grandchild may hold one for ever.
 *
 * A child that failed or was ended takes what is left of its group with it: when `ended` settles nobody of them is at
 * work any more. One that ended well may leave children behind.
 */
function start(spec: ProcessSpec): RunningProcess {
  const child = spawned(spec);
  if (!(child instanceof Error) && child.pid !== undefined) return watched(spec, child, child.pid);
  const ended =
    child instanceof Error
      ? Promise.resolve(notStarted(child))
      : once(child, "error").then(([error]) => notStarted(error));
  return { pid: 0, startTime: "0", ended, terminate: () => {} };
}

/** Some reasons not to start are thrown, such as too long a list of arguments; others come as an event. */
function spawned({ file, args, cwd, env }: ProcessSpec): ChildProcess | Error {
  try {
    return spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function notStarted(error: unknown): ProcessEnd {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOENT") {
    const message = "it, the interpreter in its first line, or its working directory is missing";
    return { kind: "not-started", message };
  }
  if (code === "ERR_INVALID_ARG_VALUE") {
    return { kind: "not-started", message: "an argument holds a NUL character" };
  }
  const known = typeof code === "string" ? systemErrors.get(code) : undefined;
  return { kind: "not-started", message: known ?? String(error) };
}

/** What the system says, by its code: `EACCES`, `E2BIG` and so on. */
const systemErrors: ReadonlyMap<string, string> = new Map(getSystemErrorMap().values());

function watched(spec: ProcessSpec, child: ChildProcess, pid: number): RunningProcess {
  let received = 0;
  const receive = (stream: "stdout" | "stderr") => (bytes: Uint8Array) => {
    received += bytes.length;
    spec.onOutput(stream, bytes);
  };
  child.stdout?.on("data", receive("stdout"));
  child.stderr?.on("data", receive("stderr"));

  let hasExited = false;
  let isOverTime = false;
  let killAt: number | null = null;
  let killTimer: NodeJS.Timeout | undefined;

  function terminate() {
    if (hasExited || killAt !== null) return;
    killAt = performance.now() + spec.graceMs;
    signalGroup(pid, "SIGTERM");
    killTimer = setTimeout(() => signalGroup(pid, "SIGKILL"), clamped(spec.graceMs));
  }

  const timeout =
    spec.timeoutMs === 0
      ? undefined
      : setTimeout(() => {
          isOverTime = true;
          terminate();
        }, clamped(spec.timeoutMs));

  async function waited(): Promise<ProcessEnd> {
    const [code, signal] = await exitOf(child);
    hasExited = true;
    clearTimeout(timeout);
    clearTimeout(killTimer);
    if (killAt !== null) await outlive(pid, Math.max(0, killAt - performance.now()));
    else if (code !== 0) await endGroup(pid, spec.graceMs);
    await drained([child.stdout, child.stderr], () => received);
    child.stdout?.destroy();
    child.stderr?.destroy();
    if (isOverTime) return { kind: "timed-out", afterMs: spec.timeoutMs };
    return code === null ? { kind: "signalled", signal: signal ?? "?" } : { kind: "exited", code };
  }

  // A child that has ended already still has its entry: only the event loop collects it.
  const startTime = readProcess(pid)?.startTime ?? "0";
  return { pid, startTime, ended: waited(), terminate };
}

function exitOf(child: ChildProcess): Promise<readonly [number | null, NodeJS.Signals | null]> {
  return new Promise((settle) => {
    child.once("exit", (code, signal) => settle([code, signal]));
  });
}

/** Until both have been read to their end, at most for a moment. */
async function drained(streams: readonly (Readable | null)[], received: () => number) {
  await closed(streams);
  // The end of a child can be known before its last output is, and where this process is busy the moment is over before
  // anybody has looked. So the event loop looks once more, and again as long as something comes.
  for (let looks = 0; looks < mostLooks; looks += 1) {
    if (streams.every((stream) => stream === null || stream.closed)) return;
    const before = received();
    await setImmediate();
    if (received() === before) return;
  }
}

/** One look takes up to 2 MiB, more than a pipe holds. */
const mostLooks = 4;

function closed(streams: readonly (Readable | null)[]): Promise<void> {
  return new Promise((settle) => {
    const open = streams.filter((stream) => stream !== null).filter((stream) => !stream.closed);
    let left = open.length;
    if (left === 0) {
      settle();
      return;
    }
    const cut = setTimeout(settle, drainMs);
    const end = () => {
      left -= 1;
      if (left > 0) return;
      clearTimeout(cut);
      settle();
    };
    for (const stream of open) stream.once("close", end);
  });
}

function clamped(ms: number): number {
  return Math.min(ms, longestTimerMs);
}
