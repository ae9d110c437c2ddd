import type { Problem } from "../core/problem.ts";
import type { PlannedGate } from "../deployment/records.ts";
import { checkExecutable } from "../interface/executable.ts";
import type { TopologyGate } from "../manifest/topology.ts";
import { gatePath, type Machine } from "./machine.ts";
import { gateExposure } from "./permissions.ts";
import type { Settings } from "./settings.ts";

/** A problem for each gate that is not there, cannot be run, or can be changed by others, with its place. */
export function unfitGates(
  machine: Machine,
  settings: Settings,
  gates: readonly TopologyGate[],
): readonly Problem[] {
  const { files } = machine.platform;
  return gates.flatMap(({ name, at }) => {
    const path = gatePath(machine, name);
    const looked = checkExecutable(files, path, settings.allowsWritableInterfaces, "gate");
    const problems = looked.ok ? gateExposure(machine, settings, [path]) : looked.problems;
    return problems.map((problem) => ({ ...problem, at }));
  });
}

/** As the journal keeps it: later calls do not read the Topology. */
export function plannedGate({
  name,
  moments,
  timeoutSeconds,
  deferAtMostMs,
}: TopologyGate): PlannedGate {
  return { name, at: moments, timeoutMs: timeoutSeconds * 1000, deferAtMostMs };
}
