import type { ComponentType, Version } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { versionsOf } from "./cell-versions.ts";
import { columnProblems, resolveHead } from "./columns.ts";
import { inOrder, namedVersions, tablesOf } from "./named-versions.ts";
import type { Constraints, ConstraintTable } from "./table.ts";

/**
 * What can be said of the tables without a System: columns that name no type, ranges that cannot be compared
 * with the versions that the Manifest itself names. `given` are those of its Artifacts.
 */
export function tableProblems(
  constraints: Constraints,
  types: readonly ComponentType[],
  given: ReadonlyMap<ComponentType, readonly Version[]>,
): readonly Problem[] {
  const tables = tablesOf(constraints);
  const named = namedVersions(tables, types);
  const versions = new Map(
    types.map((type) => [type, inOrder([...(named.get(type) ?? []), ...(given.get(type) ?? [])])]),
  );
  return [
    ...columnProblems(constraints, types),
    ...tables.flatMap((table) => cellProblems(table, types, versions)),
  ];
}

/** Without an acceptable end state there is nothing that any plan could end in. */
export function endStateProblems({ endStates }: Constraints): readonly Problem[] {
  if (endStates === null || endStates.rows.some(({ verdict }) => verdict === "yes")) return [];
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

function cellProblems(
  { columns, rows }: ConstraintTable,
  types: readonly ComponentType[],
  versions: ReadonlyMap<ComponentType, readonly Version[]>,
): readonly Problem[] {
  const named = columns.map(({ head }) => resolveHead(head, types)?.type);
  return rows.flatMap(({ cells }) =>
    cells.flatMap((cell, index) => {
      const type = named[index];
      return type === undefined ? [] : versionsOf(cell, versions.get(type) ?? []).problems;
    }),
  );
}
