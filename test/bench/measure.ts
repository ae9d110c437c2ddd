import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The built program; `npm run bench` builds it first. */
export const program = resolve("bin/orchestrator");

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Run {
  readonly ms: number;
  /** The highest resident set that was seen, in bytes. */
  readonly peakBytes: number;
}

/** Runs it to its end, output thrown away; an exit status but 0 is an error that shows stderr. */
export function run(command: Command): Promise<Run> {
  return new Promise((settle, refuse) => {
    const begin = performance.now();
    const child = spawn(command.file, command.args, {
      stdio: ["ignore", "ignore", "pipe"],
      cwd: command.cwd,
      env: { ...withoutCertificates(), ...command.env },
    });
    let stderr = "";
    let peakBytes = 0;
    const watch = setInterval(() => (peakBytes = Math.max(peakBytes, peakOf(child.pid))), 5);
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", refuse);
    child.on("exit", () => clearInterval(watch));
    child.on("close", (code) => {
      if (code === 0) settle({ ms: performance.now() - begin, peakBytes });
      else
        refuse(new Error(`${command.file} ${command.args.join(" ")} ended in ${code}: ${stderr}`));
    });
  });
}

/** The median time of a command in milliseconds; the first run only warms the caches. */
export async function medianMs(times: number, once: () => Promise<Run>): Promise<number> {
  await once();
  const all: number[] = [];
  for (let count = 0; count < times; count += 1) all.push((await once()).ms);
  return median(all);
}

/** The medians of two commands that run by turns, so that whatever else the machine does hits both. */
export async function medianOfBoth(
  times: number,
  ours: () => Promise<Run>,
  theirs: () => Promise<Run>,
): Promise<{ readonly ours: number; readonly theirs: number }> {
  await ours();
  await theirs();
  const runs: { ours: number; theirs: number }[] = [];
  for (let count = 0; count < times; count += 1) {
    runs.push({ ours: (await ours()).ms, theirs: (await theirs()).ms });
  }
  return {
    ours: median(runs.map((run) => run.ours)),
    theirs: median(runs.map((run) => run.theirs)),
  };
}

/** What all threads of this process used since then, in milliseconds: others on the machine hardly change it. */
export function processorMs(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

/** A directory that is there while `use` runs. */
export async function inScratch<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "orchestrator-bench-"));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export const milliseconds = (ms: number) => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
export const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** Node reads extra certificates at every start where this is set, which nobody wants to measure. */
function withoutCertificates(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...others } = process.env;
  return others;
}

/** The kernel keeps the high-water mark; it vanishes with the process, hence the polling. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
