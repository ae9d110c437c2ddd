import type { Simulated } from "../simulate/simulate.ts";
import { printableExactly } from "./printable.ts";
import { isBad, type SimulationReport } from "./simulation.ts";
import {
  badEndLines,
  forbiddenLines,
  incompleteLines,
  noRunReason,
  runName,
  untriedLine,
} from "./simulation-text.ts";
import { plainStyle } from "./style.ts";

/**
 * One property of all ways from a starting state. No lines: it holds; null: there is nothing that it could be asked of.
 */
interface Case {
  readonly name: string;
  readonly lines: readonly string[] | null;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

/** A JUnit file: a suite for each starting state, in it a case for each property; a failure has the shortest traces. */
export function simulationJunit(report: SimulationReport): readonly string[] {
  const suites = report.runs.map((run, index) => suiteOf(report, run, index === 0));
  if (report.untried > 0) {
    const lines = [untriedLine(report.untried, plainStyle)];
    suites.push({ name: "further starting states", cases: [{ name: "are tried", lines }] });
  }
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="${escaped(report.manifest)}" ${countsOf(suites.flatMap(({ cases }) => cases))}>`,
    ...suites.flatMap((suite) => suiteLines(report.manifest, suite)),
    `</testsuites>`,
  ];
}

function suiteOf(report: SimulationReport, run: Simulated, isOwnStart: boolean): Suite {
  const { exploration, answer } = run;
  const name = `from ${runName(report, run)}`;
  if (exploration === null) {
    // From the System's own start there must be something to run; elsewhere a proof that there is no plan will do.
    const isFine = !isOwnStart && answer.kind === "no-plan";
    return {
      name,
      cases: [{ name: "there is a plan", lines: isFine ? null : [noRunReason(run)] }],
    };
  }
  const bad = exploration.ends.filter((end) => isBad(report, end));
  const linesOf = (ends: typeof bad) => ends.flatMap((end) => badEndLines(report, end, plainStyle));
  return {
    name,
    cases: [
      { name: "there is a plan", lines: [] },
      { name: "every end is acceptable", lines: linesOf(bad.filter((end) => !end.isUntrue)) },
      { name: "every end is as it is told", lines: linesOf(bad.filter((end) => end.isUntrue)) },
      {
        name: "every state on the way is acceptable",
        lines: exploration.forbidden.flatMap((one) => forbiddenLines(report, one, plainStyle)),
      },
      { name: "every way is tried", lines: incompleteLines(exploration, plainStyle) },
    ],
  };
}

function suiteLines(manifest: string, { name, cases }: Suite): readonly string[] {
  return [
    `  <testsuite name="${escaped(name)}" ${countsOf(cases)}>`,
    ...cases.flatMap((one) => {
      const begin = `<testcase classname="${escaped(`${manifest} ${name}`)}" name="${escaped(one.name)}"`;
      if (one.lines === null) {
        return [`    ${begin}><skipped message="there is no plan from here"/></testcase>`];
      }
      const [first] = one.lines;
      if (first === undefined) return [`    ${begin}/>`];
      return [
        `    ${begin}>`,
        `      <failure message="${escaped(first.trim())}">${one.lines.map(escaped).join("\n")}</failure>`,
        `    </testcase>`,
      ];
    }),
    `  </testsuite>`,
  ];
}

function countsOf(cases: readonly Case[]): string {
  const failures = cases.filter(({ lines }) => lines !== null && lines.length > 0).length;
  const skipped = cases.filter(({ lines }) => lines === null).length;
  return `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
}

/** What XML forbids is spelled out before: control characters, noncharacters, half characters. */
function escaped(text: string): string {
  return printableExactly(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
