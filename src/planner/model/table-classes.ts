import type { Column, System } from "../../manifest/system.ts";
import { crowdingClassesOf } from "./crowding.ts";

/** Components that no table tells apart: one that a column names, or those of a type that none names. */
export interface TableClass {
  readonly type: number;
  /** Indexes into the System's Components, ascending. */
  readonly components: readonly number[];
  readonly isNamed: boolean;
}

export interface TableClasses {
  readonly classes: readonly TableClass[];
  /** The index of each Component's table class. */
  readonly of: readonly number[];
  /** For each table class their Component; -1: they are more than one. */
  readonly alone: readonly number[];
  /** For each type its table class. */
  readonly ofType: readonly (readonly number[])[];
  /** For each Component what tells it from those of its type that count in other limits. */
  readonly crowding: readonly number[];
}

export function tableClassesOf(system: System): TableClasses {
  const named = new Set<number>();
  for (const table of [...system.endTables, ...system.transitionTables]) {
    for (const { component } of table.columns) if (component !== null) named.add(component);
  }
  const classes: (TableClass & { readonly components: number[] })[] = [];
  const byType = new Map<number, number>();
  const of = system.components.map(({ type }, component) => {
    const isNamed = named.has(component);
    const known = isNamed ? undefined : byType.get(type);
    if (known !== undefined) {
      classes[known]?.components.push(component);
      return known;
    }
    if (!isNamed) byType.set(type, classes.length);
    return classes.push({ type, components: [component], isNamed }) - 1;
  });
  const ofType: number[][] = system.types.map(() => []);
  for (const [at, { type }] of classes.entries()) {
    // Mostly the only one: a list that was pushed to keeps room for many more.
    if (ofType[type]?.length === 0) ofType[type] = [at];
    else ofType[type]?.push(at);
  }
  const alone = classes.map(({ components }) =>
    components.length === 1 ? (components[0] ?? -1) : -1,
  );
  return { classes, of, alone, ofType, crowding: crowdingClassesOf(system) };
}

/**
 * The table class that may stand in each column. A Component that the table names stands in its own column
 * only, not in its type's.
 */
export function candidates(
  { of, ofType }: TableClasses,
  columns: readonly Column[],
): readonly (readonly number[])[] {
  const named = columns.flatMap(({ component }) =>
    component === null ? [] : [of[component] ?? -1],
  );
  return columns.map(({ type, component }) => {
    if (component !== null) return [of[component] ?? -1];
    const all = ofType[type] ?? [];
    return named.length === 0 ? all : all.filter((at) => !named.includes(at));
  });
}
