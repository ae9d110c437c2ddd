import { type ComponentType, unknownVersion, type Version } from "../core/ids.ts";
import { namesIn } from "./cell-versions.ts";
import { resolveHead } from "./columns.ts";
import { versionsIn } from "./fact-columns.ts";
import { resolveCondition } from "./fact-head.ts";
import { headsOf, type WrittenRule } from "./rule.ts";
import type { ConstraintTable, TableColumn } from "./table.ts";
import type { Constraints } from "./written-constraints.ts";

/** The versions that the cells of the tables name. */
export function namedVersions(
  tables: readonly ConstraintTable[],
  knownTypes: readonly ComponentType[],
): Map<ComponentType, Set<Version>> {
  const named = new Map<ComponentType, Set<Version>>(knownTypes.map((type) => [type, new Set()]));
  for (const { columns, rows } of tables) {
    const types = columns.map(({ head }) => resolveHead(head, knownTypes)?.type);
    for (const { cells } of rows) {
      for (const [index, cell] of cells.entries()) {
        const type = types[index];
        for (const version of type === undefined ? [] : namesIn(cell)) add(named, type, version);
      }
    }
  }
  return named;
}

export function tablesOf(constraints: Constraints | null): readonly ConstraintTable[] {
  if (constraints === null) return [];
  const { endStates, transitionStates } = constraints;
  return endStates === null ? transitionStates : [endStates, ...transitionStates];
}

/** The tables, and what the rules say of versions as a table for each: for those who only look for names. */
export function namingTables(
  constraints: Constraints | null,
  types: readonly ComponentType[],
): readonly ConstraintTable[] {
  const rules = constraints?.rules.map((rule) => ruleTable(rule, types)) ?? [];
  return [...tablesOf(constraints).map((table) => versionsIn(table, types)), ...rules];
}

function ruleTable(rule: WrittenRule, types: readonly ComponentType[]): ConstraintTable {
  const conditions = rule.kind === "require" ? [...rule.when, ...rule.require] : [];
  const asked = conditions.filter(({ head }) => resolveCondition(head, types)?.key === null);
  const row = {
    cells: asked.map(({ cell }) => cell),
    verdict: "n/a" as const,
    systemVersion: null,
    rule: rule.rule,
  };
  const { name, at } = rule;
  const columns = rule.kind === "require" ? asked : spokenOf(rule);
  return {
    name,
    columns,
    allowByDefault: true,
    sharing: null,
    rows: asked.length === 0 ? [] : [row],
    at,
  };
}

/** A column for each Component that stands in the rule at the same time. */
function spokenOf(
  rule: Extract<WrittenRule, { kind: "same" | "compare" }>,
): readonly TableColumn[] {
  if (rule.kind === "same") return rule.columns.flatMap((column) => [column, column]);
  const { between } = rule;
  return "type" in between ? [between.type, between.type] : [between.ahead, between.behind];
}

/** The types of which a column, or a rule, names a single Component. */
export function typesNamedById(
  constraints: Constraints | null,
  types: readonly ComponentType[],
): ReadonlySet<string> {
  const heads = [
    ...tablesOf(constraints).flatMap(({ columns }) => columns),
    ...(constraints?.rules ?? []).flatMap((rule) => headsOf(rule).flat()),
    ...(constraints?.limits ?? []).flatMap(({ of }) => of),
  ];
  return new Set(
    heads.flatMap(({ head }) => {
      const named = resolveCondition(head, types);
      return named === null || named.id === null ? [] : [named.type];
    }),
  );
}

/** By name, the unknown one last. */
export function inOrder(versions: Iterable<Version>): readonly Version[] {
  const known = [...new Set(versions)].filter((version) => version !== unknownVersion);
  return [...known.toSorted(byName), unknownVersion];
}

/** Notes that the type has the version. */
export function add(
  named: Map<ComponentType, Set<Version>>,
  type: ComponentType | undefined,
  version: Version,
): void {
  if (type === undefined) return;
  const versions = named.get(type) ?? new Set();
  named.set(type, versions.add(version));
}

export function byName(a: string, b: string): number {
  return a < b ? -1 : 1;
}
