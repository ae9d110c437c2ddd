import type { ComponentType, SystemVersion } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { knownVersions, type KnownVersions, versionsOf } from "./cell-versions.ts";
import { columnProblems } from "./column-checks.ts";
import { resolveHead } from "./columns.ts";
import { isPossibleFact } from "./fact-cells.ts";
import { type FactCell, splitTable } from "./fact-columns.ts";
import type { TypeInTree } from "./manifest-checks.ts";
import { limitProblems } from "./match-limits.ts";
import { inOrder, namedVersions, namingTables, tablesOf } from "./named-versions.ts";
import { ruleHeadProblems } from "./rule-checks.ts";
import { partsOf } from "./rule-parts.ts";
import type { ConstraintTable, TableRow } from "./table.ts";
import type { Constraints } from "./written-constraints.ts";

/**
 * What can be said of the tables without a System: columns that name no type, ranges that cannot be compared
 * with the versions that the Manifest itself names. `given`: what is said of each type.
 */
export function tableProblems(
  constraints: Constraints,
  given: ReadonlyMap<ComponentType, TypeInTree>,
): readonly Problem[] {
  const types = [...given.keys()];
  const written = tablesOf(constraints).map((table) => splitTable(table, types));
  const tables = written.map(({ table }) => table);
  const named = namedVersions(namingTables(constraints, types), types);
  const versions = new Map(
    [...given].map(([type, said]) => {
      const names = inOrder([...(named.get(type) ?? []), ...said.versions]);
      return [type, knownVersions(names, new Set(), said.numbers)];
    }),
  );
  const columns = [
    ...columnProblems(constraints, types),
    ...ruleHeadProblems(constraints, types),
    ...limitProblems(constraints.limits, types),
  ];
  const sizes = tables.flatMap((table) => sizeProblems(table, types, versions));
  if (sizes.length > 0) return [...columns, ...sizes];
  const rules = { types, versions, isId: () => false };
  return [
    ...columns,
    ...tables.flatMap((table) => cellProblems(table, types, versions)),
    ...written.flatMap(({ facts }) => facts.flat().flatMap(impossibleFact)),
    ...constraints.rules.flatMap((rule) => partsOf(rule, rules).problems),
  ];
}

/** Without an acceptable end state there is nothing that any plan could end in; and each has a name of its own. */
export function endStateProblems({ endStates }: Constraints): readonly Problem[] {
  if (endStates === null) return [];
  if (endStates.rows.some(({ verdict }) => verdict === "yes")) return sharedNames(endStates);
  return [
    {
      code: "table-invalid",
      message: "No row of the end states is acceptable.",
      at: endStates.at,
      expected: "at least one acceptable row",
      hint: "Add a row for each combination of versions in which the System works.",
    },
  ];
}

/** A System version is one row, so that its name says in which versions a System is. */
function sharedNames({ rows }: ConstraintTable): readonly Problem[] {
  const first = new Map<SystemVersion, TableRow>();
  return rows.flatMap((row) => {
    const { systemVersion, verdict, rule } = row;
    if (systemVersion === null || verdict !== "yes") return [];
    const before = first.get(systemVersion);
    if (before === undefined) {
      first.set(systemVersion, row);
      return [];
    }
    return [
      {
        code: "table-system-version" as const,
        message: `Two rows have the System version "${systemVersion}".`,
        at: { file: rule.file, line: rule.line, text: rule.row },
        expected: "a name of its own for each acceptable row",
        got: systemVersion,
        hint: `Give one of them another name, or write both as one row with "a | b" in its cells; the first is in line ${before.rule.line}.`,
      },
    ];
  });
}

/** Rows times versions, over all columns of a table: what a plan keeps in memory and in the journal. */
export const maxTableSize = 2_000_000;

/** A table that would not fit when every cell is written out as versions. */
export function sizeProblems(
  { name, columns, rows, at }: ConstraintTable,
  types: readonly ComponentType[],
  versions: ReadonlyMap<ComponentType, KnownVersions>,
): readonly Problem[] {
  const perRow = columns.map(({ head }) => {
    const type = resolveHead(head, types)?.type;
    return type === undefined ? 0 : (versions.get(type)?.names.length ?? 0);
  });
  const size = rows.length * perRow.reduce((sum, count) => sum + count, 0);
  if (size <= maxTableSize) return [];
  return [
    {
      code: "table-invalid",
      message: `The table "${name}" is too large: ${rows.length} rows, and up to ${Math.max(...perRow)} versions in a column.`,
      at,
      expected: `at most ${maxTableSize} rows times versions`,
      hint: "Split it into several tables, or write fewer rows with ranges and wildcards.",
    },
  ];
}

function impossibleFact({ key, cell }: FactCell): readonly Problem[] {
  // What nothing could be read of is told already.
  if (cell.alternatives.length === 0 || isPossibleFact(cell)) return [];
  const shown = cell.alternatives.join(" | ");
  return [
    {
      code: "table-cell",
      message: `The cell "${shown}" matches no value that "${key}" could have.`,
      at: cell.at,
      expected: "a cell that some value matches",
      got: shown,
      hint: `Correct the cell: a blank joins what must hold together, "|" what may hold instead.`,
    },
  ];
}

function cellProblems(
  { columns, rows }: ConstraintTable,
  types: readonly ComponentType[],
  versions: ReadonlyMap<ComponentType, KnownVersions>,
): readonly Problem[] {
  const named = columns.map(({ head }) => resolveHead(head, types)?.type);
  return rows.flatMap(({ cells }) =>
    cells.flatMap((cell, index) => {
      const type = named[index];
      return type === undefined
        ? []
        : versionsOf(cell, versions.get(type) ?? knownVersions([])).problems;
    }),
  );
}
