import type { ComponentId } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import type { System } from "../manifest/system.ts";
import type { End } from "../simulate/ends.ts";
import type { Simulated } from "../simulate/simulate.ts";
import { versionName } from "./explanation.ts";

/** What is told about a simulation, and how it is judged. */
export interface SimulationReport {
  readonly manifest: string;
  /** How many faults may happen in one deployment. */
  readonly faults: number;
  readonly system: System;
  /** The System's own start first. */
  readonly runs: readonly Simulated[];
  /** How many further starting states were not begun, because the last one was given up for all of them. */
  readonly untried: number;
  /** Components whose risk is accepted: an inconsistent end that has no other culprit is no failure. */
  readonly accepted: readonly ComponentId[];
  /** What should be known about the Manifest. */
  readonly notes: readonly Problem[];
}

/** An end that must not be: inconsistent and not accepted, or other than the machine claims. */
export function isBad({ system, accepted }: Judged, end: End): boolean {
  if (end.isUntrue) return true;
  if (end.outcome !== "inconsistent") return false;
  return !culprits(system, end).every((component) => accepted.includes(component));
}

type Judged = Pick<SimulationReport, "system" | "accepted">;

/** Of the Components that an inconsistent end names, those it comes from: left half-way, or unable to go back. */
export function culprits(
  { components }: System,
  { inconsistent, world }: End,
): readonly ComponentId[] {
  const named = components.flatMap((component, index) =>
    inconsistent.includes(component.id) ? [{ ...component, version: world[index] }] : [],
  );
  const broken = named.filter(({ version }) => version === null);
  const firm = named.filter(({ supportsRollback }) => !supportsRollback);
  const [found] = [broken, firm, named].filter((some) => some.length > 0);
  return (found ?? []).map(({ id }) => id);
}

/** Whether all that was asked for was tried from here, and all of it ends acceptable. */
export function isRunAcceptable(judged: Judged, { exploration, answer }: Simulated): boolean {
  if (exploration === null) return answer.kind === "no-plan";
  const isGood = exploration.ends.every((end) => !isBad(judged, end));
  return exploration.givenUp === null && exploration.forbidden.length === 0 && isGood;
}

/** Whether every run ends acceptable; from the System's own start there must be something to run. */
export function isAcceptable(report: SimulationReport): boolean {
  const { runs, untried } = report;
  const [own] = runs;
  if (own?.exploration === null || untried > 0) return false;
  return runs.every((run) => isRunAcceptable(report, run));
}

export function startVersions(system: System, { start }: Simulated): readonly string[] {
  return system.components.map(({ type }, index) => versionName(system, type, start[index]));
}
