import type { Cell, System } from "../certificate/shape.ts";

/** For each NO row a column of which `isApart` holds; null: one of them has none. */
export function apartOf(
  { rows }: System["transition_states"][number],
  isApart: (place: number, cell: Cell) => boolean,
): readonly number[] | null {
  const apart: number[] = [];
  for (const { verdict, cells } of rows) {
    if (verdict !== "no") continue;
    const place = cells.findIndex((cell, column) => isApart(column, cell));
    if (place < 0) return null;
    apart.push(place);
  }
  return apart;
}

/** Whether some version is in both. */
export function meets(one: Cell, other: Cell): boolean {
  if (one === null || other === null) return (one ?? other)?.length !== 0;
  return one.some((version) => other.includes(version));
}

export function isWithin(inner: Cell, outer: Cell): boolean {
  return outer === null || (inner?.every((version) => outer.includes(version)) ?? false);
}
