import type { Rule } from "../../manifest/system.ts";
import {
  type Kind,
  kindsOf,
  type Option,
  type Options,
  someMeeting,
} from "../model/combinations.ts";
import type { Peerage } from "../model/peers.ts";
import { accepts, acceptsAll, type Page, ruling } from "./page.ts";
import type { Rulebook } from "./rulebook.ts";

/** A combination that no table accepts. */
export interface Refusal {
  readonly page: Page;
  readonly combination: readonly Option[];
  /** The NO row; null where no row allows it. */
  readonly rule: Rule | null;
}

/** The first combination that is refused, of all that Components with these options can hold; null: none. */
export function refusal(
  book: Rulebook,
  peerage: Peerage,
  starts: readonly number[],
  options: Options,
): Refusal | null {
  const kinds = kindsOf(peerage, starts, options);
  const versions: number[] = [];
  for (const page of book.pages) {
    if (isPlainlyAccepted(page, kinds, versions)) continue;
    const filled = page.peers.map((at) => kinds[at] ?? []);
    let refused: readonly Option[] | null = null;
    someMeeting(filled, (meeting) => {
      if (isAllAccepted(page, meeting)) return false;
      refused = narrowed(page, meeting);
      return true;
    });
    if (refused === null) continue;
    const combination: readonly Option[] = refused;
    const said = ruling(
      page,
      combination.map(({ version }) => version),
    );
    return { page, combination, rule: said.accepted ? null : said.rule };
  }
  return null;
}

/** What is asked of most pages: all columns hold one Component each, with one version. `versions`: room for them. */
function isPlainlyAccepted(
  page: Page,
  kinds: readonly (readonly Kind[])[],
  versions: number[],
): boolean {
  versions.length = page.peers.length;
  let allStand = true;
  for (let column = 0; column < page.peers.length; column += 1) {
    const own = kinds[page.peers[column] ?? -1];
    const kind = own?.[0];
    const option = kind?.options[0];
    if (own?.length !== 1 || kind?.count !== 1 || kind.options.length !== 1) return false;
    versions[column] = option?.version ?? -1;
    allStand &&= option?.stands === true;
  }
  return allStand || accepts(page, versions);
}

/** Whether the page accepts every combination of kinds that meet; those that stand since the start count as accepted. */
export function isAllAccepted(page: Page, meeting: readonly (readonly Option[])[]): boolean {
  const lists = meeting.map((options) => options.map(({ version }) => version));
  if (!meeting.every((options) => options.some(({ stands }) => stands))) {
    return acceptsAll(page, lists);
  }
  // All but the one that stands: those that leave it first in the first column, in the second, and so on.
  const stood = meeting.map((options) =>
    options.filter(({ stands }) => stands).map(({ version }) => version),
  );
  return meeting.every((options, column) => {
    const moved = options.filter(({ stands }) => !stands).map(({ version }) => version);
    if (moved.length === 0) return true;
    return acceptsAll(
      page,
      lists.map((list, place) => {
        if (place === column) return moved;
        return place < column ? (stood[place] ?? []) : list;
      }),
    );
  });
}

/** The first combination that is refused, of some that are not all accepted. */
export function narrowed(page: Page, meeting: readonly (readonly Option[])[]): readonly Option[] {
  let left = meeting;
  for (const [column, options] of meeting.entries()) {
    const worst = options.find((option) => !isAllAccepted(page, left.with(column, [option])));
    if (worst !== undefined) left = left.with(column, [worst]);
  }
  return left.flatMap(([option]) => option ?? []);
}
