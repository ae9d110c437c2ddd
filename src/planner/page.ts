import type { Rule, TransitionTable } from "../manifest/system.ts";
import { boxOf, isAllAccepted, isAnyPossible, type Sides } from "./boxes.ts";
import { type Canvas, colourOf, isEvery, isFew } from "./painted.ts";
import type { PageReader } from "./ways.ts";

/** What a table says of one combination. */
export type Ruling =
  /** `rules` is empty where nothing but the table's default allows it. */
  | { readonly accepted: true; readonly rules: readonly Rule[] }
  /** `rule` is the NO row; null where no row allows it. */
  | { readonly accepted: false; readonly rule: Rule | null };

/**
 * One transition table for one choice of peers, one for each column. There are very many, and each is asked again and
 * again: what is asked most lies in the page itself.
 */
export interface Page extends Canvas {
  readonly table: TransitionTable;
  readonly peers: readonly number[];
  /** Colours from this one up to `refused` accept. */
  readonly accepted: number;
  readonly refused: number;
  /** Tells of a page that is not painted whether it accepts; null: the colours tell. */
  readonly ask: ((versions: readonly number[]) => boolean) | null;
  readonly source: PageSource;
  readonly memo: PageMemo;
}

/** Where a page has from what it says; painted pages of one table share it. */
export interface PageSource {
  readonly ruling: (versions: readonly number[], colour: number) => Ruling;
  /** The rows as boxes. */
  readonly sides: (peers: readonly number[]) => Sides;
  /** False where only single combinations are known to be refused. */
  readonly mayRefuseAll: boolean;
}

/** What is kept of a page while many questions are asked of it. */
interface PageMemo {
  reader?: { readonly read: PageReader | null };
  sides?: Sides;
}

/** Whether it accepts these versions, one for each column; what stands since the start is not asked for. */
export function accepts(page: Page, versions: readonly number[]): boolean {
  if (page.ask !== null) return page.ask(versions);
  const colour = colourOf(page, versions);
  return colour >= page.accepted && colour < page.refused;
}

export function ruling(page: Page, versions: readonly number[]): Ruling {
  return page.source.ruling(versions, page.ask === null ? colourOf(page, versions) : 0);
}

/** Whether it accepts every combination of these versions, a list for each column: one by one where they are few, else box by box. */
export function acceptsAll(page: Page, lists: readonly (readonly number[])[]): boolean {
  if (isFew(lists)) return isEvery(lists, (versions) => accepts(page, versions));
  const sides = sidesOf(page);
  return isAllAccepted(sides, boxOf(sides.layout, lists));
}

/** False: it accepts no combination of these versions. */
export function mayAccept(page: Page, lists: readonly (readonly number[])[]): boolean {
  if (!page.source.mayRefuseAll) return true;
  const sides = sidesOf(page);
  return isAnyPossible(sides, boxOf(sides.layout, lists));
}

function sidesOf({ source, peers, memo }: Page): Sides {
  return (memo.sides ??= source.sides(peers));
}
