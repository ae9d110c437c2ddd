import type { Finding } from "../interface/check.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { counted } from "./words.ts";

/** Widest first column: `pass`, `warn`, `fail`, `skip` are all of one width. */
const clauseWidth = 26;

/** What all findings together say. */
export type CheckVerdict = "true" | "broken" | "untried" | "interrupted";

/** A clause that is broken is told as that, whatever became of the others. */
export function checkVerdict(findings: readonly Finding[], wasInterrupted: boolean): CheckVerdict {
  if (countOf(findings, "fail") > 0) return "broken";
  if (wasInterrupted) return "interrupted";
  return countOf(findings, "skip") > 0 ? "untried" : "true";
}

/** One line a clause, and beneath one that is not in order what the Interface itself has to say. */
export function findingLines(finding: Finding, style: Style): readonly string[] {
  const { clause, status, title, why, log } = finding;
  const told = status === "pass" ? title : `${title} ${sentence(why)}`;
  const line = `${weightOf(status, style)(status)}  ${clause.padEnd(clauseWidth)}  ${printable(told)}`;
  const isInOrder = status === "pass" || status === "skip";
  const logged = isInOrder ? [] : log.map((each) => `      ${style.faint(`| ${printable(each)}`)}`);
  return [line, ...logged];
}

export function findingsSummary(
  findings: readonly Finding[],
  verdict: CheckVerdict,
  style: Style,
): string {
  const warned = countOf(findings, "warn");
  const skipped = countOf(findings, "skip");
  const warnings = warned === 0 ? "" : `, ${counted(warned, "warning")}`;
  const untried = skipped === 0 ? "" : `, ${counted(skipped, "clause")} not tried`;
  const beside = `${untried}${warnings}`;
  switch (verdict) {
    case "true":
      return style.good(`It is true to the protocol, as far as can be tried${warnings}.`);
    case "broken": {
      const broken = countOf(findings, "fail");
      return style.bad(`It breaks ${counted(broken, "clause")} of the protocol${beside}.`);
    }
    case "untried":
      return style.careful(`It breaks no clause that was tried, but not all were${beside}.`);
    case "interrupted":
      return style.careful(`Interrupted: it breaks no clause that was tried${beside}.`);
  }
}

function countOf(findings: readonly Finding[], wanted: Finding["status"]): number {
  return findings.filter(({ status }) => status === wanted).length;
}

export function findingsJson(
  executable: string,
  findings: readonly Finding[],
  verdict: CheckVerdict,
  exit: number,
): Readonly<Record<string, unknown>> {
  return {
    type: "interface-check",
    interface: executable,
    clauses: findings.map(({ clause, status, title, why, log }) => ({
      clause,
      status,
      title,
      why,
      log,
    })),
    verdict,
    exit,
  };
}

function weightOf(status: Finding["status"], style: Style): (text: string) => string {
  switch (status) {
    case "pass":
      return style.good;
    case "warn":
      return style.careful;
    case "fail":
      return style.bad;
    case "skip":
      return style.faint;
  }
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return first.endsWith(".") ? first : `${first}.`;
}
