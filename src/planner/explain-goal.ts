import type { EndTable, Rule, System } from "../manifest/system.ts";
import { at } from "./draft.ts";
import type { Ban } from "./explain-bans.ts";
import { firstRule } from "./explain-law.ts";
import { wantedOf } from "./hand-written.ts";
import { judge } from "./judge.ts";

/** Why the wanted state is no acceptable end state; null where it is one. */
export function missingEndState(system: System): Ban | null {
  const wanted = system.components.map((_, component) => wantedOf(system, component));
  if (system.endTables.length === 0 || judge(system).endName(wanted) !== null) return null;
  for (const table of system.endTables) {
    const no = table.rows.filter(({ verdict }) => verdict === "no");
    const forbidding = firstRule(no.filter(({ cells }) => misfits(system, table, cells) === 0));
    if (forbidding !== null) return { kind: "row", table: table.name, rule: forbidding };
  }
  const [first] = system.endTables;
  const table = system.endTables.find((one) => !isListed(system, one)) ?? first;
  if (table === undefined) return null;
  return {
    kind: "unlisted",
    table: table.name,
    rule: nearestRow(system, table),
    columns: table.columns,
    versions: table.columns.map(({ type }) => at(system.types, type).target),
  };
}

function isListed(system: System, table: EndTable): boolean {
  return table.rows.some(
    ({ verdict, cells }) => verdict === "yes" && misfits(system, table, cells) === 0,
  );
}

/** The YES row that the fewest versions keep from being the wanted state. */
function nearestRow(system: System, table: EndTable): Rule | null {
  const yes = table.rows.filter(({ verdict }) => verdict === "yes");
  const least = Math.min(...yes.map(({ cells }) => misfits(system, table, cells)));
  return firstRule(yes.filter(({ cells }) => misfits(system, table, cells) === least));
}

function misfits(
  { types, components }: System,
  { columns }: EndTable,
  cells: EndTable["rows"][number]["cells"],
): number {
  return columns.filter(({ type }, column) => {
    const cell = cells[column] ?? null;
    const isThere = components.some((component) => component.type === type);
    return isThere && cell !== null && !cell.includes(at(types, type).target);
  }).length;
}
