import { assertNever } from "../../core/assert-never.ts";
import type { Rule, System, SystemState } from "../../manifest/system.ts";
import type { EndStatesOnly } from "../constraints/end-states-only.ts";
import { type GroundConstraint, ruling } from "../constraints/ground.ts";
import { byRule } from "../constraints/rule-order.ts";
import type { Nogood, RowNogood } from "../model/conflict.ts";
import { at } from "../model/moves.ts";

/** What forbids these versions on a constraint that refuses them. */
export function nogoodOn(constraint: GroundConstraint, versions: readonly number[]): RowNogood {
  const said = ruling(constraint, versions);
  const { name, columns, rows } = constraint.table;
  if (!said.accepted && said.rule !== null) return { kind: "row", table: name, rule: said.rule };
  return { kind: "unlisted", table: name, rule: firstRule(rows), columns, versions };
}

export function restNogood({ endTables: [ends] }: System): Nogood {
  return { kind: "rest", table: ends?.name ?? "", rule: firstRule(ends?.rows ?? []) };
}

/** Tells why a state may not be passed where only end states may be; null: it may be. */
export function endStateNogoods(
  { components, endTables: [ends] }: System,
  { refusal }: EndStatesOnly,
): (state: SystemState) => RowNogood | null {
  const table = ends?.name ?? "";
  const nearby = firstRule(ends?.rows ?? []);
  const columns = components.map(({ type }, component) => ({ type, component }));
  return (state) => {
    const refused = refusal(state.map((version) => [version]));
    if (refused === null) return null;
    const { rule } = refused;
    if (rule !== null) return { kind: "row", table, rule };
    return { kind: "unlisted", table, rule: nearby, columns, versions: state };
  };
}

/** The row to look at where none of them says it. */
export function firstRule(rows: readonly { readonly rule: Rule }[]): Rule | null {
  return rows.map(({ rule }) => rule).toSorted(byRule)[0] ?? null;
}

/** Gives each nogood a number when it is first met. */
export interface Numbering {
  readonly numberOf: (nogood: Nogood) => number;
  readonly nogood: (number: number) => Nogood;
}

export function nogoodsOf(): Numbering {
  const nogoods: Nogood[] = [];
  const numbers = new Map<string, number>();
  return {
    nogood: (number) => at(nogoods, number),
    numberOf: (nogood) => {
      const key = JSON.stringify(nogood);
      const number = numbers.get(key) ?? nogoods.push(nogood) - 1;
      numbers.set(key, number);
      return number;
    },
  };
}

/** The most tangible last: a NO row is easier to understand than what is missing. */
const ranks: Readonly<Record<Nogood["kind"], number>> = {
  rest: 0,
  order: 1,
  "artifact-depends": 2,
  depends: 3,
  "edge-default": 4,
  unlisted: 5,
  edge: 6,
  row: 7,
};

/** The same order whatever the order in which they were met, or in which types and versions are written. */
export function byNogood(system: System): (a: Nogood, b: Nogood) => number {
  return (a, b) => {
    if (a.kind !== b.kind) return ranks[a.kind] - ranks[b.kind];
    const [textA, textB] = [textOf(system, a), textOf(system, b)];
    if (textA === textB) return 0;
    return textA < textB ? -1 : 1;
  };
}

/** In the order of the files, as people read them. */
export function byPlace(system: System): (a: Nogood, b: Nogood) => number {
  const otherwise = byNogood(system);
  return (a, b) => {
    const order = byRule(ruleAt(a), ruleAt(b));
    return order === 0 ? otherwise(a, b) : order;
  };
}

function ruleAt(nogood: Nogood): Rule {
  return (nogood.kind === "order" ? null : nogood.rule) ?? { file: "", line: 0, row: "" };
}

function textOf({ types }: System, nogood: Nogood): string {
  if (nogood.kind === "order") return at(types, nogood.type).name;
  const { rule } = nogood;
  const place = rule === null ? "" : `${rule.file}:${String(rule.line).padStart(8, "0")}`;
  const whose = "table" in nogood ? nogood.table : at(types, nogood.type).name;
  return `${whose}/${place}/${saidIn(types, nogood) ?? rule?.row ?? ""}`;
}

/** What tells apart those of one place; null: the row as written. */
function saidIn(types: System["types"], nogood: Nogood): string | null {
  switch (nogood.kind) {
    case "unlisted":
      return namesOf(types, nogood).join();
    case "artifact-depends":
      return nogood.needs;
    case "row":
    case "rest":
    case "order":
    case "edge":
    case "edge-default":
    case "depends":
      return null;
    default:
      return assertNever(nogood);
  }
}

/** The versions of a combination that no row allows. */
function namesOf(
  types: System["types"],
  { columns, versions }: Extract<Nogood, { kind: "unlisted" }>,
): readonly string[] {
  return columns.map(({ type }, column) => at(at(types, type).versions, at(versions, column)));
}
