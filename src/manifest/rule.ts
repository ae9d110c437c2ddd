import type { Place } from "../core/problem.ts";
import type { Rule } from "./system.ts";
import type { Cell, Named, TableColumn } from "./table.ts";

/** A rule as people write it beside the tables; match-rules.ts makes tables of it. */
export type WrittenRule = RuleHead & (Requirement | Sameness | Comparison);

interface RuleHead {
  /** Its `name`, or where it stands in the list. */
  readonly name: string;
  readonly holds: "always" | "at_rest" | "in_transit";
  /** The fact that all of a choice must have in common; null: none. */
  readonly sharing: Named | null;
  /** As it is found in the file. */
  readonly rule: Rule;
  readonly at: Place;
}

/** If all cells of `when` match, all of `require` must. */
export interface Requirement {
  readonly kind: "require";
  readonly when: readonly Condition[];
  readonly require: readonly Condition[];
}

/** `camera: ">=3"`, `gateway@G1: "2.x"`, `"gateway:hw_rev": B` */
export interface Condition extends TableColumn {
  readonly cell: Cell;
}

/** What counts of a version: its name, or its number up to this part. */
export type NamePart = "name" | NumberPart;
export type NumberPart = "major" | "minor";

/** For each type: any two Components of it agree. */
export interface Sameness {
  readonly kind: "same";
  readonly columns: readonly (TableColumn & { readonly part: NamePart })[];
}

/** How far the numbers of two Components may be apart. */
export interface Comparison {
  readonly kind: "compare";
  readonly between:
    /** `behind` is never ahead. */
    | { readonly ahead: TableColumn; readonly behind: TableColumn }
    /** Any two of a type, either way. */
    | { readonly type: TableColumn };
  readonly part: NumberPart;
  readonly within: number;
}

/** What a rule speaks of: those of each list may each stand once. */
export function headsOf(rule: WrittenRule): readonly (readonly TableColumn[])[] {
  if (rule.kind === "require") return [rule.when, rule.require];
  if (rule.kind === "same") return [rule.columns];
  const { between } = rule;
  return ["type" in between ? [between.type] : [between.ahead, between.behind]];
}
