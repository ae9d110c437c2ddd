import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { callInterface, type CallSpec } from "../../src/interface/call.ts";
import { nodeClock } from "../../src/platform/clock.ts";
import { nodeProcesses } from "../../src/platform/processes.ts";
import { bundle } from "../support/bundled.ts";
import { inScratch, medianMs, megabytes, milliseconds, run } from "./measure.ts";
import type { Bench, BenchRow } from "./row.ts";
import { callSpec } from "../support/interfaces.ts";

const largeBytes = 256 * 2 ** 20;
const smallBytes = 16 * 2 ** 20;
const memoryLimit = 140e6;
const platform = { processes: nodeProcesses(), clock: nodeClock() };

/** Single calls, many at once, and payloads through named pipes. */
export const interfaces: Bench = () =>
  inScratch(async (directory) => [
    await oneCall(directory),
    await fiftyCalls(directory),
    ...(await streams(directory)),
  ]);

async function oneCall(directory: string): Promise<BenchRow> {
  const executable = script(directory, "nothing", "exit 0");
  const spec = callSpec({ executable, call: "ArtifactInstall", workDir: directory });
  const ours: number[] = [];
  const plain: number[] = [];
  // By turns, so that whatever else the machine does hits both.
  for (let round = 0; round < 300; round += 1) {
    ours.push(await took(() => callInterface(platform, spec)));
    plain.push(await took(() => plainSpawn(executable, spec)));
  }
  return {
    name: "one call of an Interface",
    measured: milliseconds(medianOf(ours)),
    reference: `spawn of the same: ${milliseconds(medianOf(plain))}`,
    ratio: medianOf(ours) / medianOf(plain),
    limit: 1.9,
  };
}

/** The least that Node can do to run a program, have its output, and know how it ended. */
function plainSpawn(executable: string, spec: CallSpec): Promise<void> {
  return new Promise((settle) => {
    const child = spawn(executable, [spec.call, spec.workDir, spec.componentType], {
      cwd: spec.workDir,
      env: spec.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.resume();
    child.stderr.resume();
    child.on("close", () => settle());
  });
}

async function fiftyCalls(directory: string): Promise<BenchRow> {
  const spec = callSpec({
    executable: script(directory, "half-a-second", "exec sleep 0.5"),
    call: "ArtifactInstall",
    workDir: directory,
  });
  const all: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    all.push(
      await took(() =>
        Promise.all(Array.from({ length: 50 }, () => callInterface(platform, spec))),
      ),
    );
  }
  const ms = medianOf(all);
  return {
    name: "fifty Components of 0.5 s",
    measured: milliseconds(ms),
    reference: "0.5 s",
    ratio: ms / 500,
    limit: 1.5,
  };
}

async function streams(directory: string): Promise<readonly BenchRow[]> {
  const worker = bundle(
    "test/bench/stream-many.ts",
    resolve("node_modules/.cache/stream-many.mjs"),
  );
  const reader = script(
    directory,
    "reads",
    '[ "$1" = Download ] || exit 0\nwhile s=$(cat stream-next) && [ -n "$s" ]; do cat "$s" >/dev/null || exit; done',
  );
  const large = await writeArtifact(directory, "large", largeBytes);
  const small = await writeArtifact(directory, "small", smallBytes);
  const peak = { one: 0, fifty: 0 };
  const ours = (file: string, count: number) =>
    run({ file: process.execPath, args: [worker, file, reader, directory, String(count)] });

  const shell = await medianMs(3, () =>
    run({
      file: "sh",
      args: ["-c", `tar -xOf "$0" data/0000.tar.gz | gzip -dc | tar -xO | cat >/dev/null`, large],
    }),
  );
  const one = await medianMs(3, async () => {
    const each = await ours(large, 1);
    peak.one = Math.max(peak.one, each.peakBytes);
    return each;
  });
  peak.fifty = (await ours(small, 50)).peakBytes;
  const memory = (name: string, bytes: number): BenchRow => ({
    name,
    measured: megabytes(bytes),
    reference: `allowed: ${megabytes(memoryLimit)}`,
    ratio: bytes / memoryLimit,
    limit: 1,
  });
  return [
    {
      name: "stream 256 MiB to cat",
      measured: milliseconds(one),
      reference: `tar | gzip -dc | tar | cat: ${milliseconds(shell)}`,
      ratio: one / shell,
      limit: 1,
    },
    memory("peak memory of one stream", peak.one),
    memory("peak memory of fifty streams", peak.fifty),
  ];
}

function script(directory: string, name: string, body: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

async function took(act: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await act();
  return performance.now() - begin;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Of real machine code, over and over: it compresses as firmware does. */
async function writeArtifact(directory: string, name: string, bytes: number): Promise<string> {
  const payload = join(directory, `${name}.img`);
  const code = readFileSync(process.execPath);
  const fd = openSync(payload, "wx", 0o600);
  for (let left = bytes; left > 0; left -= code.length) {
    writeSync(fd, code, 0, Math.min(left, code.length));
  }
  closeSync(fd);
  const file = join(directory, `${name}.mender`);
  const args = "write module-image -T gateway -t gateway --compression gzip -n".split(" ");
  await run({ file: "mender-artifact", args: [...args, name, "-f", payload, "-o", file] });
  return file;
}
