import type { Finding } from "../interface/check.ts";
import { padded } from "./columns.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { counted } from "./words.ts";

/** Widest first column: `pass`, `warn`, `fail`, `skip` are all of one width. */
const clauseWidth = 26;

/** One line a clause. */
export function findingLine({ clause, status, title, why }: Finding, style: Style): string {
  const told = status === "pass" ? title : `${title} ${sentence(why)}`;
  return `${weightOf(status, style)(status)}  ${padded(clause, clauseWidth)}  ${printable(told)}`;
}

export function findingsSummary(findings: readonly Finding[], style: Style): string {
  const failed = findings.filter(({ status }) => status === "fail").length;
  const warned = findings.filter(({ status }) => status === "warn").length;
  const warnings = warned === 0 ? "" : `, ${counted(warned, "warning")}`;
  return failed === 0
    ? style.good(`It is true to the protocol, as far as can be tried${warnings}.`)
    : style.bad(`It breaks ${counted(failed, "clause")} of the protocol${warnings}.`);
}

export function findingsJson(
  executable: string,
  findings: readonly Finding[],
  exit: number,
): Readonly<Record<string, unknown>> {
  return {
    type: "interface-check",
    interface: executable,
    clauses: findings.map(({ clause, status, title, why }) => ({ clause, status, title, why })),
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
