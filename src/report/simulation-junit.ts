import { isRunAcceptable, type SimulationReport } from "./simulation.ts";
import { runLines, runName, untriedLine } from "./simulation-text.ts";
import { plainStyle } from "./style.ts";

/** A JUnit file: a test case for each starting state, failed where an end is not acceptable. */
export function simulationJunit(report: SimulationReport): readonly string[] {
  const failed = report.runs.map(
    (run, index) =>
      // From the System's own start there must be something to run.
      (index === 0 && run.exploration === null) || !isRunAcceptable(report, run),
  );
  const cases = report.runs.flatMap((run, index) => {
    const attributes = `classname="simulate" name="${escaped(`from ${runName(report, run)}`)}"`;
    if (failed[index] !== true) return [`  <testcase ${attributes}/>`];
    const lines = runLines(report, run, plainStyle).map(escaped);
    return [
      `  <testcase ${attributes}>`,
      `    <failure message="not every end is acceptable">${lines.join("\n")}</failure>`,
      `  </testcase>`,
    ];
  });
  if (report.untried > 0) {
    cases.push(
      `  <testcase classname="simulate" name="the further starting states">`,
      `    <failure message="not tried">${escaped(untriedLine(report.untried, plainStyle))}</failure>`,
      `  </testcase>`,
    );
    failed.push(true);
  }
  const counts = `tests="${failed.length}" failures="${failed.filter(Boolean).length}"`;
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuite name="${escaped(report.manifest)}" ${counts}>`,
    ...cases,
    `</testsuite>`,
  ];
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
