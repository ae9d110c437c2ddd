import type { Cell, Certificate, System } from "../certificate/shape.ts";
import { apartOf, isWithin, meets } from "./cells.ts";
import type { TableClasses } from "../planner/model/table-classes.ts";
import type { Columns } from "./columns.ts";

type EndBox = Certificate["end_states"][number];

/** Finds end states that hold what a combination has. */
export interface EndBoxes {
  /**
   * The index of a part of an end state in which Components of these kinds may have any of these versions; null: there
   * is none, or it was not found.
   */
  readonly holding: (
    kinds: readonly number[],
    lists: readonly (readonly number[])[],
  ) => number | null;
  /** All that were found. */
  readonly found: readonly EndBox[];
}

/** NO rows that may be cut away from, in all. */
const cutLimit = 200_000;

export function endBoxesOf(
  { end_states, types }: System,
  { classes }: TableClasses,
  { ofEnds }: Columns,
): EndBoxes {
  const found: EndBox[] = [];
  let cutsLeft = cutLimit;
  const versionsOf = (kind: number) => [
    ...(types[classes[kind]?.type ?? -1]?.versions.keys() ?? []),
  ];

  function holding(own: readonly number[], lists: readonly (readonly number[])[]): number | null {
    const given = new Map<number, readonly number[]>();
    for (const [at, kind] of own.entries())
      given.set(kind, [...new Set([...(given.get(kind) ?? []), ...(lists[at] ?? [])])]);
    const known = found.findIndex(({ versions }) =>
      [...given].every(([kind, asked]) => isWithin(asked, versions[kind] ?? null)),
    );
    if (known >= 0) return known;
    const domains: readonly Cell[] = classes.map(() => null);
    const box = end_states.length === 0 ? null : joined(domains, [], given);
    return box === null ? null : found.push(box) - 1;
  }

  /** A row of each table in turn, as long as anything is left of all of them. */
  function joined(
    domains: readonly Cell[],
    rows: readonly number[],
    given: ReadonlyMap<number, readonly number[]>,
  ): EndBox | null {
    const table = end_states[rows.length];
    if (table === undefined) return withoutNoRows(domains, rows, given);
    const columns = ofEnds[rows.length] ?? [];
    for (const [index, { verdict, cells }] of table.rows.entries()) {
      if (verdict !== "yes") continue;
      const next = [...domains];
      const isLeft = columns.every((column, place) =>
        column.every((kind) => {
          const cell = cells[place] ?? null;
          const both = intersection(next[kind] ?? null, cell);
          next[kind] = both;
          return both?.length !== 0 && isWithin(given.get(kind) ?? [], both);
        }),
      );
      const box = isLeft ? joined(next, [...rows, index], given) : null;
      if (box !== null) return box;
    }
    return null;
  }

  /** Makes some column of each NO row apart from it; what is given stays. */
  function withoutNoRows(
    domains: readonly Cell[],
    rows: readonly number[],
    given: ReadonlyMap<number, readonly number[]>,
  ): EndBox | null {
    for (const [at, table] of end_states.entries()) {
      const columns = ofEnds[at] ?? [];
      const isApart = apartFrom(at, domains);
      for (const { verdict, cells } of table.rows) {
        if (verdict !== "no" || cells.some((cell, place) => isApart(place, cell))) continue;
        for (const [place, cell] of cells.entries()) {
          cutsLeft -= 1;
          if (cutsLeft < 0) return null;
          const less = cutAway(columns[place] ?? [], cell, domains, given);
          const box = less === null ? null : withoutNoRows(less, rows, given);
          if (box !== null) return box;
        }
        return null;
      }
    }
    return {
      versions: domains.map((own, kind) => own ?? versionsOf(kind)),
      held: end_states.map((table, at) => ({
        row: rows[at] ?? -1,
        apart: apartOf(table, apartFrom(at, domains)) ?? [],
      })),
    };
  }

  function cutAway(
    column: readonly number[],
    cell: Cell,
    domains: readonly Cell[],
    given: ReadonlyMap<number, readonly number[]>,
  ): readonly Cell[] | null {
    if (cell === null) return null;
    const less = [...domains];
    for (const kind of column) {
      const left = (domains[kind] ?? versionsOf(kind)).filter((one) => !cell.includes(one));
      if (left.length === 0 || !isWithin(given.get(kind) ?? [], left)) return null;
      less[kind] = left;
    }
    return less;
  }

  /** Of a column and the cell of a row: whether nobody who may stand there matches it. */
  function apartFrom(at: number, domains: readonly Cell[]): (place: number, cell: Cell) => boolean {
    const columns = ofEnds[at] ?? [];
    return (place, cell) =>
      (columns[place] ?? []).every((kind) => !meets(domains[kind] ?? null, cell));
  }

  return { holding, found };
}

function intersection(one: Cell, other: Cell): Cell {
  if (one === null || other === null) return one ?? other;
  return one.filter((version) => other.includes(version));
}
