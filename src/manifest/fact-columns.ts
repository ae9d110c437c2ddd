import type { ComponentType } from "../core/ids.ts";
import type { Place } from "../core/problem.ts";
import { type IsId, resolveCondition } from "./fact-head.ts";
import type { Cell, ConstraintTable } from "./table.ts";

/** Who stands for a type in a table. */
export interface Seat {
  readonly type: ComponentType;
  /** As written behind the `@`; null: any Component of the type. */
  readonly id: string | null;
  readonly at: Place;
  /** Index of its column in the table of versions; null: only facts of it are asked. */
  readonly column: number | null;
}

export interface FactCell {
  /** Index into the seats. */
  readonly seat: number;
  readonly key: string;
  readonly cell: Cell;
}

/** A table whose columns of facts are apart from those of versions. */
export interface SplitTable {
  /** The same table where it has no columns of facts. */
  readonly table: ConstraintTable;
  readonly seats: readonly Seat[];
  /** For each row. */
  readonly facts: readonly (readonly FactCell[])[];
}

/**
 * A fact is one of the Component in the column of its type on its left; where there is none, on its right; and where
 * the table has no such column, of any Component of the type. Heads that name no type were reported where they were
 * read.
 */
export function splitTable(
  table: ConstraintTable,
  types: readonly ComponentType[],
  isId?: IsId,
): SplitTable {
  const heads = table.columns.map((column) => resolveCondition(column.head, types, isId));
  const places = table.columns.flatMap((_, at) => ((heads[at]?.key ?? null) === null ? [at] : []));
  const seats: Seat[] = places.flatMap((at, column) => {
    const [head, written] = [heads[at], table.columns[at]];
    return head === null || head === undefined || written === undefined
      ? []
      : [{ type: head.type, id: head.id, at: written.at, column }];
  });
  const asked = table.columns.flatMap(({ at: place }, at) => {
    const head = heads[at] ?? null;
    if (head === null || head.key === null) return [];
    return [{ at, seat: seatOf(seats, places, at, { ...head, at: place }), key: head.key }];
  });
  if (asked.length === 0) return { table, seats, facts: table.rows.map(() => []) };
  return {
    table: {
      ...table,
      columns: places.flatMap((at) => table.columns[at] ?? []),
      rows: table.rows.map((row) => ({
        ...row,
        cells: places.flatMap((at) => row.cells[at] ?? []),
      })),
    },
    seats,
    facts: table.rows.map(({ cells }) =>
      asked.flatMap(({ at, seat, key }) => {
        const cell = cells[at];
        return cell === undefined ? [] : [{ seat, key, cell }];
      }),
    ),
  };
}

/** The columns of versions alone, for those who only look at these. */
export function versionsIn(table: ConstraintTable, types: readonly ComponentType[]) {
  return splitTable(table, types).table;
}

function seatOf(
  seats: Seat[],
  places: readonly number[],
  fact: number,
  { type, id, at }: Pick<Seat, "type" | "id" | "at">,
): number {
  const own = seats.flatMap((seat, index) =>
    seat.type === type && seat.id?.toLowerCase() === id?.toLowerCase() ? [index] : [],
  );
  const placeOf = (seat: number) => places[seats[seat]?.column ?? -1] ?? Infinity;
  const found = own.findLast((seat) => placeOf(seat) < fact) ?? own[0];
  return found ?? seats.push({ type, id, at, column: null }) - 1;
}
