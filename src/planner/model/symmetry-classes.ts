import type { System } from "../../manifest/system.ts";
import { at } from "./moves.ts";
import type { TableClasses } from "./table-classes.ts";

/** Components that are alike in all but their names; the search counts them instead of naming them. */
export interface SymmetryClass {
  readonly tableClass: number;
  readonly type: number;
  readonly start: number;
  readonly target: number;
  /** How many versions their type knows. */
  readonly size: number;
  readonly hops: readonly (readonly number[])[];
  /** Indexes of Components, in the order of the Topology. */
  readonly members: readonly number[];
}

export interface SymmetryClasses {
  readonly classes: readonly SymmetryClass[];
  /** The index of each Component's symmetry class. */
  readonly of: readonly number[];
  /** For each table class their symmetry classes. */
  readonly byTableClass: readonly (readonly number[])[];
}

export function symmetryClassesOf(system: System, tableClasses: TableClasses): SymmetryClasses {
  const known = new Map<string, number>();
  const classes: (SymmetryClass & { readonly members: number[] })[] = [];
  const of = system.components.map((component, index) => {
    const { type, start, hops, ways, supportsRollback, rebootsHost } = component;
    const tableClass = at(tableClasses.of, index);
    const isAlone = at(tableClasses.alone, tableClass) >= 0;
    const key = isAlone
      ? `alone ${String(index)}`
      : `${tableClass}/${start}/${Number(supportsRollback)}${Number(rebootsHost)}/${at(tableClasses.crowding, index)}/${hops.join(";")}/${JSON.stringify(ways)}`;
    const before = known.get(key);
    if (before !== undefined) {
      classes[before]?.members.push(index);
      return before;
    }
    known.set(key, classes.length);
    const { versions, target } = at(system.types, type);
    const size = versions.length;
    return classes.push({ tableClass, type, start, target, size, hops, members: [index] }) - 1;
  });
  const byTableClass: number[][] = [];
  for (const [symmetryClass, { tableClass }] of classes.entries()) {
    // Mostly the only one: a list that was pushed to keeps room for many more.
    if (byTableClass[tableClass] === undefined) byTableClass[tableClass] = [symmetryClass];
    else byTableClass[tableClass].push(symmetryClass);
  }
  return { classes, of, byTableClass };
}
