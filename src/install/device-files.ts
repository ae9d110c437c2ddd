import { join } from "node:path";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { readConstraintsFile } from "../manifest/constraints-file.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { TextFile } from "../manifest/source.ts";
import type { Constraints } from "../manifest/written-constraints.ts";
import { readTopology, type Topology } from "../manifest/topology.ts";
import type { Environment } from "./environment.ts";
import { readText } from "./input-files.ts";
import type { Machine } from "./machine.ts";
import { configurationPaths, readSettings, type Settings } from "./settings.ts";

/** A Topology, and the files that it was read from. */
export interface FiledTopology {
  readonly topology: Topology;
  readonly files: readonly TextFile[];
}

/** The Topology of this machine. */
export function topologyOf(machine: Machine, settings: Settings): Result<Topology> {
  const read = filedTopologyOf(machine, settings);
  return read.ok ? ok(read.value.topology) : read;
}

function filedTopologyOf(machine: Machine, settings: Settings): Result<FiledTopology> {
  const { platform, environment } = machine;
  const directory = environment.workingDirectory;
  if (platform.files.status(settings.topologyFile) === null) {
    return fail(withoutTopology(settings.topologyFile));
  }
  const file = readText(platform.files, directory, settings.topologyFile);
  if (!file.ok) return file;
  const { topologyComponents } = settings;
  if (topologyComponents === null) return filed(file.value, null);
  const components = readText(platform.files, directory, topologyComponents);
  return components.ok ? filed(file.value, components.value) : components;
}

function filed(file: TextFile, components: TextFile | null): Result<FiledTopology> {
  const topology = readTopology(file, components);
  if (!topology.ok) return topology;
  return ok({ topology: topology.value, files: components === null ? [file] : [file, components] });
}

function withoutTopology(path: string): Problem {
  return {
    code: "topology-missing",
    message: `This machine has no Topology: there is no "${path}".`,
    hint: "Write one, or name its directory with MENDER_ORCHESTRATOR_TOPOLOGY_DIR; a plan with --state needs none.",
  };
}

/** The Components that a Manifest of the first form names stand in where this machine has no Topology. */
export function topologyFor(
  machine: Machine,
  settings: Settings,
  manifest: Manifest,
): Result<FiledTopology> {
  const { inlineTopology } = manifest;
  const isThere = machine.platform.files.status(settings.topologyFile) !== null;
  if (isThere || inlineTopology === null) return filedTopologyOf(machine, settings);
  return ok({ topology: inlineTopology, files: [] });
}

/** A device's own rules lie here. */
export function deviceConstraintsFile({ confDir }: Environment): string {
  return join(confDir.value, "constraints.yaml");
}

/** The own rules of this machine, and the file that holds them; null: it has none. */
export function readDeviceConstraints({ platform, environment }: Machine): Result<{
  readonly constraints: Constraints;
  readonly file: TextFile;
} | null> {
  const path = deviceConstraintsFile(environment);
  if (platform.files.status(path) === null) return ok(null);
  const file = readText(platform.files, environment.workingDirectory, path);
  if (!file.ok) return file;
  const constraints = readConstraintsFile(file.value);
  return constraints.ok ? ok({ constraints: constraints.value, file: file.value }) : constraints;
}

/** The files of this machine that updates are planned with; without its settings as far as they are known. */
export function ownFiles(machine: Machine): readonly string[] {
  const { environment } = machine;
  const always = [...configurationPaths(environment), deviceConstraintsFile(environment)];
  const settings = readSettings(machine);
  if (!settings.ok) return always;
  const { topologyFile, topologyComponents, keyFiles } = settings.value;
  return [
    ...always,
    topologyFile,
    ...(topologyComponents === null ? [] : [topologyComponents]),
    ...keyFiles,
  ];
}
