import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { memoryDirectory } from "./memory-directory.ts";
import { realArtifact } from "./mender-artifact.ts";
import { type Ran, runProgram } from "./program.ts";

/** One of the Interfaces that come with the program, and a Component that it updates, as a test makes them. */
export interface ShippedCase {
  /** The Component's type, and its id. */
  readonly type: string;
  readonly interface: string;
  readonly payloadType: string;
  readonly args: (path: Place) => readonly string[];
  /** The Interface, where it is none of those that come with the program. */
  readonly script?: string;
  /** Makes the Component as it is with v1. */
  readonly prepare: (path: Place) => void;
  /** Added to the environment of the program. */
  readonly environment?: (path: Place) => Readonly<Record<string, string>>;
  /** Ends what lives on beside the program. */
  readonly end?: (path: Place) => void;
  readonly payload: (version: Release) => Readonly<Record<string, string | Uint8Array>>;
  /** What the Component is, told without its Interface; a text that is no Release where it is neither. */
  readonly runs: (path: Place) => string;
}

export type Release = "v1" | "v2";
export type Place = (...parts: readonly string[]) => string;

/** A System of such Components, of which each runs v1. */
export interface ShippedSystem {
  readonly path: Place;
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Ran;
  readonly runs: () => readonly string[];
  /** What the Interfaces tell, in the same order. */
  readonly told: () => readonly string[];
  readonly isInProgress: () => boolean;
  readonly remove: () => void;
}

/** The Artifacts of both releases, in a directory that several Systems use. */
export function artifactsOf(cases: readonly ShippedCase[], directory: string): void {
  for (const each of cases) {
    for (const version of ["v1", "v2"] as const) {
      const bytes = realArtifact({
        files: each.payload(version),
        args: ["-T", each.payloadType, "-t", each.type, "-n", `${each.type}-${version}`],
      });
      writeFileSync(join(directory, `${each.type}-${version}.mender`), bytes);
    }
  }
}

export function shippedSystem(cases: readonly ShippedCase[], artifacts: string): ShippedSystem {
  const directory = mkdtempSync(join(memoryDirectory(), "orchestrator-shipped-"));
  const path = (...parts: readonly string[]) => join(directory, ...parts);
  copyShippedInterfaces(path("interfaces"));
  writeFileSync(path("topology.yaml"), topologyOf(cases, path), { mode: 0o644 });
  for (const version of ["v1", "v2"] as const) {
    writeFileSync(path(`${version}.yaml`), manifestOf(cases, artifacts, version));
  }
  for (const each of cases) {
    if (each.script !== undefined) {
      writeFileSync(path("interfaces/v1", each.interface), each.script, { mode: 0o755 });
    }
    mkdirSync(path(each.type));
    each.prepare(path);
  }
  const environment = {
    MENDER_ORCHESTRATOR_DATA_DIR: directory,
    MENDER_ORCHESTRATOR_CONF_DIR: path("conf"),
    MENDER_ORCHESTRATOR_DATASTORE_DIR: path("datastore"),
    MENDER_ORCHESTRATOR_TOPOLOGY_DIR: directory,
    ...Object.fromEntries(cases.flatMap((each) => Object.entries(each.environment?.(path) ?? {}))),
  };
  const run: ShippedSystem["run"] = (args, env = {}) =>
    runProgram(args, {
      cwd: directory,
      env: { ...environment, ...env },
      // Some start programs that take long on a busy machine.
      limitMs: 240_000,
    });
  return {
    path,
    run,
    runs: () => cases.map((each) => each.runs(path)),
    told() {
      const lines = run(["show-provides"]).stdout.split("\n");
      return cases.map(({ type }) => {
        const key = `${type}.${type}.artifact_name=${type}-`;
        return lines.find((line) => line.startsWith(key))?.slice(key.length) ?? "unknown";
      });
    },
    isInProgress: () => existsSync(path("datastore/deployment/journal")),
    remove() {
      for (const each of cases) each.end?.(path);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Fails in its commit where there is a file `fail`: then all others have to go back. */
export const late: ShippedCase = {
  type: "late",
  interface: "late",
  payloadType: "late",
  script: `#!/bin/sh
. "\${0%/*}/../lib/orchestrator-interface.sh"
on_version() { read -r version <"$2" && echo "late-$version"; }
on_install() { one_file && keep_backup tmp/old save "$2" && read -r new <"$file" && echo "$new" >"$2"; }
save() { cp "$2" "$1/version"; }
on_commit() { [ ! -e "$2.fail" ]; }
on_rollback() { ! has_backup tmp/old || cp tmp/old/version "$2"; }
interface_run 1 "$@"
`,
  args: (path) => [path("late/version")],
  prepare: (path) => writeFileSync(path("late/version"), "v1\n"),
  payload: (version) => ({ version: `${version}\n` }),
  runs: (path) => readFileSync(path("late/version"), "utf8").trimEnd(),
};

/** As an installation has them: writable by nobody but their owner, whatever the checkout's umask was. */
export function copyShippedInterfaces(to: string): void {
  cpSync(resolve("bin/interfaces"), to, { recursive: true });
  for (const name of [".", "lib", "v1"]) chmodSync(join(to, name), 0o755);
  for (const name of readdirSync(join(to, "v1"))) chmodSync(join(to, "v1", name), 0o755);
}

function topologyOf(cases: readonly ShippedCase[], path: Place): string {
  return JSON.stringify({
    api_version: "mender/v1",
    kind: "topology",
    system_type: "workshop",
    components: cases.map((each) => ({
      component_type: each.type,
      interface: each.interface,
      interface_args: [each.type, ...each.args(path)],
    })),
  });
}

function manifestOf(cases: readonly ShippedCase[], artifacts: string, version: Release): string {
  const types = cases.map(({ type }) => type);
  const row = (release: Release) => types.map((type) => `${type}-${release}`);
  return JSON.stringify({
    api_version: "mender/v1",
    kind: "manifest",
    name: `workshop-${version}`,
    system_types_compatible: ["workshop"],
    component_types: Object.fromEntries(
      types.map((type) => [
        type,
        {
          artifact_name: `${type}-${version}`,
          artifact_path: join(artifacts, `${type}-${version}.mender`),
        },
      ]),
    ),
    constraints: {
      end_states: { columns: types, rows: { v1: row("v1"), v2: row("v2") } },
      transition_states: "any",
    },
  });
}
