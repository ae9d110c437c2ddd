import type { Rule, System, TransitionTable, VersionSet } from "../manifest/system.ts";
import { boxOf, isAllAccepted, layoutOf } from "./boxes.ts";
import { at } from "./draft.ts";
import type { Judge } from "./judge.ts";
import type { Page } from "./rulebook.ts";
import { byRule } from "./rule-order.ts";
import { refusal } from "./transit.ts";

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
  const said = page.ruling(versions);
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

/** The same judge, but of what the transition tables forbid only the kept bans forbid. */
export function relaxed(system: System, judge: Judge, kept: ReadonlyMap<string, Ban>): Judge {
  const tables = new Set([...kept.values()].map(({ table }) => table));
  const forbidding = judge.book.pages.filter(({ table }) => tables.has(table));
  const pages = forbidding.map((page) => pageOf(page, kept));
  const pagesOf: Page[][] = judge.peerage.peers.map(() => []);
  for (const page of pages) for (const peers of new Set(page.peers)) pagesOf[peers]?.push(page);
  const book = { pages, pagesOf };
  const starts = system.components.map(({ start }) => start);
  return {
    ...judge,
    book,
    objection: (options) => {
      const refused = refusal(book, judge.peerage, starts, options);
      return refused === null ? null : { rule: refused.rule, nearby: [], combination: [] };
    },
  };
}

/** The page that refuses what the kept bans of its table forbid, and nothing else. */
function pageOf(page: Page, kept: ReadonlyMap<string, Ban>): Page {
  const layout = layoutOf(page.sizes);
  const no = [...kept.values()]
    .filter(
      ({ table, versions }) =>
        table === page.table && (versions === null || !page.accepts(versions)),
    )
    .map(({ cells }) => boxOf(layout, cells));
  const sides = { layout, yes: [], no, allowByDefault: true };
  const acceptsAll = (lists: readonly (readonly number[])[]) =>
    isAllAccepted(sides, boxOf(layout, lists));
  return {
    ...page,
    acceptsAll,
    accepts: (versions) => acceptsAll(versions.map((version) => [version])),
    mayAccept: () => true,
  };
}
