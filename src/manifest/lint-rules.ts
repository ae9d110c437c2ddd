import { type ComponentType, unknownVersion } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import type { KnownVersions } from "./cell-versions.ts";
import { isSubset, overlap, placeOf, type ResolvedTable } from "./lint-rows.ts";
import { partsOf, type RulePart } from "./rule-parts.ts";
import type { WrittenRule } from "./rule.ts";
import type { Constraints } from "./written-constraints.ts";

interface Tables {
  readonly end: ResolvedTable | null;
  readonly transitions: readonly ResolvedTable[];
}

type Versions = ReadonlyMap<ComponentType, KnownVersions>;

/**
 * Rules that forbid nothing, or nothing that is not forbidden anyway; and rows from which a rule takes everything. What
 * facts decide nobody knows without a System.
 */
export function ruleNotes(
  { rules }: Constraints,
  tables: Tables,
  types: readonly ComponentType[],
  versions: Versions,
): readonly Problem[] {
  const read = rules.filter(isOfVersions).map((rule) => {
    const { parts } = partsOf(rule, { types, versions, isId: () => false });
    return { rule, bans: parts.flatMap((part) => boxesOf(part, versions)) };
  });
  return read.flatMap(({ rule, bans }, index) => {
    if (bans.length === 0) return [forbidsNothing(rule)];
    const others = read.filter((other, at) => {
      if (at === index || !isAtLeast(other.rule, rule)) return false;
      const isSame = isAtLeast(rule, other.rule) && areCovered(other.bans, bans);
      return !isSame || at < index;
    });
    const cover =
      others.find((other) => areCovered(bans, other.bans))?.rule ?? coveringRow(rule, bans, tables);
    if (cover !== null) return [addsNothing(rule, cover.rule.line)];
    return contradicted(rule, bans, tables);
  });
}

/** Whether no fact decides what the rule says. */
export function isOfVersions(rule: WrittenRule): boolean {
  if (rule.sharing !== null) return false;
  if (rule.kind !== "require") return true;
  return [...rule.when, ...rule.require].every(({ head }) => !head.includes(":"));
}

/** A combination that is forbidden: the versions of each column, the unknown one left out. */
interface Box {
  readonly keys: readonly string[];
  readonly cells: readonly ReadonlySet<number>[];
}

function boxesOf({ slots, bans }: RulePart, versions: Versions): readonly Box[] {
  const keys = slots.map(({ type, id }) => JSON.stringify([type, id]));
  return bans.flatMap(({ cells }) => {
    const sets = slots.map(({ type }, at) => {
      const names = versions.get(type)?.names ?? [];
      const members = cells[at] ?? [...names.keys()];
      return new Set(members.filter((index) => names[index] !== unknownVersion));
    });
    return sets.every(({ size }) => size > 0) ? [{ keys, cells: sets }] : [];
  });
}

function isAtLeast({ holds }: WrittenRule, other: WrittenRule): boolean {
  return holds === "always" || holds === other.holds;
}

function areCovered(inner: readonly Box[], outer: readonly Box[]): boolean {
  return inner.every((box) => outer.some((other) => isWithin(box, other)));
}

/** Whatever lies in the one lies in the other, which may speak of fewer columns. */
function isWithin(inner: Box, outer: Box): boolean {
  const used = new Set<number>();
  return outer.keys.every((key, at) => {
    const own = inner.keys.findIndex((one, column) => one === key && !used.has(column));
    used.add(own);
    return isSubset(inner.cells[own], outer.cells[at]);
  });
}

/** A NO row of the transition states that says as much; at rest the end states must leave it out, too. */
function coveringRow(
  rule: WrittenRule,
  bans: readonly Box[],
  { end, transitions }: Tables,
): Pick<WrittenRule, "rule"> | null {
  const rows = transitions.flatMap((table) => boxesIn(table, "no"));
  const covering = rows.filter((row) => bans.some((ban) => isWithin(ban, row)));
  const isPassedNowhere = bans.every((ban) => covering.some((row) => isWithin(ban, row)));
  const isRestedNowhere =
    rule.holds === "in_transit" ||
    (end !== null && boxesIn(end, "yes").every((row) => !bans.some((ban) => meets(ban, row))));
  return rule.holds !== "at_rest" && isPassedNowhere && isRestedNowhere
    ? (covering[0] ?? null)
    : null;
}

function boxesIn({ rows, columns }: ResolvedTable, verdict: "yes" | "no") {
  return rows
    .filter(({ row }) => row.verdict === verdict)
    .map(({ row, cells }) => ({ keys: columns.map(({ key }) => key), cells, rule: row.rule, row }));
}

/** Whether some state may lie in both. */
function meets(one: Box, other: Box): boolean {
  return one.keys.every((key, at) => {
    const own = other.keys.indexOf(key);
    return own < 0 || overlap(one.cells[at] ?? new Set(), other.cells[own]);
  });
}

function contradicted(
  rule: WrittenRule,
  bans: readonly Box[],
  { end, transitions }: Tables,
): readonly Problem[] {
  const passed =
    rule.holds === "at_rest" ? [] : transitions.flatMap((table) => boxesIn(table, "yes"));
  const rested = rule.holds === "in_transit" || end === null ? [] : boxesIn(end, "yes");
  return [...passed, ...rested]
    .filter((row) => bans.some((ban) => isWithin(row, ban)))
    .map(({ row }) => ({
      code: "rows-contradict" as const,
      message:
        row.systemVersion === null
          ? `The row says YES, but the rule "${rule.name}" in line ${rule.rule.line} forbids all of it.`
          : `The rule "${rule.name}" in line ${rule.rule.line} forbids the end state "${row.systemVersion}": it can never be reached.`,
      at: placeOf(row),
      hint: "Correct the row or the rule, or remove one of them.",
    }));
}

function forbidsNothing({ name, at }: WrittenRule): Problem {
  return {
    code: "rule-without-effect",
    message: `The rule "${name}" forbids nothing: every version that the Manifest knows pleases it.`,
    at,
    hint: "Correct its cells, or remove it.",
  };
}

function addsNothing({ name, at }: WrittenRule, line: number): Problem {
  return {
    code: "rule-without-effect",
    message: `The rule "${name}" adds nothing to line ${line}, which forbids the same.`,
    at,
    hint: "Remove it, or the row.",
  };
}
