import { assertNever } from "../core/assert-never.ts";
import type { GivenUp } from "../simulate/checker/check.ts";
import type { Exploration, Passed } from "../simulate/explore.ts";
import type { End } from "../simulate/ends.ts";
import type { Simulated } from "../simulate/simulate.ts";
import {
  culprits,
  isAcceptable,
  isBad,
  type SimulationReport,
  startVersions,
} from "./simulation.ts";
import type { Style } from "./style.ts";
import { counted, listed, quoted } from "./words.ts";

/** Where every run can end; what must not be comes with the faults that lead there, the fewest. */
export function simulationLines(report: SimulationReport, style: Style): readonly string[] {
  const { manifest, faults, runs, untried } = report;
  const verdict = isAcceptable(report)
    ? style.good("Every end is acceptable.")
    : style.bad("Not every end is acceptable.");
  return [
    style.strong(`${quoted(manifest)}, every way with at most ${counted(faults, "fault")}:`),
    ...runs.flatMap((run) => ["", ...runLines(report, run, style)]),
    ...(untried === 0 ? [] : ["", untriedLine(untried, style)]),
    "",
    verdict,
  ];
}

export function runName(report: SimulationReport, run: Simulated): string {
  return run.systemVersion ?? componentsText(report, startVersions(report.system, run));
}

function runLines(report: SimulationReport, run: Simulated, style: Style): readonly string[] {
  const { exploration } = run;
  const from = `From ${style.strong(runName(report, run))}`;
  if (exploration === null) return [`${from}: nothing to run. ${noRunReason(run)}`];
  const good = exploration.ends.filter((end) => !isBad(report, end));
  const bad = exploration.ends.filter((end) => isBad(report, end));
  return [
    `${from}: ${counted(exploration.situations, "situation")}`,
    ...good.map((end) => `  ${endText(report, end)}`),
    ...bad.flatMap((end) => badEndLines(report, end, style)),
    ...exploration.forbidden.flatMap((passed) => forbiddenLines(report, passed, style)),
    ...incompleteLines(exploration, style),
  ];
}

export function noRunReason({ answer }: Simulated): string {
  return answer.kind === "no-plan" ? answer.reason : "The planner did not decide within its limit.";
}

const outcomeTexts = {
  success: "success",
  "failed-unchanged": "failed, nothing was changed",
  "failed-rolled-back": "failed, back in the old state",
  "failed-elsewhere": "failed, in another end state",
  inconsistent: "inconsistent",
} as const;

function endText(report: SimulationReport, end: End): string {
  const { outcome, inconsistent, systemVersion, world } = end;
  const named = inconsistent.length > 0 ? ` (${namedText(end)})` : "";
  const state = systemVersion === null ? "" : `, ${systemVersion}`;
  return `${outcomeTexts[outcome]}${named}${state}: ${componentsText(report, world)}${alikeText(end)}`;
}

/** So many of those that are alike are named. */
const mostAlike = 4;

/** All of them, or some and how many more. */
function manyText(ids: readonly string[]): string {
  const rest = ids.length - mostAlike;
  return rest > 1 ? `${ids.slice(0, mostAlike).join(", ")} and ${String(rest)} more` : listed(ids);
}

function alikeText({ alike }: Pick<End, "alike">): string {
  return alike
    .map((all) => `; ${manyText(all)} are alike: it may be others of them, or more`)
    .join("");
}

function namedText({ inconsistent, uncommitted, beside, wayOutUndecidedAt }: End): string {
  const names = inconsistent.map((id) => (uncommitted.includes(id) ? `${id}, not committed` : id));
  const them = inconsistent.length === 1 ? "it" : "them";
  return [
    listed(names),
    ...(beside.length > 0 ? [`beside ${them} ${listed(beside)}`] : []),
    ...(wayOutUndecidedAt === null ? [] : ["a way out was neither found nor ruled out"]),
  ].join("; ");
}

export function badEndLines(report: SimulationReport, end: End, style: Style): readonly string[] {
  const lines = [
    `  ${style.bad(end.isUntrue ? "UNTRUE" : "UNACCEPTABLE")} ${endText(report, end)}`,
    ...faultLines(end.faults),
  ];
  if (end.isUntrue) return lines;
  const options = culprits(report.system, end)
    .flatMap((id) => end.alike.find((all) => all.includes(id)) ?? [id])
    .map((component) => `--accept ${component}`);
  return [...lines, `    hint: Where this risk is accepted, say so with "${options.join(" ")}".`];
}

export function forbiddenLines(
  report: SimulationReport,
  { world, alike, faults }: Passed,
  style: Style,
): readonly string[] {
  const what = `on the way, what the tables do not accept: ${componentsText(report, world)}${alikeText({ alike })}`;
  return [`  ${style.bad("FORBIDDEN")} ${what}`, ...faultLines(faults)];
}

function faultLines(faults: readonly string[]): readonly string[] {
  if (faults.length === 0) return ["    without any fault"];
  return faults.map((fault, index) => `    ${index + 1}. ${fault}`);
}

export function incompleteLines(
  { givenUp, situations, covered }: Exploration,
  style: Style,
): readonly string[] {
  if (givenUp === null) return [];
  const { why, hint } = reasonOf(givenUp);
  return [
    `  ${style.bad("INCOMPLETE")} given up after ${counted(situations, "situation")}${why}`,
    `    ${coverageText(covered)}`,
    `    hint: ${hint}`,
  ];
}

function coverageText(covered: number | null): string {
  if (covered === null) return "not even the way without any fault was tried to its end";
  if (covered === 0) return "the way without any fault was tried to its end";
  return `every way with at most ${counted(covered, "fault")} was tried to its end`;
}

function reasonOf(givenUp: GivenUp): { readonly why: string; readonly hint: string } {
  switch (givenUp) {
    case "situations":
      return { why: "", hint: 'Raise "--limit", or allow fewer faults.' };
    case "memory":
      return {
        why: ": no more memory may be taken",
        hint: 'Raise "--memory" where this machine has more, or allow fewer faults.',
      };
    case "signal":
      return { why: ", told to end", hint: "Allow fewer faults where it takes too long." };
    default:
      return assertNever(givenUp);
  }
}

export function untriedLine(untried: number, style: Style): string {
  return `${style.bad("INCOMPLETE")} ${counted(untried, "further starting state")} not tried`;
}

/** So many of a type that have one version are named, each with it. */
const mostOfOneVersion = 9;

/** Where more of a type have one version, some of them are named. */
function componentsText(
  { system }: SimulationReport,
  versions: readonly (string | null)[],
): string {
  const versionAt = (index: number) => versions[index] ?? "?";
  const together = new Map<string, number[]>();
  for (const [index, { type }] of system.components.entries()) {
    const key = `${String(type)} ${versionAt(index)}`;
    together.set(key, [...(together.get(key) ?? []), index]);
  }
  const idOf = (index: number) => String(system.components[index]?.id);
  return [...together.values()]
    .flatMap((all) =>
      all.length > mostOfOneVersion
        ? [{ first: all[0] ?? 0, text: `${manyText(all.map(idOf))} ${versionAt(all[0] ?? 0)}` }]
        : all.map((index) => ({ first: index, text: `${idOf(index)} ${versionAt(index)}` })),
    )
    .toSorted((one, other) => one.first - other.first)
    .map(({ text }) => text)
    .join(", ");
}
