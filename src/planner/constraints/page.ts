import { assertNever } from "../../core/assert-never.ts";
import type { TransitionTable } from "../../manifest/system.ts";
import { boxOf, isAllAccepted, isAnyPossible, type Sides } from "./boxes.ts";
import { boxed, type PageSource, type Ruling, rulingOf } from "./page-source.ts";
import { type Canvas, colourOf, isEvery, isFew } from "./painted.ts";
import type { PageReader } from "../search/ways.ts";

/**
 * One transition table for one choice of peers, one for each column. There are very many, and each is asked again and
 * again: it is plain data, and what is asked most lies in the page itself.
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
  /** Kept once it was asked for. */
  sides: Sides | null;
  /** The same; null: there is none. */
  reader: PageReader | null | undefined;
}

/** Whether it accepts these versions, one for each column; what stands since the start is not asked for. */
export function accepts(page: Page, versions: readonly number[]): boolean {
  if (page.ask !== null) return page.ask(versions);
  const colour = colourOf(page, versions);
  return colour >= page.accepted && colour < page.refused;
}

export function ruling(page: Page, versions: readonly number[]): Ruling {
  const { source } = page;
  switch (source.kind) {
    case "painted":
      return rulingOf(source, page.table, colourOf(page, versions));
    case "asked":
      return source.ruling(versions);
    case "relaxed":
      return ruling(source.page, versions);
    default:
      return assertNever(source);
  }
}

/** Whether it accepts every combination of these versions, a list for each column: one by one where they are few, else box by box. */
export function acceptsAll(page: Page, lists: readonly (readonly number[])[]): boolean {
  if (isFew(lists)) return isEvery(lists, (versions) => accepts(page, versions));
  const sides = sidesOf(page);
  return isAllAccepted(sides, boxOf(sides.layout, lists));
}

/** False: it accepts no combination of these versions. */
export function mayAccept(page: Page, lists: readonly (readonly number[])[]): boolean {
  // Of bans alone it is not asked: they refuse single combinations.
  if (page.source.kind === "relaxed") return true;
  const sides = sidesOf(page);
  return isAnyPossible(sides, boxOf(sides.layout, lists));
}

function sidesOf(page: Page): Sides {
  const { source, table, sizes, peers } = page;
  return (page.sides ??=
    source.kind === "relaxed" ? source.sides : boxed(table, sizes, source.ends, peers));
}
