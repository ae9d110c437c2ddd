import { type ComponentType, unknownVersion, type Version } from "../core/ids.ts";
import { namesIn } from "./cell-versions.ts";
import { resolveHead } from "./columns.ts";
import type { Constraints, ConstraintTable } from "./table.ts";

/** The versions that the cells of the tables name. */
export function namedVersions(
  tables: readonly ConstraintTable[],
  knownTypes: readonly ComponentType[],
): Map<ComponentType, Set<Version>> {
  const named = new Map<ComponentType, Set<Version>>(knownTypes.map((type) => [type, new Set()]));
  for (const { columns, rows } of tables) {
    const types = columns.map(({ head }) => resolveHead(head, knownTypes)?.type);
    for (const { cells } of rows) {
      for (const [index, cell] of cells.entries()) {
        const type = types[index];
        for (const version of type === undefined ? [] : namesIn(cell)) add(named, type, version);
      }
    }
  }
  return named;
}

export function tablesOf(constraints: Constraints | null): readonly ConstraintTable[] {
  if (constraints === null) return [];
  const { endStates, transitionStates } = constraints;
  return endStates === null ? transitionStates : [endStates, ...transitionStates];
}

/** By name, the unknown one last. */
export function inOrder(versions: Iterable<Version>): readonly Version[] {
  const known = [...new Set(versions)].filter((version) => version !== unknownVersion);
  return [...known.toSorted(byName), unknownVersion];
}

/** Notes that the type has the version. */
export function add(
  named: Map<ComponentType, Set<Version>>,
  type: ComponentType | undefined,
  version: Version,
): void {
  if (type === undefined) return;
  const versions = named.get(type) ?? new Set();
  named.set(type, versions.add(version));
}

export function byName(a: string, b: string): number {
  return a < b ? -1 : 1;
}
