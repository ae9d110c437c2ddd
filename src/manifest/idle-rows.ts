import { type ComponentType, unknownVersion, type Version } from "../core/ids.ts";
import type { Place, Problem } from "../core/problem.ts";
import { namesIn } from "./cell-versions.ts";
import { columnsOfTypes } from "./columns.ts";
import type { EdgeTable } from "./edges.ts";
import { partialNumbersExplained } from "./number-range.ts";
import { nearest } from "../core/nearest.ts";
import type { Row, System } from "./system.ts";
import type { Cell, ConstraintTable } from "./table.ts";

/** What is said of a type's versions, and which of these exist, whoever has them. */
export interface SaidOfType {
  readonly type: ComponentType;
  readonly edges: EdgeTable | null;
  readonly declared: readonly Version[];
}

/** What is misspelt in a row makes it say nothing, and the tables something else than was meant. */
export function idleRows(
  tables: readonly ConstraintTable[],
  said: readonly SaidOfType[],
  system: System,
): readonly Problem[] {
  return [...strayVersions(tables, said, system), ...emptyCells(system)];
}

/** Versions in cells that no Artifact gives, no end state holds and no Component has; a note for each type. */
function strayVersions(
  tables: readonly ConstraintTable[],
  said: readonly SaidOfType[],
  system: System,
): readonly Problem[] {
  const suspects = new Map([...versionsApart(system)].filter(([, { never }]) => never.size > 0));
  if (suspects.size === 0) return [];
  const columns = columnsOfTypes(
    tables,
    said.map(({ type }) => type),
  );
  return said.flatMap(({ type, edges, declared }) => {
    const { met, never } = suspects.get(type) ?? {
      met: new Set<Version>(),
      never: new Set<Version>(),
    };
    const isStray = (version: Version) => never.has(version) && !declared.includes(version);
    const inTables = (columns.get(type) ?? []).flatMap(({ table, index }) =>
      table.rows.flatMap(({ cells }) => cells[index] ?? []),
    );
    const inEdges = edges?.rows.flatMap(({ from, to }) => [from, to]) ?? [];
    return [
      ...strayNotes(`The tables name versions of "${type}"`, inTables, isStray, met),
      ...strayNotes(`The edges of "${type}" name versions`, inEdges, isStray, met),
    ];
  });
}

interface Apart {
  /** Those that some Component has, can be given, or has in an end state; the unknown one among them. */
  readonly met: ReadonlySet<Version>;
  readonly never: ReadonlySet<Version>;
}

function versionsApart({
  types,
  components,
  endTables,
}: System): ReadonlyMap<ComponentType, Apart> {
  const met = types.map(({ target }) => new Set([target]));
  for (const { type, start, hops } of components) {
    const own = met[type];
    own?.add(start);
    for (const targets of hops) for (const to of targets) own?.add(to);
  }
  for (const { columns, rows } of endTables) {
    for (const { verdict, cells } of rows) {
      if (verdict !== "yes") continue;
      for (const [column, { type }] of columns.entries()) {
        const all = types[type]?.versions.keys() ?? [];
        for (const version of cells[column] ?? all) met[type]?.add(version);
      }
    }
  }
  return new Map(
    types.map(({ name, versions }, type) => {
      const isMet = (version: Version, at: number) =>
        version === unknownVersion || met[type]?.has(at) === true;
      const never = versions.filter((version, at) => !isMet(version, at));
      return [name, { met: new Set(versions.filter(isMet)), never: new Set(never) }];
    }),
  );
}

/** No more are told by name. */
const maxTold = 10;

function strayNotes(
  what: string,
  cells: readonly Cell[],
  isStray: (version: Version) => boolean,
  known: ReadonlySet<Version>,
): readonly Problem[] {
  const places = new Map<Version, Place>();
  for (const cell of cells)
    for (const version of namesIn(cell))
      if (!places.has(version) && isStray(version)) places.set(version, cell.at);
  const [stray] = places;
  if (stray === undefined) return [];
  const [first, at] = stray;
  const names = [...places.keys()].slice(0, maxTold).map((version) => `"${version}"`);
  const more = places.size > maxTold ? ` and ${places.size - maxTold} more` : "";
  const meant = nearest(first, [...known]);
  return [
    {
      code: "version-without-artifact",
      message: `${what} that no Artifact gives, no end state holds and no Component has: ${names.join(", ")}${more}.`,
      at,
      hint:
        meant === null
          ? "Check the spelling, or remove them: a row with a version that nobody can have says nothing."
          : `Did you mean "${meant}"? A row with a version that nobody can have says nothing.`,
    },
  ];
}

/** Rows with a cell, a range above all, that matches no version at all; a note for each table. */
function emptyCells({ types, endTables, transitionTables }: System): readonly Problem[] {
  return [...endTables, ...transitionTables].flatMap(({ name, columns, rows }) => {
    const all: readonly Pick<Row, "cells" | "rule">[] = rows;
    const empty = all
      .filter(({ cells }) => cells.some((cell) => cell?.length === 0))
      .toSorted((a, b) => a.rule.line - b.rule.line);
    const [first] = empty;
    if (first === undefined) return [];
    const column = columns[first.cells.findIndex((cell) => cell?.length === 0)];
    const type = types[column?.type ?? -1]?.name ?? "";
    const others = empty.length - 1;
    const such = others === 1 ? "another such row" : `${others} more such rows`;
    const more = others === 0 ? "" : ` The table "${name}" has ${such}.`;
    const { file, line, row } = first.rule;
    return [
      {
        code: "row-without-effect" as const,
        message: `The row never applies: its cell for "${type}" matches no version that is known here.${more}`,
        at: { file, line, text: row },
        hint: ["Correct the cell, or remove the row.", partialNumbersExplained(row)]
          .join(" ")
          .trim(),
      },
    ];
  });
}
