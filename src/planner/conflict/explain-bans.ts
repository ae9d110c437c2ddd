import type { Column, Rule } from "../../manifest/system.ts";
import { at } from "../model/draft.ts";

/** Something that forbids, as far as it can be changed by itself. */
export type Ban =
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
    }
  /** Stages end in end states only. */
  | { readonly kind: "rest"; readonly table: string; readonly rule: Rule | null }
  /** The hand-written order of a type. */
  | { readonly kind: "order"; readonly type: number };

/** Gives each ban a number when it is first met. */
export interface Numbering {
  readonly numberOf: (ban: Ban) => number;
  readonly ban: (number: number) => Ban;
}

export function bansOf(): Numbering {
  const bans: Ban[] = [];
  const numbers = new Map<string, number>();
  return {
    ban: (number) => at(bans, number),
    numberOf: (ban) => {
      const key = JSON.stringify(ban);
      const number = numbers.get(key) ?? bans.push(ban) - 1;
      numbers.set(key, number);
      return number;
    },
  };
}

/** The most tangible last: a NO row is easier to understand than what is missing. */
const ranks: Readonly<Record<Ban["kind"], number>> = { rest: 0, order: 1, unlisted: 2, row: 3 };

/** The same order whatever the order in which they were met. */
export function byBan(a: Ban, b: Ban): number {
  if (a.kind !== b.kind) return ranks[a.kind] - ranks[b.kind];
  const [textA, textB] = [a, b].map(textOf);
  return (textA ?? "") < (textB ?? "") ? -1 : 1;
}

function textOf(ban: Ban): string {
  if (ban.kind === "order") return String(ban.type);
  const { rule, table } = ban;
  const place = rule === null ? "" : `${rule.file}:${String(rule.line).padStart(8, "0")}`;
  return `${table}/${place}/${ban.kind === "unlisted" ? ban.versions.join() : (rule?.row ?? "")}`;
}
