import type { System, Table } from "../certificate/shape.ts";
import { entry } from "./untrue.ts";

export type Kinds = ReturnType<typeof kindsOf>;

/** Which Components tables tell apart: one that a column names is a kind of its own, the rest of a type is one. */
export function kindsOf({ types, components, end_states, transition_states }: System) {
  const tables = [...end_states, ...transition_states];
  const named = new Set(tables.flatMap(({ columns }) => columns.map(({ component }) => component)));
  const unnamed = new Map<number, number>();
  const ofType = new Map<number, number[]>();
  let count = 0;
  const of = components.map(({ type, start }, component) => {
    entry(entry(types, type, "system.components").versions, start, "system.components");
    const known = named.has(component) ? undefined : unnamed.get(type);
    if (known !== undefined) return known;
    if (!named.has(component)) unnamed.set(type, count);
    ofType.set(type, [...(ofType.get(type) ?? []), count]);
    count += 1;
    return count - 1;
  });
  function columnsOf(table: Table): readonly (readonly number[])[] {
    const own = table.columns.flatMap(({ component }) =>
      component === null ? [] : [entry(of, component, "columns")],
    );
    return table.columns.map(({ type, component }) => {
      if (component !== null) return [entry(of, component, "columns")];
      return (ofType.get(type) ?? []).filter((kind) => !own.includes(kind));
    });
  }
  const found = new Map(tables.map((table) => [table, columnsOf(table)]));
  /** `of`: the kind of each Component; `columns`: for each column of a table the kinds that may stand in it. */
  return { of, count, columns: (table: Table) => found.get(table) ?? [] };
}
