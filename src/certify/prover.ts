import type { Box, Cell, Certificate, System } from "../certificate/shape.ts";
import { apartOf, isWithin, meets } from "./cells.ts";
import type { Heard } from "../planner/model/budget.ts";
import type { EndBoxes } from "./end-boxes.ts";

type Table = System["transition_states"][number];
type Lists = readonly (readonly number[])[];

/** Makes statements of what the transition tables accept, each once. */
export interface Prover {
  /** The index of a statement that the table accepts every choice of these versions; null: it does not. */
  readonly statement: (table: number, kinds: readonly number[], lists: Lists) => number | null;
  /** All that were made, each behind those that it needs. */
  readonly statements: Certificate["statements"];
}

export function proverOf(
  { transition_states }: System,
  ends: EndBoxes,
  heard: Heard | undefined,
): Prover {
  const statements: Box[] = [];
  const known = new Map<string, number | null>();

  function statement(index: number, kinds: readonly number[], lists: Lists): number | null {
    const key = `${index}/${kinds.join()}/${lists.join(";")}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    heard?.(1);
    const box = proved(index, kinds, lists);
    const at = box === null ? null : statements.push(box) - 1;
    known.set(key, at);
    return at;
  }

  function proved(index: number, kinds: readonly number[], lists: Lists): Box | null {
    const table = transition_states[index];
    if (table === undefined) throw new Error(`no table ${String(index)}`);
    const about = { table: index, kinds, versions: lists };
    const apart = apartOf(table, (place, cell) => !meets(lists[place] ?? [], cell));
    if (apart === null) return null;
    if (table.default === "allow") return { ...about, by: "default", apart };
    const row = table.rows.findIndex(
      ({ verdict, cells }) => verdict === "yes" && covers(cells, lists),
    );
    if (row >= 0) return { ...about, by: "row", row, apart };
    const end = ends.holding(kinds, lists);
    if (end !== null) return { ...about, by: "end-state", end_state: end, apart };
    return cut(table, index, kinds, lists);
  }

  /** Along a row that is partly in it, so that what no row allows is found out soon. */
  function cut(table: Table, index: number, kinds: readonly number[], lists: Lists): Box | null {
    const near = table.rows.find(
      ({ verdict, cells }) =>
        verdict === "yes" && lists.every((own, at) => meets(own, cells[at] ?? null)),
    );
    const partly = lists.findIndex((own, at) => {
      const cell = near?.cells[at] ?? null;
      return cell !== null && own.some((version) => !cell.includes(version));
    });
    const column = partly >= 0 ? partly : lists.findIndex((own) => own.length > 1);
    const own = lists[column] ?? [];
    if (own.length < 2) return null;
    const cell = near?.cells[column] ?? null;
    const inside = partly >= 0 ? own.filter((version) => cell?.includes(version)) : own.slice(0, 1);
    const outside = own.filter((version) => !inside.includes(version));
    const parts: number[] = [];
    for (const half of [outside, inside]) {
      const part = statement(index, kinds, lists.with(column, half));
      if (part === null) return null;
      parts.push(part);
    }
    return { table: index, kinds, versions: lists, by: "parts", column, parts };
  }

  return { statement, statements };
}

function covers(cells: readonly Cell[], lists: Lists): boolean {
  return lists.every((own, at) => isWithin(own, cells[at] ?? null));
}
