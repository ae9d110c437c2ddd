import type { SystemVersion } from "../core/ids.ts";
import type { Place } from "../core/problem.ts";
import type { Rule } from "./system.ts";

export interface ConstraintTable {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** What holds for a combination that no row matches. */
  readonly allowByDefault: boolean;
  /** The fact that all of a combination must have in common; null: none. */
  readonly sharing: Named | null;
  readonly rows: readonly TableRow[];
  readonly at: Place;
}

export interface Named {
  readonly name: string;
  readonly at: Place;
}

export interface TableColumn {
  /** `gateway`, `rtos@R456`, `gateway:hw_rev`; case does not count. */
  readonly head: string;
  readonly at: Place;
}

export interface TableRow {
  /** One for each column. */
  readonly cells: readonly Cell[];
  readonly verdict: "yes" | "no" | "n/a";
  /** Of an end state; null where the row names none. */
  readonly systemVersion: SystemVersion | null;
  readonly rule: Rule;
}

export interface Cell {
  /** `gateway-v1.mender`, `*`, `?`, `any`, `>=4.0`, `!x`; never empty. Any of them may match. */
  readonly alternatives: readonly string[];
  readonly at: Place;
}
