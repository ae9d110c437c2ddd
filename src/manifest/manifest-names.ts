import type { ComponentType } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { namesIn } from "./cell-versions.ts";
import { columnsOfTypes, type TypeColumn } from "./columns.ts";
import { lookAlikes, type NameAt } from "./look-alikes.ts";
import type { Manifest, WantedType } from "./manifest.ts";
import { namingTables } from "./named-versions.ts";
import type { Cell } from "./table.ts";
import type { Constraints } from "./written-constraints.ts";
import { versionNamed } from "./version.ts";

export interface FoundNames {
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
}

/** Names of a Manifest that look like others of it. */
export function namesOfManifest(manifest: Manifest): FoundNames {
  const types = manifest.componentTypes.map(({ type, at }) => ({ name: type, at }));
  const rows = manifest.constraints?.endStates?.rows ?? [];
  const systemVersions = rows.flatMap(({ systemVersion, rule: { file, line, row } }) =>
    systemVersion === null ? [] : [{ name: systemVersion, at: { file, line, text: row } }],
  );
  const columns = columnsIn(manifest, manifest.constraints);
  return joined([
    lookAlikes("Component types", types),
    lookAlikes("System versions", systemVersions),
    ...manifest.componentTypes.map((wanted) =>
      lookAlikes(versionsOfType(wanted), versionNames(wanted, columns)),
    ),
  ]);
}

export function versionsOfType({ type }: WantedType): string {
  return `versions of "${type}"`;
}

type Columns = ReadonlyMap<ComponentType, readonly TypeColumn[]>;

export function columnsIn({ componentTypes }: Manifest, constraints: Constraints | null): Columns {
  const types = componentTypes.map(({ type }) => type);
  return columnsOfTypes(namingTables(constraints, types), types);
}

/** Of the Artifacts first: what they are called is a fact, a cell may be misspelt. */
export function versionNames(
  { type, target, steppingStones }: WantedType,
  columns: Columns,
): readonly NameAt[] {
  const artifacts = [target, ...steppingStones];
  return [
    ...artifacts.flatMap(({ name, at }) =>
      name === null ? [] : [{ name: versionNamed(name), at }],
    ),
    ...cellNames(columns.get(type) ?? []),
    ...artifacts.flatMap(({ depends }) => (depends === null ? [] : namesAt(depends))),
  ];
}

/** The same text stands in many cells; only the first one counts. */
export function cellNames(columns: readonly TypeColumn[]): readonly NameAt[] {
  const cells = new Map<string, Cell>();
  for (const { table, index } of columns) {
    for (const row of table.rows) {
      const cell = row.cells[index];
      if (cell === undefined) continue;
      const text = cell.alternatives.join("|");
      if (!cells.has(text)) cells.set(text, cell);
    }
  }
  return [...cells.values()].flatMap(namesAt);
}

function namesAt(cell: Cell): readonly NameAt[] {
  return namesIn(cell).map((name) => ({ name, at: cell.at }));
}

export function joined(all: readonly FoundNames[]): FoundNames {
  return {
    problems: all.flatMap(({ problems }) => problems),
    notes: all.flatMap(({ notes }) => notes),
  };
}
