import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** A path below the root of a throw-away machine as this process can reach it. */
type PathOnRoot = (...parts: readonly string[]) => string;

/** There the seed's Interfaces and boards lie on a throw-away machine. */
export const seedPlace = "/usr/share/mender-orchestrator";

/** This program, by bin/install-device. */
export function installProgram(root: string): void {
  const { status, stderr } = spawnSync("sh", [resolve("bin/install-device"), "--root", root], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`install-device ended in ${String(status)}: ${stderr}`);
}

/** The Interfaces and the boards of the seed's System, and its Topology. */
export function furnishWithSeed(path: PathOnRoot): void {
  const seed = resolve("fixtures/systems/seed");
  for (const part of ["interfaces", "boards"]) {
    cpSync(join(seed, part), path(seedPlace, part), { recursive: true, preserveTimestamps: true });
  }
  const { status } = spawnSync("chmod", ["-R", "go-w", path(seedPlace)]);
  if (status !== 0) throw new Error("the Interfaces could not be made safe");
  cpSync(join(seed, "topology.yaml"), path("/var/lib/mender-orchestrator/topology.yaml"));
}

/** Every call of an Interface so far: `<state> <board>`. */
export function boardCalls(path: PathOnRoot): readonly string[] {
  const log = path(seedPlace, "boards/calls.log");
  return existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
}
