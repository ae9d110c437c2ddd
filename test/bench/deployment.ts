import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { inScratch, medianOfBoth, milliseconds, program, run, type Command } from "./measure.ts";
import type { Bench } from "./row.ts";

const artifacts = resolve("fixtures/systems/seed/artifacts");

/**
 * One deployment of three Components whose Interfaces end at once, against a shell script that makes
 * the same calls with the same parallelism and nothing else: no plan, no checksum, no journal.
 */
export const deployment: Bench = () =>
  inScratch(async (directory) => {
    const system = writeSystem(directory);
    const calls = await recordCalls(system);
    const script = join(directory, "same-calls.sh");
    writeFileSync(script, sameCalls(system, calls));
    const least = join(directory, "same-calls.mjs");
    writeFileSync(least, leastInNode(system, calls));
    const fromShell = () => run({ file: "sh", args: [script] });
    const { ours, theirs } = await medianOfBoth(
      15,
      () => {
        system.reset();
        return run(system.install);
      },
      fromShell,
    );
    const floor = await medianOfBoth(
      15,
      () => run({ file: process.execPath, args: [least] }),
      fromShell,
    );
    return [
      {
        name: "deployment of three",
        measured: milliseconds(ours),
        reference: `${calls.length} calls from sh: ${milliseconds(theirs)}`,
        ratio: ours / theirs,
        limit: 2,
      },
      {
        name: "those calls from Node, one sync a round",
        measured: milliseconds(floor.ours),
        reference: `${calls.length} calls from sh: ${milliseconds(floor.theirs)}`,
        ratio: floor.ours / floor.theirs,
        limit: null,
      },
    ];
  });

interface BenchSystem {
  readonly directory: string;
  readonly install: Command;
  /** Every Component reports v1 again. */
  readonly reset: () => void;
}

/** Its answers come from files read and written by the theirs itself: no process is started. */
const interfaceScript = `#!/bin/sh
at=\${0%/*}/../../boards/$4
if [ -f "$at.calls" ]; then echo "$1 $3 $4" >>"\${at%/*}/calls"; fi
case $1 in
  Identity) echo "id=$4" ;;
  Provides) read -r v <"$at" && echo "rootfs-image.$3.version=$3-$v" ;;
  ArtifactInstall) echo v2 >"$at" ;;
  SupportsRollback) echo Yes ;;
esac
`;

const components = [
  { id: "G13", type: "gateway" },
  { id: "R456", type: "rtos" },
  { id: "R998", type: "rtos" },
] as const;

function writeSystem(directory: string): BenchSystem {
  for (const part of ["interfaces/v1", "boards", "conf", "store"]) {
    mkdirSync(join(directory, part), { recursive: true });
  }
  for (const type of ["gateway", "rtos"]) {
    const file = join(directory, "interfaces/v1", type);
    writeFileSync(file, interfaceScript);
    chmodSync(file, 0o755);
    copyFileSync(join(artifacts, `${type}-v2.mender`), join(directory, `${type}-v2.mender`));
  }
  const topology = components.map(
    ({ id, type }) => `  - { component_type: ${type}, interface_args: [${id}] }\n`,
  );
  writeFileSync(
    join(directory, "topology.yaml"),
    `api_version: mender/v1\nkind: topology\nsystem_type: bench\ncomponents:\n${topology.join("")}`,
  );
  writeFileSync(join(directory, "manifest.yaml"), manifest);
  return {
    directory,
    install: {
      file: process.execPath,
      args: [program, "install", join(directory, "manifest.yaml")],
      env: {
        MENDER_ORCHESTRATOR_CONF_DIR: join(directory, "conf"),
        MENDER_ORCHESTRATOR_DATA_DIR: directory,
        MENDER_ORCHESTRATOR_DATASTORE_DIR: join(directory, "store"),
        MENDER_ORCHESTRATOR_TOPOLOGY_DIR: directory,
      },
    },
    reset: () => {
      for (const { id } of components) writeFileSync(join(directory, "boards", id), "v1\n");
    },
  };
}

const manifest = `api_version: mender/v1
kind: manifest
name: bench
system_types_compatible: [bench]
component_types:
  gateway: { artifact_path: gateway-v2.mender, update_strategy: { order: 1 } }
  rtos: { artifact_path: rtos-v2.mender, update_strategy: { order: 2 } }
`;

interface Call {
  readonly state: string;
  readonly type: string;
  readonly id: string;
}

/** One deployment with logging on: what the script has to call. */
async function recordCalls(system: BenchSystem): Promise<readonly Call[]> {
  const markers = components.map(({ id }) => join(system.directory, "boards", `${id}.calls`));
  for (const marker of markers) writeFileSync(marker, "");
  system.reset();
  await run(system.install);
  const log = join(system.directory, "boards/calls");
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  for (const file of [...markers, log]) rmSync(file);
  return lines.map((line) => {
    const [state = "", type = "", id = ""] = line.split(" ");
    return { state, type, id };
  });
}

/** Calls of one state to Components of one order group ran side by side. */
function roundsOf(calls: readonly Call[]): readonly (readonly Call[])[] {
  const rounds: Call[][] = [];
  for (const [at, call] of calls.entries()) {
    const before = calls[at - 1];
    const isOfLast = before?.state === call.state && before.type === call.type;
    if (isOfLast) rounds.at(-1)?.push(call);
    else rounds.push([call]);
  }
  return rounds;
}

function commandOf({ directory }: BenchSystem, { state, type, id }: Call): readonly string[] {
  return [`${directory}/interfaces/v1/${type}`, state, `${directory}/store`, type, id];
}

function sameCalls(system: BenchSystem, calls: readonly Call[]): string {
  const rounds = roundsOf(calls).map((round) =>
    round.map((call) => `${commandOf(system, call).join(" ")} >/dev/null &\n`).join(""),
  );
  return `cd ${system.directory}/store || exit\n${rounds.join("wait\n")}wait\n`;
}

/** What nothing that is written for Node and survives a power cut can fall below. */
function leastInNode(system: BenchSystem, calls: readonly Call[]): string {
  const rounds = roundsOf(calls).map((round) => round.map((call) => commandOf(system, call)));
  return `import { spawn } from "node:child_process";
import { fdatasyncSync, openSync, writeSync } from "node:fs";

const journal = openSync(${JSON.stringify(join(system.directory, "least.journal"))}, "a");
for (const round of ${JSON.stringify(rounds)}) {
  writeSync(journal, "round\\n");
  fdatasyncSync(journal);
  await Promise.all(round.map(([file, ...args]) => new Promise((settle) => {
    const child = spawn(file, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.resume();
    child.stderr.resume();
    child.on("exit", settle);
  })));
}
`;
}
