import type { ExitCode } from "../core/exit-code.ts";
import { problemJson } from "./problems.ts";
import {
  isAcceptable,
  isBad,
  isRunAcceptable,
  type SimulationReport,
  startVersions,
} from "./simulation.ts";

/** One document; keys may be added, never changed. */
export function simulationJson(
  report: SimulationReport,
  exit: ExitCode,
): Readonly<Record<string, unknown>> {
  const { system } = report;
  const components = (versions: readonly (string | null)[]) =>
    Object.fromEntries(system.components.map(({ id }, index) => [id, versions[index] ?? "?"]));
  return {
    type: "simulation",
    manifest: report.manifest,
    faults: report.faults,
    acceptable: isAcceptable(report),
    runs: report.runs.map((run) => ({
      from: {
        system_version: run.systemVersion,
        components: components(startVersions(system, run)),
      },
      answer: run.answer.kind,
      acceptable: isRunAcceptable(report, run),
      situations: run.exploration?.situations ?? 0,
      complete: run.exploration?.givenUp === null,
      given_up: run.exploration?.givenUp ?? null,
      covered_faults: run.exploration?.covered ?? null,
      ends: (run.exploration?.ends ?? []).map((end) => ({
        outcome: end.outcome,
        acceptable: !isBad(report, end),
        untrue: end.isUntrue,
        inconsistent: end.inconsistent,
        uncommitted: end.uncommitted,
        beside: end.beside,
        way_out_undecided_at: end.wayOutUndecidedAt,
        system_version: end.systemVersion,
        components: components(end.world),
        alike: end.alike,
        faults: end.faults,
      })),
      forbidden: (run.exploration?.forbidden ?? []).map(({ world, alike, faults }) => ({
        components: components(world),
        alike,
        faults,
      })),
    })),
    untried: report.untried,
    notes: report.notes.map((note) => problemJson(note, "warning")),
    exit,
  };
}
