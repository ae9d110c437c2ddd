import type { Place, Problem } from "../core/problem.ts";
import { columnTwice } from "./column-checks.ts";
import type { TableColumn } from "./table.ts";

/**
 * The head of a table is wrong, not its rows, where each of several has the same count of cells and the head has
 * another: it is one problem then. Most often a column is there again.
 */
export function headApart(
  columns: readonly TableColumn[],
  rows: readonly number[],
  kind: TableKind,
  at: Place,
): Problem | null {
  const [is, ...others] = rows;
  if (is === undefined || is === columns.length) return null;
  const again = is === columns.length - 1 ? columnAgain(columns, kind) : null;
  if (others.some((count) => count !== is)) return null;
  if (again !== null) return columnTwice(again);
  return others.length === 0 ? null : otherCount(columns.length, is, at);
}

export type TableKind = "end" | "transition" | "edges";

/** A type may stand twice among transition states, and a fact behind each of its owners. */
function columnAgain(columns: readonly TableColumn[], kind: TableKind): TableColumn | null {
  const seen = new Set<string>();
  for (const column of columns) {
    const name = column.head.toLowerCase();
    const isOnce = !name.includes(":") && (kind !== "transition" || name.includes("@"));
    if (name !== "" && isOnce && seen.has(name)) return column;
    seen.add(name);
  }
  return null;
}

function otherCount(columns: number, rows: number, at: Place): Problem {
  return {
    code: "table-column",
    message: `The head of the table has ${columns < rows ? "fewer" : "more"} columns (${columns}) than each row has cells (${rows}).`,
    at,
    expected: `${rows} columns`,
    got: `${columns} columns`,
    hint:
      columns < rows ? "Add the column that is missing." : "Remove the column that is too many.",
  };
}
