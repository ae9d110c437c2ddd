import type { Rule } from "../manifest/system.ts";
import {
  type Kind,
  kindsAmong,
  kindsOf,
  type Option,
  type Options,
  someCombination,
  someMeeting,
} from "./combinations.ts";
import { at } from "./draft.ts";
import type { Peerage } from "./peers.ts";
import { accepts, acceptsAll, type Page, ruling } from "./page.ts";
import type { Rulebook } from "./rulebook.ts";

/** A combination that no table accepts. */
export interface Refusal {
  readonly page: Page;
  readonly combination: readonly Option[];
  /** The NO row; null where no row allows it. */
  readonly rule: Rule | null;
}

/** How many combinations of one page are looked at for the rules that allow a step. */
const reasonLimit = 4096;

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

/**
 * Tells for each Component the rules that accept the combinations in which it has `version`, while the
 * others have any of their options.
 */
export function reasons(
  book: Rulebook,
  peerage: Peerage,
  starts: readonly number[],
  options: Options,
): (component: number, version: number) => readonly Rule[] {
  const kinds = new Map<number, readonly Kind[]>();
  const kindsOfPeers = (peers: number): readonly Kind[] => {
    const before = kinds.get(peers);
    if (before !== undefined) return before;
    const found = kindsAmong(peerage, peers, starts, options);
    kinds.set(peers, found);
    return found;
  };
  const known = new Map<string, readonly Rule[]>();
  const find = (own: number, component: number, version: number): readonly Rule[] => {
    const rules = new Set<Rule>();
    const stands = starts[component] === version;
    let rest: readonly Kind[] | null = null;
    const others = () =>
      (rest ??= without(kindsOfPeers(own), options[component] ?? [], starts[component] ?? -1));
    for (const index of book.pagesOf[own] ?? []) {
      const page = at(book.pages, index);
      const single = partnerOf(page, own, peerage);
      if (single !== null) {
        addRulesOfPair(rules, page, own, { version, stands }, options[single], starts[single]);
        continue;
      }
      const itself = [{ peers: own, options: [{ peers: own, version, stands }], count: 1 }];
      for (let column = page.peers.indexOf(own); column >= 0;) {
        const filled = page.peers.map((other, place) => {
          if (place === column) return itself;
          return other === own ? others() : kindsOfPeers(other);
        });
        addRules(rules, page, filled);
        column = page.peers.indexOf(own, column + 1);
      }
    }
    return [...rules];
  };
  return (component, version) => {
    const own = peerage.of[component] ?? -1;
    if (peerage.peers[own]?.components.length === 1) return find(own, component, version);
    const stands = starts[component] === version;
    const key = `${own}/${String(options[component])}/${version}/${String(stands)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = find(own, component, version);
    known.set(key, found);
    return found;
  };
}

/** The Component of the other column, where the page has two columns and that Component stands there alone; else null. */
function partnerOf({ peers }: Page, own: number, peerage: Peerage): number | null {
  const [first = -1, second = -1] = peers;
  if (peers.length !== 2 || first === second) return null;
  const { components } = peerage.peers[first === own ? second : first] ?? { components: [] };
  return components.length === 1 ? (components[0] ?? null) : null;
}

/** What `addRules` does, for most pages without its detours. */
function addRulesOfPair(
  rules: Set<Rule>,
  page: Page,
  own: number,
  { version, stands }: Pick<Option, "version" | "stands">,
  others: readonly number[] = [],
  start: number | undefined,
) {
  const column = page.peers.indexOf(own);
  const versions = [version, version];
  for (const other of others) {
    if (stands && other === start) continue;
    versions[1 - column] = other;
    const said = ruling(page, versions);
    if (said.accepted) for (const rule of said.rules) rules.add(rule);
  }
}

function addRules(rules: Set<Rule>, page: Page, filled: readonly (readonly Kind[])[]) {
  let seen = 0;
  const versions: number[] = [];
  someCombination(filled, (combination) => {
    seen += 1;
    if (seen > reasonLimit) return true;
    let allStand = true;
    for (let column = 0; column < combination.length; column += 1) {
      const option = combination[column];
      versions[column] = option?.version ?? -1;
      allStand &&= option?.stands === true;
    }
    if (allStand) return false;
    const said = ruling(page, versions);
    if (said.accepted) for (const rule of said.rules) rules.add(rule);
    return false;
  });
}

/** One Component less of the kind that has these options. */
function without(
  kinds: readonly Kind[],
  versions: readonly number[],
  start: number,
): readonly Kind[] {
  return kinds.flatMap((kind) => {
    const isIt =
      kind.options.length === versions.length &&
      kind.options.every(
        (option, at) =>
          option.version === versions[at] && option.stands === (option.version === start),
      );
    if (!isIt) return [kind];
    return kind.count === 1 ? [] : [{ ...kind, count: kind.count - 1 }];
  });
}
