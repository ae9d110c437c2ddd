import type { System } from "../manifest/system.ts";
import type { End } from "../simulate/ends.ts";
import type { Simulated } from "../simulate/simulate.ts";
import { counted, listed } from "./words.ts";
import { plainStyle, type Style } from "./style.ts";

/** What is told about a simulation besides its runs. */
export interface SimulationReport {
  readonly manifest: string;
  readonly faults: number;
  readonly system: System;
  readonly runs: readonly Simulated[];
  /** Names of risks that are accepted: the Components that may end inconsistent. */
  readonly accepted: readonly string[];
}

/** An end that must not be: inconsistent and not accepted, or other than the machine claims. */
export function isBad(end: End, accepted: readonly string[]): boolean {
  if (end.isUntrue) return true;
  if (end.outcome !== "inconsistent") return false;
  return !end.inconsistent.some((component) => accepted.includes(component));
}

/** Does every run end acceptable, wherever it began and whatever happened? */
export function isAcceptable({ runs, accepted }: SimulationReport): boolean {
  return runs.every(
    ({ exploration }) =>
      exploration === null ||
      (exploration.isComplete &&
        exploration.forbidden.length === 0 &&
        exploration.ends.every((end) => !isBad(end, accepted))),
  );
}

export function simulationLines(report: SimulationReport, style: Style): readonly string[] {
  const { manifest, faults, runs } = report;
  const verdict = isAcceptable(report)
    ? style.good("Every end is acceptable.")
    : style.bad("Not every end is acceptable.");
  return [
    `${style.strong(manifest)}: every way with at most ${counted(faults, "fault")}`,
    ...runs.flatMap((run) => runLines(report, run, style)),
    verdict,
  ];
}

function runLines(report: SimulationReport, run: Simulated, style: Style): readonly string[] {
  const { exploration, answer } = run;
  const from = run.systemVersion ?? componentsText(report.system, versionsOf(report.system, run));
  if (exploration === null) {
    const why = answer.kind === "no-plan" ? answer.reason : "no plan was found within the limit";
    return ["", `from ${style.strong(from)}: nothing to run, ${why}`];
  }
  const goodEnds = exploration.ends.filter((end) => !isBad(end, report.accepted));
  const badEnds = exploration.ends.filter((end) => isBad(end, report.accepted));
  return [
    "",
    `from ${style.strong(from)}: ${counted(exploration.situations, "situation")}`,
    ...goodEnds.map((end) => `  ${endText(report, end)}`),
    ...badEnds.flatMap((end) => [
      `  ${style.bad(end.isUntrue ? "UNTRUE" : "UNACCEPTABLE")} ${endText(report, end)}`,
      ...end.faults.map((fault, index) => `    ${String(index + 1)}. ${fault}`),
    ]),
    ...exploration.forbidden.flatMap(({ world, faults }) => [
      `  ${style.bad("FORBIDDEN")} on the way: ${componentsText(report.system, world)}`,
      ...faults.map((fault, index) => `    ${String(index + 1)}. ${fault}`),
    ]),
    ...(exploration.isComplete
      ? []
      : [`  ${style.bad("INCOMPLETE")} the limit of situations was reached`]),
  ];
}

const outcomeTexts = {
  success: "success",
  "failed-unchanged": "failed, nothing was changed",
  "failed-rolled-back": "failed, back in the old state",
  "failed-elsewhere": "failed, in another acceptable end state",
  inconsistent: "inconsistent",
} as const;

function endText({ system }: SimulationReport, { outcome, inconsistent, world }: End): string {
  const named = inconsistent.length > 0 ? ` (${listed(inconsistent)})` : "";
  return `${outcomeTexts[outcome]}${named}: ${componentsText(system, world)}`;
}

function componentsText(system: System, versions: readonly string[]): string {
  return system.components.map(({ id }, index) => `${id} ${versions[index] ?? "?"}`).join(", ");
}

function versionsOf(system: System, { start }: Simulated): readonly string[] {
  return system.components.map(
    ({ type }, index) => system.types[type]?.versions[start[index] ?? -1] ?? "?",
  );
}

/** One document; keys may be added, never changed. */
export function simulationJson(report: SimulationReport) {
  const { system, accepted } = report;
  const components = (versions: readonly string[]) =>
    Object.fromEntries(system.components.map(({ id }, index) => [id, versions[index] ?? "?"]));
  return {
    type: "simulation",
    manifest: report.manifest,
    faults: report.faults,
    acceptable: isAcceptable(report),
    runs: report.runs.map((run) => ({
      from: {
        system_version: run.systemVersion,
        components: components(versionsOf(system, run)),
      },
      answer: run.answer.kind,
      situations: run.exploration?.situations ?? 0,
      complete: run.exploration?.isComplete ?? true,
      ends: (run.exploration?.ends ?? []).map((end) => ({
        outcome: end.outcome,
        acceptable: !isBad(end, accepted),
        untrue: end.isUntrue,
        inconsistent: end.inconsistent,
        components: components(end.world),
        faults: end.faults,
      })),
      forbidden: (run.exploration?.forbidden ?? []).map(({ world, faults }) => ({
        components: components(world),
        faults,
      })),
    })),
  };
}

/** A JUnit file: one test case for each starting state, failed where an end is not acceptable. */
export function simulationJunit(report: SimulationReport): string {
  const cases = report.runs.map((run) => {
    const name = run.systemVersion ?? componentsText(report.system, versionsOf(report.system, run));
    const single = { ...report, runs: [run] };
    const lines = simulationLines(single, plainStyle).slice(1).join("\n");
    const failure = isAcceptable(single)
      ? ""
      : `<failure message="not every end is acceptable">${escaped(lines)}</failure>`;
    return `  <testcase classname="simulate" name="${escaped(`from ${name}`)}">${failure}</testcase>`;
  });
  const failures = cases.filter((text) => text.includes("<failure")).length;
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuite name="${escaped(report.manifest)}" tests="${String(cases.length)}" failures="${String(failures)}">`,
    ...cases,
    `</testsuite>`,
    "",
  ].join("\n");
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
