import type { Rule, System, VersionSet } from "../manifest/system.ts";
import { headName, versionName } from "../report/explanation.ts";
import { shortVersion } from "../report/grid.ts";
import { ruleKey } from "./path-states.ts";
import type { PathState, PictureRow, PictureTable } from "./picture.ts";

/** Of a longer table only the rows that matter to the way or to the conflict, then the first ones. */
const mostRows = 120;

/** Of a cell that stands for more versions the first ones are named. */
const mostVersions = 6;

/** The tables with the rows that allow the states on the way, and those that together forbid every plan. */
export function pictureTables(
  system: System,
  states: readonly PathState[],
  conflict: readonly Rule[],
): readonly PictureTable[] {
  const allows = new Map<string, number[]>();
  for (const [index, { allowedBy }] of states.entries()) {
    for (const rule of allowedBy) {
      const known = allows.get(ruleKey(rule));
      if (known === undefined) allows.set(ruleKey(rule), [index]);
      else known.push(index);
    }
  }
  const inConflict = new Set(conflict.map(ruleKey));
  const rowOf =
    (columns: System["transitionTables"][number]["columns"]) =>
    (row: TableRow): PictureRow => ({
      cells: columns.map(({ type }, column) => cellText(system, type, row.cells[column] ?? null)),
      verdict: row.verdict.toUpperCase(),
      systemVersion: row.systemVersion ?? null,
      rule: row.rule,
      allows: allows.get(ruleKey(row.rule)) ?? [],
      isInConflict: inConflict.has(ruleKey(row.rule)),
    });
  const tableOf = ({ name, columns, rows }: Table, hasSystemVersions: boolean): PictureTable => ({
    name,
    heads: columns.map((column) => headName(system, column)),
    hasSystemVersions,
    ...shortened(rows.map(rowOf(columns))),
  });
  return [
    ...system.endTables.map((table) => tableOf(table, true)),
    ...system.transitionTables.map((table) => tableOf(table, false)),
  ];
}

type TableRow = Pick<
  System["transitionTables"][number]["rows"][number],
  "cells" | "verdict" | "rule"
> & {
  readonly systemVersion?: string | null;
};

type Table = Pick<System["transitionTables"][number], "name" | "columns"> & {
  readonly rows: readonly TableRow[];
};

function shortened(rows: readonly PictureRow[]): Pick<PictureTable, "rows" | "omitted"> {
  if (rows.length <= mostRows) return { rows, omitted: 0 };
  const matters = ({ allows, isInConflict }: PictureRow) => allows.length > 0 || isInConflict;
  const chosen = new Set([...rows.filter(matters), ...rows].slice(0, mostRows));
  return { rows: rows.filter((row) => chosen.has(row)), omitted: rows.length - chosen.size };
}

function cellText(system: System, type: number, versions: VersionSet): string {
  if (versions === null) return "any";
  const name = system.types[type]?.name ?? "";
  const names = versions
    .slice(0, mostVersions)
    .map((version) => shortVersion(name, versionName(system, type, version)));
  const rest = versions.length - names.length;
  if (names.length === 0) return "none that is known";
  return rest === 0 ? names.join(", ") : `${names.join(", ")} and ${rest} more`;
}
