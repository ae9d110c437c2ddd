import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { byTurns, inScratch, megabytes, milliseconds, program, type Run, run } from "./measure.ts";
import type { Bench, BenchRow } from "./row.ts";

const payloadBytes = 256 * 2 ** 20;
const memoryLimit = 96e6;
const bundled = { artifacts: 20, payloadBytes: 16 * 2 ** 20 };

/** Reading and verifying large Artifacts, every checksum of them. */
export const artifact: Bench = () =>
  inScratch(async (directory) => [
    ...(await ofCode(directory)),
    ...(await ofRandomData(directory)),
    ...(await ofBundle(directory)),
  ]);

async function ofCode(directory: string): Promise<readonly BenchRow[]> {
  const file = await writeArtifact(directory);
  const packed = join(directory, "payload.gz");
  await shell(`tar -xOf "$0" data/0000.tar.gz >"$1"`, file, packed);
  const { ours, theirs, gunzip } = await byTurns(5, {
    ours: () => validate(file),
    theirs: () => run({ file: "mender-artifact", args: ["validate", file] }),
    gunzip: () => run({ file: process.execPath, args: ["-e", gunzipAlone, packed] }),
  });
  return [
    against("verify 256 MiB of code", ours, "mender-artifact validate", theirs, 1 / 1.2),
    against("the same", ours, "gunzip alone in Node", gunzip, 1 / 0.65),
    memory(ours),
  ];
}

/** As fast as it gets: the pieces that proved best. */
const gunzipAlone = `
  const { createReadStream } = require("node:fs");
  const { createGunzip } = require("node:zlib");
  createReadStream(process.argv[1], { highWaterMark: 256 * 1024 })
    .pipe(createGunzip({ chunkSize: 1024 * 1024 }))
    .resume();
`;

async function ofRandomData(directory: string): Promise<readonly BenchRow[]> {
  const payload = join(directory, "random.img");
  const mebibytes = Array.from(
    { length: payloadBytes / 2 ** 20 },
    () => () => randomBytes(2 ** 20),
  );
  writeInPieces(payload, mebibytes);
  const file = await wrap(directory, "random", payload);
  const { ours, theirs } = await byTurns(3, {
    ours: () => validate(file),
    theirs: () =>
      shell(`tar -xOf "$0" data/0000.tar.gz | gzip -dc | tar -xO | sha256sum >/dev/null`, file),
  });
  rmSync(file);
  rmSync(payload);
  return [
    against("verify 256 MiB of random data", ours, "tar | gzip -dc | tar | sha256sum", theirs, 1.5),
    memory(ours),
  ];
}

/** Each Artifact of its own bytes, all in one file, against the same Artifacts as so many files. */
async function ofBundle(directory: string): Promise<readonly BenchRow[]> {
  const code = readFileSync(process.execPath);
  const names = Array.from({ length: bundled.artifacts }, (_, at) => `part-${at}`);
  const files: string[] = [];
  for (const [at, name] of names.entries()) {
    const payload = join(directory, `${name}.img`);
    const from = (at * 2 ** 20) % (code.length - bundled.payloadBytes);
    writeFileSync(payload, code.subarray(from, from + bundled.payloadBytes));
    files.push(await wrap(directory, name, payload, name));
  }
  const manifest = join(directory, "manifest.yaml");
  writeFileSync(manifest, manifestOf(names));
  const bundle = join(directory, "bundle.tar");
  const args = [program, "bundle", "create", "--manifest", manifest, "-o", bundle];
  execFileSync(process.execPath, args);
  const { ours, theirs } = await byTurns(3, {
    ours: () => run({ file: process.execPath, args: [program, "bundle", "verify", bundle] }),
    theirs: () => shell(`for each do mender-artifact validate "$each"; done`, "sh", ...files),
  });
  return [
    against("verify a bundle of 20 times 16 MiB", ours, "mender-artifact for each", theirs, null),
    memory(ours),
    {
      name: "written to disk by it",
      measured: megabytes(ours.writtenBytes),
      reference: `the bundle: ${megabytes(statSync(bundle).size)}`,
      ratio: ours.writtenBytes / statSync(bundle).size,
      limit: 0,
    },
  ];
}

const manifestOf = (names: readonly string[]) => `api_version: mender/v1
kind: manifest
name: bench
system_types_compatible: [bench]
component_types:
${names.map((name) => `  ${name}: { artifact_path: ${name}.mender, update_strategy: { order: 1 } }`).join("\n")}
`;

function against(
  name: string,
  ours: Run,
  reference: string,
  theirs: Run,
  limit: number | null,
): BenchRow {
  return {
    name,
    measured: milliseconds(ours.ms),
    reference: `${reference}: ${milliseconds(theirs.ms)}`,
    ratio: ours.ms / theirs.ms,
    limit,
  };
}

function memory({ peakBytes }: Run): BenchRow {
  return {
    name: "peak memory of it",
    measured: megabytes(peakBytes),
    reference: `allowed: ${megabytes(memoryLimit)}`,
    ratio: peakBytes / memoryLimit,
    limit: 1,
  };
}

const validate = (file: string) =>
  run({ file: process.execPath, args: [program, "validate", file] });

/** The first of `args` is `$0`. */
const shell = (script: string, ...args: readonly string[]) =>
  run({ file: "sh", args: ["-euc", script, ...args] });

/** 256 MiB of machine code, for Components of type `gateway`, named `large`. */
export async function writeArtifact(directory: string): Promise<string> {
  const payload = join(directory, "payload.img");
  writeCode(payload);
  return wrap(directory, "large", payload);
}

async function wrap(
  directory: string,
  name: string,
  payload: string,
  componentType = "gateway",
): Promise<string> {
  const file = join(directory, `${name}.mender`);
  const args = ["write", "module-image", "-T", "gateway", "-t", componentType, "-n", name];
  await run({
    file: "mender-artifact",
    args: [...args, "--compression", "gzip", "-f", payload, "-o", file],
  });
  return file;
}

/** Machine code, over and over: it compresses as firmware does, and the window of gzip is far shorter. */
function writeCode(path: string) {
  const code = readFileSync(process.execPath);
  const pieces: (() => Uint8Array)[] = [];
  for (let left = payloadBytes; left > 0; left -= code.length) {
    const length = Math.min(left, code.length);
    pieces.push(() => code.subarray(0, length));
  }
  writeInPieces(path, pieces);
}

function writeInPieces(path: string, pieces: readonly (() => Uint8Array)[]) {
  const fd = openSync(path, "wx", 0o600);
  for (const piece of pieces) writeSync(fd, piece());
  closeSync(fd);
}
