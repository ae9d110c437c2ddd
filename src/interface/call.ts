import { assertNever } from "../core/assert-never.ts";
import type { FailureReason } from "../core/events.ts";
import type { ComponentType } from "../core/ids.ts";
import { queries, type Query, type State } from "../core/protocol.ts";
import type {
  Clock,
  ProcessEnd,
  Processes,
  ProcessIdentity,
  RunningProcess,
} from "../platform/types.ts";
import { lineReader, outputLimits } from "./log-lines.ts";
import { onAbort } from "./on-abort.ts";

/** In the environment of every Interface, and so of its children: the run of ours that called it. */
export const runIdVariable = "MENDER_ORCHESTRATOR_RUN_ID";

/** Likewise, the very call: it finds children that have left the process group. */
export const callIdVariable = "MENDER_ORCHESTRATOR_CALL_ID";

/** No version of the protocol has this word: an Interface must print nothing for it and end in 0. */
export const unknownWord = "WordOfNoProtocol";

/** What a call needs of the machine. */
export interface CallPlatform {
  readonly processes: Processes;
  readonly clock: Clock;
}

/** One call of an Interface, as Interface protocol v1 has it. */
export interface CallSpec extends Omit<ProgramSpec, "args" | "input" | "answersOnStdout"> {
  readonly call: State | Query | typeof unknownWord;
  readonly componentType: ComponentType;
  /** The Topology's `interface_args`. */
  readonly args: readonly string[];
}

/** One call of a program of the device's owner: of an Interface, or of a gate. */
export interface ProgramSpec {
  /** Absolute path. */
  readonly executable: string;
  readonly args: readonly string[];
  /** Absolute path; the working directory, too. */
  readonly workDir: string;
  /** All that it reads on stdin; absent: nothing. */
  readonly input?: Uint8Array;
  /** Its stdout is an answer, and no log. */
  readonly answersOnStdout: boolean;
  /** 0: no limit. */
  readonly timeoutMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  /** All of its environment, but for what marks it as ours. */
  readonly environment: Readonly<Record<string, string>>;
  readonly runId: string;
  /** A fresh one unless the caller has its own. */
  readonly callId?: string;
  /** Ends the call early: it has then failed as interrupted. */
  readonly signal: AbortSignal;
  /** Called once it runs, so that a later run can find it. */
  readonly onStarted: (who: ProcessIdentity) => void;
  /** Told of each process that the call has left running and that was ended. */
  readonly onLeftOver?: (who: string) => void;
  /** Called with each line of its logs. */
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
}

export interface CallResult {
  /** Null: it ended with exit status 0. */
  readonly failure: FailureReason | null;
  /** What it printed on stdout, at most one byte more than the limit; empty where that is a log. */
  readonly answer: Uint8Array;
}

/** A call under way. */
export interface RunningCall {
  readonly ended: Promise<CallResult>;
  /** Ends what the call has left running, group or not; resolves when nobody is left, or none can be ended. */
  endLeftOvers(): Promise<void>;
}

/**
 * Calls an Interface and waits for its end; never throws for anything that it does. What `onStarted` throws comes
 * through once the Interface has been ended.
 */
export function callInterface(platform: CallPlatform, spec: CallSpec): Promise<CallResult> {
  return startCall(platform, spec).ended;
}

/** As callInterface, for those who have something to do while it runs. */
export function startCall(platform: CallPlatform, spec: CallSpec): RunningCall {
  const { call, workDir, componentType, args } = spec;
  return startProgram(platform, {
    ...spec,
    args: [call, workDir, componentType, ...args],
    answersOnStdout: queries.some((query) => query === call),
  });
}

/** The same rules for whatever program of the device's owner is called. */
export function startProgram({ processes, clock }: CallPlatform, spec: ProgramSpec): RunningCall {
  if (spec.signal.aborted) {
    const notCalled: CallResult = { failure: { kind: "interrupted" }, answer: new Uint8Array(0) };
    return { ended: Promise.resolve(notCalled), endLeftOvers: () => Promise.resolve() };
  }
  const callId = spec.callId ?? clock.randomId();
  const output = collectOutput(spec);
  const starting = processes.start({
    file: spec.executable,
    args: spec.args,
    cwd: spec.workDir,
    env: { ...spec.environment, [runIdVariable]: spec.runId, [callIdVariable]: callId },
    timeoutMs: spec.timeoutMs,
    graceMs: spec.graceMs,
    ...(spec.input !== undefined && { input: spec.input }),
    onOutput: output.take,
  });
  let wasTerminated = false;
  const forgetSignal = onAbort(spec.signal, () => {
    wasTerminated = true;
    void terminate();
  });

  async function terminate() {
    (await starting).terminate();
  }

  async function endLeftOvers() {
    for (let round = 0; round < endRounds; round += 1) {
      const left = processes.findByEnvironment(callIdVariable, callId);
      if (left.length === 0) return;
      const isLast = round > 0 && spec.signal.aborted;
      const graceMs = isLast ? 0 : spec.graceMs;
      await Promise.all(
        left.map(async (who) => {
          const text = processText(processes, who.pid);
          if (await processes.end(who, graceMs)) spec.onLeftOver?.(text);
        }),
      );
      if (isLast) return;
    }
  }

  /** Whoever cannot note down who was started must not have it running. */
  async function announced(child: RunningProcess) {
    try {
      if (child.pid !== 0) spec.onStarted({ pid: child.pid, startTime: child.startTime });
    } catch (error) {
      child.terminate();
      await child.ended;
      await endLeftOvers();
      throw error;
    }
  }

  async function ended(): Promise<CallResult> {
    const child = await starting;
    await announced(child);
    const end = await child.ended;
    forgetSignal();
    const failure = wasTerminated ? ({ kind: "interrupted" } as const) : failureOf(end);
    if (failure !== null && child.pid !== 0) await endLeftOvers();
    return { failure, answer: output.end() };
  }

  return { ended: ended(), endLeftOvers };
}

/** A process that still runs, for people: its pid and command line. */
export function processText(processes: Processes, pid: number): string {
  return `process ${String(pid)} (${processes.commandLine(pid)})`;
}

/** Who starts children faster than they can be ended is given up on after so many rounds. */
const endRounds = 5;

function failureOf(end: ProcessEnd): FailureReason | null {
  switch (end.kind) {
    case "exited":
      return end.code === 0 ? null : end;
    case "signalled":
    case "timed-out":
    case "not-started":
      return end;
    default:
      return assertNever(end);
  }
}

interface Output {
  readonly take: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
  /** No more comes; what was printed as an answer. */
  readonly end: () => Uint8Array;
}

function collectOutput({ answersOnStdout, onLine }: ProgramSpec): Output {
  const stderr = lineReader((line) => onLine("stderr", line));
  const stdout = lineReader((line) => onLine("stdout", line));
  const pieces: Uint8Array[] = [];
  let length = 0;

  function keep(bytes: Uint8Array) {
    const piece = bytes.slice(0, outputLimits.answer + 1 - length);
    if (piece.length > 0) pieces.push(piece);
    length += piece.length;
  }

  return {
    take(stream, bytes) {
      if (stream === "stderr") stderr.take(bytes);
      else if (answersOnStdout) keep(bytes);
      else stdout.take(bytes);
    },
    end() {
      stderr.end();
      stdout.end();
      const answer = new Uint8Array(length);
      let at = 0;
      for (const piece of pieces) {
        answer.set(piece, at);
        at += piece.length;
      }
      return answer;
    },
  };
}
