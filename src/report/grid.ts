import type { Plan } from "../planner/model/plan.ts";
import type { PlannedSystem } from "./planned.ts";

/** A plan as a grid: one row a Component, one column an order group. */
export interface Grid {
  readonly columns: readonly GridColumn[];
  /** In the order of the Topology. */
  readonly rows: readonly GridRow[];
}

export interface GridColumn {
  /** Counted from 0, as `group` is in its stage. */
  readonly stage: number;
  readonly group: number;
  /** The System version in which the stage ends; null where there are no tables. */
  readonly endsIn: string | null;
  /** The first group after whose start a failure can no longer be undone. */
  readonly isPointOfNoReturn: boolean;
}

export interface GridRow {
  readonly component: string;
  readonly componentType: string;
  readonly start: string;
  /** For each column the version that it gets there; null: it stays. */
  readonly cells: readonly (string | null)[];
}

export function gridOf({ from }: Pick<PlannedSystem, "from">, plan: Plan): Grid {
  const { stages, pointOfNoReturn: point } = plan;
  const columns = stages.flatMap(({ groups, systemVersion }, stage) =>
    groups.map((_, group) => ({
      stage,
      group,
      endsIn: systemVersion,
      isPointOfNoReturn: point !== null && point.stage === stage && point.group === group,
    })),
  );
  const cells = new Map<string, (string | null)[]>(
    from.components.map(({ id }) => [id, columns.map(() => null)]),
  );
  for (const [column, steps] of stages.flatMap(({ groups }) => groups).entries()) {
    for (const { component, to } of steps) {
      const row = cells.get(component);
      if (row !== undefined) row[column] = to;
    }
  }
  return {
    columns,
    rows: from.components.map(({ id, type, version }) => ({
      component: id,
      componentType: type,
      start: version,
      cells: cells.get(id) ?? [],
    })),
  };
}

/** A row, and those that cannot be told from it. */
export interface AlikeRows extends GridRow {
  /** Further Components that do the same at the same time, in their order. */
  readonly others: readonly string[];
}

/** Components of one type that do the same at the same time, as one row where there are more than `most` of them. */
export function foldedRows(rows: readonly GridRow[], most: number): readonly AlikeRows[] {
  const crowds = new Map<string, GridRow[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const crowd = crowds.get(key);
    if (crowd === undefined) crowds.set(key, [row]);
    else crowd.push(row);
  }
  return rows.flatMap((row): AlikeRows[] => {
    const crowd = crowds.get(keyOf(row)) ?? [];
    if (crowd.length <= most) return [{ ...row, others: [] }];
    const [first, ...others] = crowd;
    return first === row ? [{ ...row, others: others.map(({ component }) => component) }] : [];
  });
}

function keyOf({ componentType, start, cells }: GridRow): string {
  return JSON.stringify([componentType, start, cells]);
}

/** Versions without the name of their type in front, which the row has already told: `2.1` for `motor-2.1`. */
export function shortVersion(type: string, version: string): string {
  const isNamed = version.startsWith(`${type}-`) && version.length > type.length + 1;
  return isNamed ? version.slice(type.length + 1) : version;
}
