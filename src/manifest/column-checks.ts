import type { ComponentType } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { resolveCondition } from "./fact-head.ts";
import type { ConstraintTable, TableColumn } from "./table.ts";
import { unknownHead } from "./unknown-head.ts";
import type { Constraints } from "./written-constraints.ts";

/** Heads that name no type of the Manifest, or one that another column of the table has named. */
export function columnProblems(
  { endStates, transitionStates }: Constraints,
  types: readonly ComponentType[],
): readonly Problem[] {
  const end = endStates === null ? [] : problemsOf(endStates, types, "end");
  return [...end, ...transitionStates.flatMap((table) => problemsOf(table, types, "transition"))];
}

function problemsOf(
  table: ConstraintTable,
  types: readonly ComponentType[],
  kind: "end" | "transition",
): readonly Problem[] {
  const seen = new Set<string>();
  const named = table.columns.map((column) => ({
    column,
    named: resolveCondition(column.head, types),
  }));
  const found = named.flatMap(({ column, named: head }, at): Problem[] => {
    if (head === null) return column.head === "" ? [] : [unknownColumn(column, types)];
    // In a transition table a type may stand twice: for two different Components of it.
    if (head.id === null && head.key === null && kind === "transition") return [];
    // A fact is one of the column on its left, so that each of these may have it.
    const owner =
      head.key === null
        ? -1
        : named
            .slice(0, at)
            .findLastIndex(
              ({ named: other }) =>
                other?.key === null && other.type === head.type && isSameId(other.id, head.id),
            );
    const key = JSON.stringify([head.type, head.id?.toLowerCase() ?? null, head.key, owner]);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [columnTwice(column)];
  });
  const isOfFacts =
    named.length > 0 && named.every(({ named: head }) => (head?.key ?? null) !== null);
  return found.length === 0 && isOfFacts ? [factsAlone(table)] : found;
}

function isSameId(one: string | null, other: string | null): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

function factsAlone({ name, at }: ConstraintTable): Problem {
  return {
    code: "table-column",
    message: `The table "${name}" speaks of no version: each of its columns asks for a fact.`,
    at,
    expected: "a column for a Component type",
    hint: "Add a column whose versions the facts decide on.",
  };
}

function unknownColumn({ head, at }: TableColumn, types: readonly ComponentType[]): Problem {
  const { lacks, shown, hint } = unknownHead(head, types);
  const what = {
    type: "Component type of the Manifest",
    fact: `fact of "${shown.split(":")[0] ?? ""}"`,
  };
  return {
    code: "table-column",
    message: `The column "${shown}" names no ${what[lacks]}.`,
    at,
    expected: "a Component type, TYPE@ID, or TYPE:KEY for a fact",
    got: shown,
    hint,
  };
}

export function columnTwice({ head, at }: TableColumn): Problem {
  return {
    code: "table-column",
    message: `The table has the column "${head}" twice.`,
    at,
    expected: "each column once",
    got: head,
    hint: "Remove one of the columns.",
  };
}
