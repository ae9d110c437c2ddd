import { type ExitCode, exitCode } from "../core/exit-code.ts";
import type { Problem } from "../core/problem.ts";
import { readEnvironment } from "../install/environment.ts";
import { FileError, type Platform } from "../platform/types.ts";
import { endSignal } from "./end-signal.ts";
import { datastoreNotReady, machineFailed } from "./machine-failed.ts";
import { roughOptions } from "./options.ts";
import { isJournal } from "./output/journal.ts";
import { patienceMs, drained } from "./output/drain.ts";
import { failed, say, type Sink } from "./output/output.ts";
import { type Caller, outputOf, runProgram } from "./program.ts";

/**
 * Joins the program and this process: environment, streams, signals, exit status. A bug is caught here and nowhere
 * else.
 */
export async function runProcess(args: readonly string[], platform: Platform): Promise<void> {
  process.umask(0o077);
  const environment = readEnvironment(process.env, platform.host.workingDirectory(), [
    process.execPath,
    process.argv[1] ?? "",
  ]);
  // The caller's directory may be removed under us, and nothing of ours lies in it: every path is absolute from here
  // on.
  process.chdir("/");
  let idleMs: number | null = null;
  const caller: Caller = {
    platform,
    environment,
    results: sinkOf(process.stdout, false),
    messages: sinkOf(
      process.stderr,
      isJournal(environment.journalStream, platform.host.errorStreamId()),
    ),
    deploys: () => {
      idleMs = patienceMs;
    },
    reachCrashPoint: (point) => {
      if (environment.crashPoint === point) process.kill(process.pid, "SIGKILL");
    },
    ...endSignal(platform.host.hasTerminal(), platform.processes),
  };
  const exit = await exitOfProgram(args, caller, () => idleMs !== null);
  const isDrained = Promise.all([drained(process.stdout, idleMs), drained(process.stderr, idleMs)]);
  await Promise.race([isDrained, toldToEnd(caller.signal)]);
  // What a command has done to the machine is told by its exit status, whoever reads.
  const isCut = idleMs === null && process.stdout.writableLength > 0;
  process.exit(isCut ? exitCode.unexpected : exit);
}

/** How long a reader may still take what is left for it once this process was told to end. Milliseconds. */
const lastPatienceMs = 500;

/** Resolves a moment after the signal; never without one. */
function toldToEnd(signal: AbortSignal): Promise<void> {
  return new Promise((settle) => {
    const end = () => setTimeout(settle, lastPatienceMs);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

async function exitOfProgram(
  args: readonly string[],
  caller: Caller,
  isDeploying: () => boolean,
): Promise<ExitCode> {
  try {
    return await runProgram(args, caller);
  } catch (error) {
    const output = outputOf(caller, roughOptions(args));
    if (error instanceof FileError) {
      const { value } = caller.environment.datastoreDir;
      // Once a deploying command is at work, the datastore was ready.
      const early = isDeploying() ? null : datastoreNotReady(error, value);
      return failed(output, [early ?? machineFailed(error)]);
    }
    const bug = error instanceof Error ? error : new Error(String(error));
    say(output, [bug.stack ?? bug.message], "error");
    return failed(output, [bugProblem(bug)]);
  }
}

/** A reader that goes away must not end a deployment, so writing to it is given up silently. */
function sinkOf(stream: NodeJS.WriteStream, toJournal: boolean): Sink {
  let isGone = false;
  stream.on("error", () => {
    isGone = true;
  });
  return {
    write: (text) => {
      if (!isGone) stream.write(text);
    },
    ready: async () => {
      if (!isGone && stream.writableNeedDrain) await drainedOrGone(stream);
      return !isGone;
    },
    isTerminal: stream.isTTY,
    isJournal: toJournal,
    // A terminal may say that it has no size.
    get width() {
      return stream.isTTY && stream.columns > 0 ? stream.columns : 80;
    },
    get height() {
      return stream.isTTY && stream.rows > 0 ? stream.rows : 24;
    },
  };
}

function drainedOrGone(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((settle) => {
    const end = () => {
      for (const name of ["drain", "error", "close"]) stream.off(name, end);
      settle();
    };
    for (const name of ["drain", "error", "close"]) stream.on(name, end);
  });
}

function bugProblem(error: Error): Problem {
  return {
    code: "bug",
    message: `This program has a bug: ${error.message}`,
    hint: "Report it with the lines above. A deployment in progress is kept in the journal; status tells what resume will do with it.",
  };
}
