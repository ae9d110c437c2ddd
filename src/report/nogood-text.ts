import { assertNever } from "../core/assert-never.ts";
import type { System } from "../manifest/system.ts";
import type { Nogood } from "../planner/conflict/nogood.ts";
import type { WhyNot } from "../planner/explain.ts";
import type { Answer } from "../planner/model/plan.ts";
import { aligned } from "./columns.ts";
import { type NogoodPlaces, headName, orderPlace, typeName, versionName } from "./explanation.ts";
import { ruleLines } from "./plan-text.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { listed, quoted } from "./words.ts";

/** The rules that forbid every plan, as far as they were told apart from those that do not matter. */
export function coreLines(places: NogoodPlaces, why: WhyNot, style: Style): readonly string[] {
  const isOne = why.core.length === 1;
  const head = isOne
    ? "This rule alone forbids it:"
    : "Together these rules forbid it, whatever the others say:";
  const told = why.isIrreducible ? why.core : withFewOrders(places.system, why.core);
  const untold = why.core.length - told.length;
  return [
    head,
    ...nogoodLines(places, told, "  ", style),
    ...(untold === 0 ? [] : [`  and ${untold} more numbers that are written by hand`]),
    ...(isOne || why.isIrreducible ? [] : [notReduced]),
  ];
}

/** Of the numbers of a written order among which those that matter were not told apart, so many. */
const mostOrders = 10;

/**
 * First of all those of the types of which the tables of the rows speak. One more than that is told rather than
 * counted.
 */
function withFewOrders({ transitionTables }: System, core: WhyNot["core"]): WhyNot["core"] {
  const orders = core.filter((nogood) => nogood.kind === "order");
  if (orders.length <= mostOrders + 1) return core;
  const names = new Set(core.flatMap((nogood) => (nogood.kind === "order" ? [] : [nogood.table])));
  const spokenOf = new Set(
    transitionTables
      .filter(({ name }) => names.has(name))
      .flatMap(({ columns }) => columns.map(({ type }) => type)),
  );
  const isLate = ({ type }: (typeof orders)[number]) => Number(!spokenOf.has(type));
  const sorted = orders.toSorted((a, b) => isLate(a) - isLate(b) || a.type - b.type);
  return [...core.filter(({ kind }) => kind !== "order"), ...sorted.slice(0, mostOrders)];
}

/** Those that the search for a plan has found. */
export function searchLines(
  { core, isReduced }: Pick<Extract<Answer, { kind: "no-plan" }>, "core" | "isReduced">,
  style: Style,
): readonly string[] {
  if (core.length === 0) return [];
  if (core.length === 1) return ["This rule forbids it:", ...ruleLines(core, "  ", style)];
  return [
    "Together these rules forbid it:",
    ...ruleLines(core, "  ", style),
    ...(isReduced ? [] : [notReduced]),
  ];
}

const notReduced = "  Not reduced further: some of them may not be needed.";

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
  return aligned(rows).map(([place = "", text = ""]) => `${indent}${place}  ${style.faint(text)}`);
}

export function placeText(places: NogoodPlaces, nogood: Nogood): string {
  const place = nogood.kind === "order" ? orderPlace(places, nogood.type) : nogood.rule;
  return place?.line === undefined ? "" : `${printable(place.file)}:${place.line}`;
}

export function nogoodText(system: System, nogood: Nogood): string {
  switch (nogood.kind) {
    case "row":
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
    case "order":
      return `the order of ${quoted(typeName(system, nogood.type))} is written by hand: ${String(system.types[nogood.type]?.order ?? "")}`;
    default:
      return assertNever(nogood);
  }
}
