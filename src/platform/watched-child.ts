import type { Child } from "./child-process.ts";
import { drained } from "./drained.ts";
import { endGroup, outlive, signalGroup } from "./process-end.ts";
import { readProcess } from "./process-table.ts";
import type { ProcessEnd, ProcessSpec, RunningProcess } from "./types.ts";

/** The longest timer that there is, 24.8 days; a longer one would go off at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Reads what a child that was started just now writes, and sees to its end. One that failed or was ended takes what is
 * left of its group with it: when `ended` settles nobody of them is at work any more. One that ended well may leave
 * children behind.
 */
export function watchedChild(
  spec: Pick<ProcessSpec, "timeoutMs" | "graceMs" | "onOutput">,
  child: Child,
): RunningProcess {
  const { pid, stdout, stderr } = child;
  let received = 0;
  const receive = (stream: "stdout" | "stderr") => (bytes: Uint8Array) => {
    received += bytes.length;
    spec.onOutput(stream, bytes);
  };
  stdout.on("data", receive("stdout"));
  stderr.on("data", receive("stderr"));

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
    const { code, signal } = await child.exited;
    hasExited = true;
    clearTimeout(timeout);
    clearTimeout(killTimer);
    if (killAt !== null) await outlive(pid, Math.max(0, killAt - performance.now()));
    else if (code !== 0) await endGroup(pid, spec.graceMs);
    await drained([stdout, stderr], () => received);
    stdout.destroy();
    stderr.destroy();
    if (isOverTime) return { kind: "timed-out", afterMs: spec.timeoutMs };
    return code === null ? { kind: "signalled", signal: signal ?? "?" } : { kind: "exited", code };
  }

  // A child that has ended already still has its entry: only the event loop collects it.
  const startTime = readProcess(pid)?.startTime ?? "0";
  return { pid, startTime, ended: waited(), terminate };
}

function clamped(ms: number): number {
  return Math.min(ms, longestTimerMs);
}
