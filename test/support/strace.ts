import { spawnSync } from "node:child_process";
import type { RunOptions } from "./program.ts";

/** What happens to one call of the system: the process is killed before it, or it fails with this error. */
export type Fault = "kill" | "EIO" | "ENOSPC";

export interface Traced {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program under strace and injects a fault into its `nth` call, counted from 1, of a system call such as
 * `fdatasync`, or of all that match such as `/^rename`; each thread counts for itself. Needs `strace` (see `needs`).
 */
export function runWithFault(
  command: readonly string[],
  fault: { readonly call: string; readonly nth: number; readonly fault: Fault },
  { cwd, env }: RunOptions = {},
): Traced {
  const what = fault.fault === "kill" ? "signal=SIGKILL" : `error=${fault.fault}`;
  const inject = `inject=${fault.call}:${what}:when=${fault.nth}`;
  const strace = ["-f", "-qq", "-o", "/dev/null", "-e", `trace=${fault.call}`, "-e", inject];
  const { status, signal, stdout, stderr } = spawnSync("strace", [...strace, ...command], {
    cwd,
    env: env === undefined ? process.env : { PATH: process.env["PATH"], ...env },
    encoding: "utf8",
    timeout: 60_000,
  });
  return { exit: status, signal, stdout, stderr };
}
