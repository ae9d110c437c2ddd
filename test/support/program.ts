import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built program as people call it; `npm run build` has made it. */
export const programPath = fileURLToPath(new URL("../../bin/orchestrator", import.meta.url));

/** How a call of the program ended, and all it printed. */
export interface Ran {
  /** Null where a signal ended it. */
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to a minimal environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which it is killed, 50 seconds unless said: for what hangs. */
  readonly limitMs?: number;
}

/** The same without holding up who calls it, so that several can run beside each other. */
export async function runProgramBeside(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  return await new Promise((settle) => {
    const child = execFile(
      process.execPath,
      [programPath, ...args],
      {
        cwd: options.cwd,
        env: { PATH: process.env["PATH"], ...options.env },
        timeout: 50_000,
        killSignal: "SIGKILL",
      },
      (_, stdout, stderr) => {
        settle({ exit: child.exitCode, signal: child.signalCode, stdout, stderr });
      },
    );
  });
}

/** Runs the program to its end, or its limit. */
export function runProgram(args: readonly string[], options: RunOptions = {}): Ran {
  const child = spawnSync(process.execPath, [programPath, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env["PATH"], ...options.env },
    encoding: "utf8",
    timeout: options.limitMs ?? 50_000,
    killSignal: "SIGKILL",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (child.error !== undefined) throw child.error;
  return {
    exit: child.status,
    signal: child.signal,
    stdout: child.stdout,
    stderr: child.stderr,
  };
}

/** A log without the id of the deployment before each of its lines. */
export function withoutDeployment(log: string): string {
  return log.replaceAll(/^[0-9a-f]{12} {2}/gm, "");
}
