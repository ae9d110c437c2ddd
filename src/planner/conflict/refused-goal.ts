import type { EndTable, Rule, System } from "../../manifest/system.ts";
import { at } from "../model/moves.ts";
import { firstRule } from "./nogood.ts";
import type { RowNogood } from "../model/conflict.ts";
import { acceptabilityOf } from "../constraints/acceptability.ts";
import { type Grounding, groundingOf } from "../constraints/grounding.ts";
import { wantedState } from "../model/wanted.ts";

/** Why the wanted state is no acceptable end state; null where it is one. */
export function missingEndState(
  system: System,
  grounding: Grounding = groundingOf(system),
): RowNogood | null {
  if (system.endTables.length === 0) return null;
  if (acceptabilityOf(system, grounding).endName(wantedState(system)) !== null) return null;
  const [first] = system.endTables;
  const [refusal] = refusedEndState(system).toSorted(
    (a, b) => Number(a.kind !== "row") - Number(b.kind !== "row"),
  );
  return refusal ?? (first === undefined ? null : unlisted(system, first));
}

/** For each end table that refuses the wanted state why it does. */
export function refusedEndState(system: System): readonly RowNogood[] {
  return system.endTables.flatMap((table): readonly RowNogood[] => {
    const no = table.rows.filter(({ verdict }) => verdict === "no");
    const forbidding = firstRule(no.filter(({ cells }) => misfits(system, table, cells) === 0));
    if (forbidding !== null) return [{ kind: "row", table: table.name, rule: forbidding }];
    return isListed(system, table) ? [] : [unlisted(system, table)];
  });
}

function unlisted(system: System, table: EndTable): RowNogood {
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
