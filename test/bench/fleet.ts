import { closeSync, openSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { byTurns, inScratch, megabytes, program, run } from "./measure.ts";
import type { Bench } from "./row.ts";

/** So much may a million lines take. */
const limits = { cpuMs: 15_000, peakBytes: 200e6 } as const;

const types = ["gateway", "motor", "sensor", "light", "radio"] as const;
const releases = 4;
const distinct = 1000;

/**
 * A million devices of ten Components in a thousand states, counted and answered; beside it what parsing alone takes.
 */
export const fleet: Bench = async ({ isQuick }) =>
  await inScratch(async (directory) => {
    const lines = isQuick ? 100_000 : 1_000_000;
    const manifest = join(directory, "manifest.yaml");
    const devices = join(directory, "fleet.ndjson");
    const parser = join(directory, "parse.mjs");
    writeFileSync(manifest, manifestText());
    writeFleet(devices, lines);
    writeFileSync(parser, parserText);
    const node = (...args: readonly string[]) => run({ file: process.execPath, args });
    const plan = [program, "plan", manifest, "--fleet", devices];
    const runs = await byTurns(1, {
      summary: () => node(...plan),
      answers: () => node(...plan, "--json"),
      parsing: () => node(parser, devices),
    });
    const size = `${lines} lines, ${megabytes(statSync(devices).size)}`;
    const share = lines / 1_000_000;
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s of the processor`;
    return [
      {
        name: `fleet, summary (${size})`,
        measured: seconds(runs.summary.cpuMs),
        reference: `at most: ${seconds(limits.cpuMs * share)}`,
        ratio: runs.summary.cpuMs / (limits.cpuMs * share),
        limit: 1,
      },
      {
        name: "the same against parsing alone",
        measured: seconds(runs.summary.cpuMs),
        reference: `JSON.parse of each line: ${seconds(runs.parsing.cpuMs)}`,
        ratio: runs.summary.cpuMs / runs.parsing.cpuMs,
        limit: null,
      },
      {
        name: "an answer for each line",
        measured: seconds(runs.answers.cpuMs),
        reference: `JSON.parse of each line: ${seconds(runs.parsing.cpuMs)}`,
        ratio: runs.answers.cpuMs / runs.parsing.cpuMs,
        limit: null,
      },
      ...(["summary", "answers"] as const).map((name) => ({
        name: `memory, ${name}`,
        measured: megabytes(runs[name].peakBytes),
        reference: `at most: ${megabytes(limits.peakBytes)}`,
        ratio: runs[name].peakBytes / limits.peakBytes,
        limit: 1,
      })),
    ];
  });

function manifestText(): string {
  const wanted = types.map(
    (type) =>
      `  ${type}:\n    artifact_name: ${type}-v${releases}\n    artifact_path: ${type}-v${releases}.mender\n`,
  );
  return `api_version: mender/v1
kind: manifest
name: fleet-v${releases}
system_types_compatible: [robot]
component_types:
${wanted.join("")}constraints:
  end_states:
    columns: [${types.join(", ")}]
    rows:
      new: [${types.map((type) => `${type}-v${releases}`).join(", ")}]
      other: [${types.map(() => '"*"').join(", ")}]
`;
}

/** The states by turns, each with the ids of its own device. */
function writeFleet(path: string, lines: number): void {
  const fd = openSync(path, "w");
  for (let first = 0; first < lines; first += 10_000) {
    const some = Array.from({ length: Math.min(10_000, lines - first) }, (_, at) =>
      deviceText(first + at),
    );
    writeSync(fd, `${some.join("\n")}\n`);
  }
  closeSync(fd);
}

function deviceText(device: number): string {
  const state = device % distinct;
  const components = types.flatMap((type, index) => {
    const version = `${type}-v${(Math.floor(state / releases ** index) % releases) + 1}`;
    return [0, 1].map((at) => ({ component_type: type, id: `${type}-${device}-${at}`, version }));
  });
  return JSON.stringify({ id: `device-${device}`, components });
}

const parserText = `import { openSync, readSync } from "node:fs";
const fd = openSync(process.argv[2], "r");
const piece = Buffer.alloc(256 * 1024);
let rest = "";
let lines = 0;
for (let count = readSync(fd, piece); count > 0; count = readSync(fd, piece)) {
  const texts = (rest + piece.toString("utf8", 0, count)).split("\\n");
  rest = texts.pop();
  for (const text of texts) {
    JSON.parse(text);
    lines += 1;
  }
}
console.log(lines);
`;
