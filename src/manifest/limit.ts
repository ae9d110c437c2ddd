import type { Place } from "../core/problem.ts";
import type { Rule } from "./system.ts";
import type { TableColumn } from "./table.ts";

/** How many of some Components may be in one order group, as people write it. */
export interface WrittenLimit {
  /** Types, and single Components (`type@id`). */
  readonly of: readonly TableColumn[];
  /** Of a share: in percent of those that there are. */
  readonly atMost: { readonly count: number } | { readonly percent: number };
  readonly rule: Rule;
  readonly at: Place;
}
