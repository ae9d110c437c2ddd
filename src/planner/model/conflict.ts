import type { Closing } from "../../manifest/closed-installs.ts";
import type { Column, Rule } from "../../manifest/system.ts";

/** Something that forbids, as far as it can be changed by itself. Types and versions by index. */
export type Nogood =
  | RowNogood
  /** Stages end in end states only. */
  | { readonly kind: "rest"; readonly table: string; readonly rule: Rule | null }
  /** The hand-written order of a type. */
  | { readonly kind: "order"; readonly type: number }
  /** An install that edges or depends close. */
  | Closing;

/** Of a transition table, or of an end table. */
export type RowNogood =
  /** A NO row. */
  | { readonly kind: "row"; readonly table: string; readonly rule: Rule }
  /** A combination that no row of the table allows; `rule` is the row to look at, null where it has none. */
  | {
      readonly kind: "unlisted";
      readonly table: string;
      readonly rule: Rule | null;
      readonly columns: readonly Column[];
      /** A version for each column. */
      readonly versions: readonly number[];
    };

/** What forbids every plan. */
export interface Conflict {
  /** Nogoods that together forbid it; empty where it is not for them, or where none were found. */
  readonly core: readonly Nogood[];
  /** Whether it is proved that without any one of them there is a way. */
  readonly isIrreducible: boolean;
  /** Whether they do so even if nothing else did; else stages end in end states, too, and keep the written order. */
  readonly isAlone: boolean;
}
