import { accessSync, chmodSync, constants, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeArtifact } from "./artifact.ts";
import { byTurns, inScratch, megabytes, milliseconds, program, type Run, run } from "./measure.ts";
import type { Bench, BenchRow } from "./row.ts";

/**
 * One Artifact of 256 MiB, installed and committed by Debian's Mender Client through an update module that does
 * nothing, and by this program through an Interface that does nothing: both verify it and store its payload.
 * Needs root and a mount namespace, for the client looks for its modules in one place only.
 */
export const menderClient: Bench = () =>
  inScratch(async (directory) => {
    if (!isClientThere()) {
      console.error("mender-client: not measured, it needs root and Debian's mender-client");
      return [];
    }
    const artifact = await writeArtifact(directory);
    const client = prepareClient(directory, artifact);
    const system = prepareSystem(directory);
    const { ours, theirs } = await byTurns(3, { ours: system, theirs: client });
    const row = (
      name: string,
      show: (of: Run) => string,
      value: (of: Run) => number,
    ): BenchRow => ({
      name,
      measured: show(ours),
      reference: `mender install, commit: ${show(theirs)}`,
      ratio: value(ours) / value(theirs),
      limit: 1,
    });
    return [
      row(
        "install 256 MiB",
        ({ ms }) => milliseconds(ms),
        ({ ms }) => ms,
      ),
      row(
        "processor time of it",
        ({ cpuMs }) => milliseconds(cpuMs),
        ({ cpuMs }) => cpuMs,
      ),
      row(
        "peak memory of it",
        ({ peakBytes }) => megabytes(peakBytes),
        ({ peakBytes }) => peakBytes,
      ),
    ];
  });

export function isClientThere(): boolean {
  try {
    accessSync("/usr/bin/mender", constants.X_OK);
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

const clientModule = `#!/bin/sh
[ "$1" != SupportsRollback ] || echo Yes
`;

/** Install, then commit, each a process of the client, which demands the signature of a key if it is given its file. */
export function prepareClient(
  directory: string,
  artifact: string,
  keyFile: string | null = null,
): () => Promise<Run> {
  const [data, module] = [join(directory, "client"), join(directory, "module")];
  mkdirSync(data);
  writeFileSync(join(data, "device_type"), "device_type=gateway\n");
  writeFileSync(module, clientModule);
  const mounts = [
    "mount -t tmpfs tmpfs /usr/share/mender/modules/v3",
    "mount -t tmpfs tmpfs /etc/mender",
    `install -m 755 ${module} /usr/share/mender/modules/v3/gateway`,
    "echo artifact_name=small >/etc/mender/artifact_info",
    `echo '${JSON.stringify(keyFile === null ? {} : { ArtifactVerifyKey: keyFile })}' >/etc/mender/mender.conf`,
    `exec mender --data ${data} --no-syslog "$@"`,
  ].join("\n");
  const mender = (...args: readonly string[]) =>
    run({ file: "unshare", args: ["-m", "sh", "-euc", mounts, "sh", ...args] });
  return async () => {
    const installed = await mender("install", artifact);
    const committed = await mender("commit");
    return {
      ms: installed.ms + committed.ms,
      cpuMs: installed.cpuMs + committed.cpuMs,
      peakBytes: Math.max(installed.peakBytes, committed.peakBytes),
      writtenBytes: installed.writtenBytes + committed.writtenBytes,
    };
  };
}

const interfaceScript = `#!/bin/sh
case $1 in
  Identity) echo id=G13 ;;
  Provides) read -r v <"\${0%/*}/../../version" && echo "rootfs-image.gateway.version=$v" ;;
  ArtifactInstall) echo large >"\${0%/*}/../../version" ;;
  SupportsRollback) echo Yes ;;
esac
`;

const topology = `api_version: mender/v1
kind: topology
system_type: bench
components: [{ component_type: gateway }]
`;

const manifest = `api_version: mender/v1
kind: manifest
name: large
system_types_compatible: [bench]
component_types:
  gateway: { artifact_path: large.mender, update_strategy: { order: 1 } }
`;

/** A System of one Component, on which the Manifest of the large Artifact, or a bundle of it, is installed. */
export function prepareSystem(
  directory: string,
  input = join(directory, "manifest.yaml"),
): () => Promise<Run> {
  mkdirSync(join(directory, "interfaces/v1"), { recursive: true });
  writeFileSync(join(directory, "interfaces/v1/gateway"), interfaceScript);
  chmodSync(join(directory, "interfaces/v1/gateway"), 0o755);
  writeFileSync(join(directory, "topology.yaml"), topology);
  writeFileSync(join(directory, "manifest.yaml"), manifest);
  return async () => {
    writeFileSync(join(directory, "version"), "small\n");
    return run({
      file: process.execPath,
      args: [program, "install", input],
      env: {
        MENDER_ORCHESTRATOR_CONF_DIR: join(directory, "conf"),
        MENDER_ORCHESTRATOR_DATA_DIR: directory,
        MENDER_ORCHESTRATOR_DATASTORE_DIR: join(directory, "store"),
        MENDER_ORCHESTRATOR_TOPOLOGY_DIR: directory,
      },
    });
  };
}
