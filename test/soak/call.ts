import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { programPath } from "../support/program.ts";

/** The most that a process had at any time, as far as it was looked at. */
export interface Peak {
  readonly bytes: number;
  readonly descriptors: number;
}

export interface Called {
  /** Null where a signal ended it. */
  readonly exit: number | null;
  readonly stderr: string;
  readonly peak: Peak;
}

/** A signal, sent when so many milliseconds have passed, unless it has ended. */
export interface Shot {
  readonly signal: "SIGKILL" | "SIGTERM";
  readonly afterMs: number;
}

interface Where {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Between two looks at the process; milliseconds. */
const lookEveryMs = 10;

/** Runs the built program to its end, or shoots it. */
export async function call(
  args: readonly string[],
  { cwd, env }: Where,
  shot: Shot | null,
): Promise<Called> {
  const child = spawn(process.execPath, [programPath, ...args], {
    cwd,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  let peak: Peak = { bytes: 0, descriptors: 0 };
  const looks = setInterval(() => {
    if (child.pid !== undefined) peak = higher(peak, peakOf(child.pid));
  }, lookEveryMs);
  const aim = shot === null ? undefined : setTimeout(() => child.kill(shot.signal), shot.afterMs);
  try {
    // An Interface that outlives a killed call may hold its stderr: the exit is what counts.
    const exit = await new Promise<number | null>((settle, fail) => {
      child.on("exit", settle);
      child.on("error", fail);
    });
    return { exit, stderr, peak };
  } finally {
    clearInterval(looks);
    clearTimeout(aim);
    child.stderr.destroy();
  }
}

function peakOf(pid: number): Peak {
  try {
    const kib = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return { bytes: Number(kib ?? 0) * 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    // It has just ended.
    return { bytes: 0, descriptors: 0 };
  }
}

function higher(one: Peak, other: Peak): Peak {
  return {
    bytes: Math.max(one.bytes, other.bytes),
    descriptors: Math.max(one.descriptors, other.descriptors),
  };
}
