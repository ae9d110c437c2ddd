import type { System } from "../../manifest/system.ts";
import type { Nogood as TableNogood } from "./relaxed-acceptability.ts";
import type { Nogood } from "./nogood.ts";
import { firstRule } from "./step-rules.ts";
import type { Answer } from "../model/plan.ts";

/** Systems in which only some of the rules hold, to ask whether these alone forbid every plan. */

export type Planner = (system: System) => Answer["kind"];

/** As it is told. */
export function nogoodOf({
  rule,
  table,
  versions,
}: TableNogood): Extract<Nogood, { kind: "row" | "unlisted" }> {
  if (versions === null) return { kind: "row", table: table.name, rule };
  const { name, columns, rows } = table;
  return { kind: "unlisted", table: name, rule: firstRule(rows), columns, versions };
}

/** The System when nothing on the way is forbidden but this. */
export function withRows(system: System, nogoods: readonly TableNogood[]): System {
  const met = [...new Set(nogoods.map(({ table }) => table))];
  const transitionTables = met.map((table) => {
    const own = nogoods.filter((nogood) => nogood.table === table);
    const rows = own.map(({ cells, rule }) => ({ cells, verdict: "no" as const, rule }));
    return { ...table, allowByDefault: true, rows };
  });
  return { ...system, transitionTables, endStatesOnly: false };
}

/** The System when only these types are numbered. */
export function withOrders(system: System, kept: readonly number[]): System {
  const types = system.types.map((one, type) =>
    kept.includes(type) ? one : { ...one, order: null },
  );
  return { ...system, types };
}

/** The System when a stage may end anywhere. */
export function withoutRests(system: System): System {
  const endTables = system.endTables.slice(0, 1).map((table) => ({
    ...table,
    columns: [],
    rows: table.rows
      .filter(({ verdict }) => verdict === "yes")
      .slice(0, 1)
      .map((row) => ({ ...row, cells: [] })),
  }));
  return { ...system, endTables };
}

/** Mostly the numbers of those that the tables of the nogoods speak of will do. */
export function sufficient(
  numbered: readonly number[],
  nogoods: readonly TableNogood[],
  isForbidding: (orders: readonly number[]) => boolean,
): readonly number[] {
  const columns = nogoods.flatMap(({ table }) => table.columns);
  const near = numbered.filter((type) => columns.some((column) => column.type === type));
  return isForbidding(near) ? near : numbered;
}
