import { assertNever } from "../core/assert-never.ts";
import type { System } from "../manifest/system.ts";
import type { Conflict, Nogood } from "../planner/model/conflict.ts";
import { aligned } from "./columns.ts";
import { type NogoodPlaces, headName, orderPlace, typeName, versionName } from "./explanation.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { listed, quoted } from "./words.ts";

/** The rules that forbid every plan, as far as they were told apart from those that do not matter. */
export function coreLines(
  places: NogoodPlaces,
  { core, isIrreducible, isAlone }: Conflict,
  style: Style,
): readonly string[] {
  if (core.length === 0) return [];
  const isOne = core.length === 1;
  const told = isIrreducible ? core : withFewOrders(places.system, core);
  const untold = core.length - told.length;
  return [
    heads[isOne ? "one" : "several"][isAlone ? "alone" : "beside"],
    ...nogoodLines(places, told, "  ", style),
    ...(untold === 0 ? [] : [`  and ${untold} more numbers that are written by hand`]),
    ...(isOne || isIrreducible ? [] : ["  Not reduced further: some of them may not be needed."]),
  ];
}

/** Whether they forbid it alone, or beside the rules for stages and for what is numbered by hand. */
const heads = {
  one: { alone: "This rule alone forbids it:", beside: "This rule forbids it:" },
  several: {
    alone: "Together these rules forbid it, whatever the others say:",
    beside: "Together these rules forbid it:",
  },
} as const;

/** Of the numbers of a written order among which those that matter were not told apart, so many. */
const mostOrders = 10;

/**
 * First of all those of the types of which the tables of the rows speak. One more than that is told rather than
 * counted.
 */
function withFewOrders({ transitionTables }: System, core: Conflict["core"]): Conflict["core"] {
  const orders = core.filter((nogood) => nogood.kind === "order");
  if (orders.length <= mostOrders + 1) return core;
  const names = new Set(core.flatMap((nogood) => ("table" in nogood ? [nogood.table] : [])));
  const spokenOf = new Set(
    transitionTables
      .filter(({ name }) => names.has(name))
      .flatMap(({ columns }) => columns.map(({ type }) => type)),
  );
  const isLate = ({ type }: (typeof orders)[number]) => Number(!spokenOf.has(type));
  const sorted = orders.toSorted((a, b) => isLate(a) - isLate(b) || a.type - b.type);
  return [...core.filter(({ kind }) => kind !== "order"), ...sorted.slice(0, mostOrders)];
}

/** By file and line, then the row as written or what is not there. */
export function nogoodLines(
  places: NogoodPlaces,
  nogoods: readonly Nogood[],
  indent: string,
  style: Style,
): readonly string[] {
  const rows = nogoods.map((nogood) => [
    placeText(places, nogood),
    nogoodText(places.system, nogood),
  ]);
  return aligned(rows, style.widthOf).map(
    ([place = "", text = ""]) => `${indent}${place}  ${style.faint(text)}`,
  );
}

export function placeText(places: NogoodPlaces, nogood: Nogood): string {
  const place = nogood.kind === "order" ? orderPlace(places, nogood.type) : nogood.rule;
  return place?.line === undefined ? "" : `${printable(place.file)}:${place.line}`;
}

export function nogoodText(system: System, nogood: Nogood): string {
  switch (nogood.kind) {
    case "row":
    case "edge":
    case "depends":
      return printable(nogood.rule.row.trim()).replaceAll(/ {2,}/g, " ");
    case "unlisted": {
      const what = nogood.columns.map(
        (column, index) =>
          `${headName(system, column)} ${versionName(system, column.type, nogood.versions[index])}`,
      );
      return `no row of ${quoted(nogood.table)} allows ${listed(what)}`;
    }
    case "rest":
      return `a stage may end in no state but those of ${quoted(nogood.table)}`;
    case "edge-default":
      return `the edges of ${quoted(typeName(system, nogood.type))} allow nothing that no row of theirs allows`;
    case "artifact-depends":
      return `the Artifact ${quoted(versionName(system, nogood.type, nogood.to))} depends on ${printable(nogood.needs)}`;
    case "order":
      return `the order of ${quoted(typeName(system, nogood.type))} is written by hand: ${String(system.types[nogood.type]?.order ?? "")}`;
    default:
      return assertNever(nogood);
  }
}
