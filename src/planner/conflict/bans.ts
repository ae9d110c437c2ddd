import type { Rule, System, TransitionTable, VersionSet } from "../../manifest/system.ts";
import { boxOf, isAllAccepted, layoutOf, sieveOf } from "../constraints/boxes.ts";
import { at } from "../model/draft.ts";
import type { Judge } from "../constraints/judge.ts";
import { accepts, type Page, ruling } from "../constraints/page.ts";
import { type Canvases, isSmall, newCanvases, paint } from "../constraints/painted.ts";
import { indexOf } from "../constraints/rulebook.ts";
import { byRule } from "../constraints/rule-order.ts";
import { refusal } from "../constraints/transit.ts";

/** Something that forbids: a NO row, or that no row of a table allows a combination. */
export interface Ban {
  /** Equal for the same row, or the same combination of the same table. */
  readonly key: string;
  readonly rule: Rule;
  readonly table: TransitionTable;
  /** What it forbids. */
  readonly cells: readonly VersionSet[];
  /** The combination where no row allows it; null for a NO row. */
  readonly versions: readonly number[] | null;
}

/** What forbids these versions on a page that refuses them. */
export function banOf(system: System, page: Page, versions: readonly number[]): Ban {
  const said = ruling(page, versions);
  const { table } = page;
  if (!said.accepted && said.rule !== null) {
    const { rule } = said;
    const { file, line, row } = rule;
    const cells = table.rows.find((one) => one.rule === rule)?.cells ?? [];
    return {
      key: `row ${file}:${line} ${row} of ${table.name}`,
      rule,
      table,
      cells,
      versions: null,
    };
  }
  const names = versions.map((version, column) => {
    const type = at(table.columns, column).type;
    return at(at(system.types, type).versions, version);
  });
  // It has no line of its own; the first row of its table tells people where to look.
  const first = table.rows.map(({ rule }) => rule).toSorted(byRule)[0];
  const row = `(no row allows ${names.join(" with ")})`;
  const cells = versions.map((version) => [version]);
  const rule = { file: first?.file ?? table.name, line: first?.line ?? 1, row };
  return { key: `unlisted ${table.name} ${versions.join()}`, rule, table, cells, versions };
}

/** The judge when, of all that its transition tables forbid, only the kept bans forbid. */
export function relaxer(system: System, judge: Judge): (kept: ReadonlyMap<string, Ban>) => Judge {
  const starts = system.components.map(({ start }) => start);
  const canvases = newCanvases();
  const pagesOfTable = byTable(judge.book.pages);
  // From one question to the next most tables keep the bans they had.
  const known = new Map<TransitionTable, Relaxed>();
  const relaxedPages = (table: TransitionTable, bans: readonly Ban[]): readonly Page[] => {
    const before = known.get(table);
    if (before !== undefined && isSame(before.bans, bans)) return before.pages;
    const pages = (pagesOfTable.get(table) ?? []).map((page) => pageOf(page, bans, canvases));
    known.set(table, { bans, pages });
    return pages;
  };
  return (kept) => {
    const bansOfTable = byTable([...kept.values()]);
    const pages = [...pagesOfTable.keys()].flatMap((table) => {
      const bans = bansOfTable.get(table);
      return bans === undefined ? [] : relaxedPages(table, bans);
    });
    const pagesOf = indexOf(pages, judge.peerage);
    const book = { pages, pagesOf, isWhole: judge.book.isWhole };
    return {
      ...judge,
      book,
      objection: (options) => {
        const refused =
          judge.rests?.refusal(options) ?? refusal(book, judge.peerage, starts, options);
        return refused === null
          ? null
          : { rule: refused.rule, table: null, nearby: [], combination: [] };
      },
    };
  };
}

function byTable<T extends { readonly table: TransitionTable }>(
  all: readonly T[],
): ReadonlyMap<TransitionTable, readonly T[]> {
  const groups = new Map<TransitionTable, T[]>();
  for (const one of all) {
    const group = groups.get(one.table);
    if (group === undefined) groups.set(one.table, [one]);
    else group.push(one);
  }
  return groups;
}

/** The pages of one table with some of its bans. */
interface Relaxed {
  readonly bans: readonly Ban[];
  readonly pages: readonly Page[];
}

function isSame(some: readonly Ban[], others: readonly Ban[]): boolean {
  return some.length === others.length && some.every((ban, place) => ban === others[place]);
}

/** The page that refuses what these bans of its table forbid, and nothing else. */
function pageOf(page: Page, bans: readonly Ban[], canvases: Canvases): Page {
  const no = bans.flatMap(({ versions, cells }) =>
    versions === null || !accepts(page, versions) ? [cells] : [],
  );
  const layout = layoutOf(page.sizes);
  const sides = {
    layout,
    yes: [],
    no: no.map((cells) => sieveOf(layout, cells)),
    allowByDefault: true,
  };
  const source = { kind: "relaxed", page, sides } as const;
  const relaxed = { ...page, accepted: 0, refused: 1, source, sides: null, reader: undefined };
  if (!isSmall(page.sizes)) {
    const ask = (versions: readonly number[]) =>
      isAllAccepted(
        sides,
        boxOf(
          layout,
          versions.map((version) => [version]),
        ),
      );
    return { ...relaxed, ask };
  }
  const { colours, begin } = canvases(page.sizes, 1);
  const blank = { ...relaxed, colours, begin, ask: null };
  for (const cells of no) paint(blank, cells, 1);
  return blank;
}
