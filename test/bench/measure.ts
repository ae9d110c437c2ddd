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
  /** Of the processor, children that it has waited for among them; what the kernel counts, in steps of 10 ms. */
  readonly cpuMs: number;
  /** The highest resident set that was seen, in bytes. */
  readonly peakBytes: number;
  /** What it had written to disks when it was last seen. */
  readonly writtenBytes: number;
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
    let seen: Seen = { cpuMs: 0, peakBytes: 0, writtenBytes: 0 };
    const watch = setInterval(() => (seen = seenNow(child.pid) ?? seen), 5);
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", refuse);
    child.on("exit", () => clearInterval(watch));
    child.on("close", (code) => {
      if (code === 0) settle({ ms: performance.now() - begin, ...seen });
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
  const runs = await byTurns(times, { ours, theirs });
  return { ours: runs.ours.ms, theirs: runs.theirs.ms };
}

/**
 * Any number of commands that run by turns: of each the median of its times, and the most of what else was seen of it.
 * The first round only warms the caches.
 */
export async function byTurns<Name extends string>(
  times: number,
  commands: Readonly<Record<Name, () => Promise<Run>>>,
): Promise<Readonly<Record<Name, Run>>> {
  const all = new Map<string, Run[]>();
  for (let round = 0; round <= times; round += 1) {
    for (const [name, once] of Object.entries<() => Promise<Run>>(commands)) {
      const one = await once();
      if (round > 0) all.set(name, [...(all.get(name) ?? []), one]);
    }
  }
  return mapValues(commands, (name) => summary(all.get(name) ?? []));
}

function mapValues<Name extends string, T>(
  names: Readonly<Record<Name, unknown>>,
  of: (name: string) => T,
): Readonly<Record<Name, T>>;
function mapValues(names: Readonly<Record<string, unknown>>, of: (name: string) => unknown) {
  return Object.fromEntries(Object.keys(names).map((name) => [name, of(name)]));
}

function summary(runs: readonly Run[]): Run {
  return {
    ms: median(runs.map(({ ms }) => ms)),
    cpuMs: median(runs.map(({ cpuMs }) => cpuMs)),
    peakBytes: Math.max(...runs.map(({ peakBytes }) => peakBytes)),
    writtenBytes: Math.max(...runs.map(({ writtenBytes }) => writtenBytes)),
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

type Seen = Pick<Run, "cpuMs" | "peakBytes" | "writtenBytes">;

/** The kernel's own counters; they vanish with the process, hence the polling. Null where they have. */
function seenNow(pid: number | undefined): Seen | null {
  try {
    const of = (name: string) => readFileSync(`/proc/${pid}/${name}`, "utf8");
    const number = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
    // From the process's state on: its name may hold anything. utime, stime, cutime, cstime are fields 14 to 17.
    const fields = of("stat")
      .replace(/^.*\) /s, "")
      .split(" ")
      .slice(11, 15);
    const peakBytes = number(of("status"), /^VmHWM:\s+(\d+) kB$/m) * 1024;
    if (peakBytes === 0) return null;
    return {
      cpuMs: fields.reduce((sum, ticks) => sum + Number(ticks) * 10, 0),
      peakBytes,
      writtenBytes: number(of("io"), /^write_bytes: (\d+)$/m),
    };
  } catch {
    return null;
  }
}
