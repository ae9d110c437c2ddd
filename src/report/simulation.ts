import type { ComponentId } from "../core/ids.ts";
import type { System } from "../manifest/system.ts";
import type { End } from "../simulate/ends.ts";
import type { Simulated } from "../simulate/simulate.ts";

/** What is told about a simulation, and how it is judged. */
export interface SimulationReport {
  readonly manifest: string;
  /** How many faults may happen in one deployment. */
  readonly faults: number;
  readonly system: System;
  /** The System's own start first. */
  readonly runs: readonly Simulated[];
  /** Components whose risk is accepted: an inconsistent end that names one of them is no failure. */
  readonly accepted: readonly ComponentId[];
}

/** An end that must not be: inconsistent and not accepted, or other than the machine claims. */
export function isBad(end: End, accepted: readonly ComponentId[]): boolean {
  if (end.isUntrue) return true;
  if (end.outcome !== "inconsistent") return false;
  return !end.inconsistent.some((component) => accepted.includes(component));
}

/** Whether all that was asked for was tried from here, and all of it ends acceptable. */
export function isRunAcceptable(
  { exploration, answer }: Simulated,
  accepted: readonly ComponentId[],
): boolean {
  if (exploration === null) return answer.kind === "no-plan";
  const isGood = exploration.ends.every((end) => !isBad(end, accepted));
  return exploration.isComplete && exploration.forbidden.length === 0 && isGood;
}

/** Whether every run ends acceptable; from the System's own start there must be something to run. */
export function isAcceptable({ runs, accepted }: SimulationReport): boolean {
  const [own] = runs;
  if (own?.exploration === null) return false;
  return runs.every((run) => isRunAcceptable(run, accepted));
}

export function startVersions(system: System, { start }: Simulated): readonly string[] {
  return system.components.map(
    ({ type }, index) => system.types[type]?.versions[start[index] ?? -1] ?? "?",
  );
}
