import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copySeedSystem } from "../support/seed-system.ts";
import { dice } from "../support/planner-random.ts";
import type { Peak } from "./call.ts";
import { deploy, type Machine, prepare } from "./deployment.ts";
import { clearTemporary, grown, left, type Traces, tracesOf } from "./traces.ts";

/**
 * `npm run soak`: deployments of the built program in a row, there and back, on one datastore of the seed's System, for
 * SOAK_SECONDS (60). Calls are killed, boards fail, the boot id changes; after each deployment the System must be
 * whole, and nothing may be left that was not there before. SOAK_SEED runs the same troubles again, as far as no clock
 * decides. Prints what was seen; ends in 1 at the first deployment after which something is wrong.
 */
async function main(): Promise<void> {
  const seconds = Number(process.env["SOAK_SECONDS"] ?? 60);
  const seed = Number(process.env["SOAK_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
  process.stdout.write(`SOAK_SEED=${seed} for ${seconds} s\n`);
  const system = copySeedSystem();
  const temporary = mkdtempSync(join(tmpdir(), "orchestrator-soak-"));
  try {
    const machine = await prepare({ system, temporary, dice: dice(seed) });
    const wrong = await soak(machine, seconds);
    for (const one of wrong) process.stdout.write(`${one}\n`);
    if (wrong.length > 0) process.exitCode = 1;
  } finally {
    system.remove();
    rmSync(temporary, { recursive: true });
  }
}

/** What is wrong; empty: nothing. */
async function soak(machine: Machine, seconds: number): Promise<readonly string[]> {
  const first = await tracesOf(machine);
  const seen = new Map<string, number>();
  const peaks: Peak[] = [];
  const end = performance.now() + seconds * 1000;
  let calls = 0;
  for (let count = 1; ; count += 1) {
    const deployed = await deploy(machine);
    const what = `${deployed.trouble}: ${deployed.ends}`;
    seen.set(what, (seen.get(what) ?? 0) + 1);
    peaks.push(...deployed.peaks);
    calls += deployed.count;
    const traces = await tracesOf(machine);
    const wrong = [...deployed.wrong, ...left(first, traces, deployed.killed)];
    clearTemporary(machine);
    if (wrong.length > 0) return wrong.map((one) => `deployment ${count}, ${what}: ${one}`);
    if (performance.now() < end) continue;
    tell(`${count} deployments in ${calls} calls`, traces, peaks, seen);
    return grown(peaks);
  }
}

function tell(
  what: string,
  { files, journals, bytes }: Traces,
  peaks: readonly Peak[],
  seen: ReadonlyMap<string, number>,
): void {
  const memory = Math.max(...peaks.map((peak) => peak.bytes));
  const descriptors = Math.max(...peaks.map((peak) => peak.descriptors));
  const lines = [
    `${what}; the System was whole after each of them`,
    `  datastore: ${files.length} files besides ${journals} journals, ${bytes} bytes in all`,
    `  at most ${Math.round(memory / 1024 / 1024)} MiB and ${descriptors} open descriptors`,
    ...[...seen].toSorted(([a], [b]) => a.localeCompare(b)).map(([one, n]) => `  ${one}: ${n}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

await main();
