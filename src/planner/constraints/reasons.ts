import type { Rule } from "../../manifest/system.ts";
import { type Kind, kindsAmong, type Options, someCombination } from "../model/combinations.ts";
import { at, eachGroup, type Move } from "../model/draft.ts";
import { type Page, ruling } from "./page.ts";
import type { Peerage } from "../model/peers.ts";
import { distinctRules } from "./rule-order.ts";
import { pagesWith, type Rulebook } from "./rulebook.ts";

/** For each move of each group, all stages behind each other, the rules that accept its Component's new version there. */
export type Reasons = (
  groups: readonly (readonly Move[])[],
) => readonly (readonly (readonly Rule[])[])[];

/** How many combinations of one page are looked at for the rules that allow a step. */
const reasonLimit = 4096;

/** Up to so many rules are looked through. */
const shortList = 32;

/** All moves of a plan, those of each Component behind each other. */
interface Timeline {
  /** Where those of each Component begin, and behind the last one's the end. */
  readonly begins: Int32Array;
  /** The group of each. */
  readonly when: Int32Array;
  readonly to: Int32Array;
}

/** What the pages are asked with while one group moves. */
interface Question {
  readonly peerage: Peerage;
  readonly starts: readonly number[];
  readonly options: Options;
  readonly kindsOf: (peers: number) => readonly Kind[];
}

export function reasons(book: Rulebook, peerage: Peerage, starts: readonly number[]): Reasons {
  return (groups) => {
    const timeline = timelineOf(groups, starts.length);
    const rules = Array.from(timeline.when, (): Rule[] => []);
    addOfPairs(rules, timeline, book, peerage, starts);
    const cursor = timeline.begins.slice();
    const found = groups.map((moves) =>
      moves.map(({ component }): readonly Rule[] => {
        const place = cursor[component] ?? 0;
        cursor[component] = place + 1;
        return at(rules, place);
      }),
    );
    if (book.pages.some((page) => partnersOn(page, peerage) === null))
      addOfOthers(found, groups, book, peerage, starts);
    return found;
  };
}

function timelineOf(groups: readonly (readonly Move[])[], components: number): Timeline {
  const begins = new Int32Array(components + 1);
  let count = 0;
  for (const moves of groups) {
    for (const { component } of moves) begins[component + 1] = (begins[component + 1] ?? 0) + 1;
    count += moves.length;
  }
  for (let component = 0; component < components; component += 1)
    begins[component + 1] = (begins[component + 1] ?? 0) + (begins[component] ?? 0);
  const when = new Int32Array(count);
  const to = new Int32Array(count);
  const cursor = begins.slice();
  for (const [group, moves] of groups.entries()) {
    for (const move of moves) {
      const place = cursor[move.component] ?? 0;
      cursor[move.component] = place + 1;
      when[place] = group;
      to[place] = move.to;
    }
  }
  return { begins, when, to };
}

/** The Components of a page whose two columns hold one each, as most do; else null. */
function partnersOn({ peers }: Page, { alone }: Peerage): readonly [number, number] | null {
  const first = alone[peers[0] ?? -1] ?? -1;
  const second = alone[peers[1] ?? -1] ?? -1;
  return peers.length === 2 && first >= 0 && second >= 0 ? [first, second] : null;
}

/**
 * Component by Component, and not group by group: what its pages say is read once for all of its moves, and there are
 * far more pages than fit into fast memory. `rules`: for each move of the timeline.
 */
function addOfPairs(
  rules: readonly Rule[][],
  { begins, when, to }: Timeline,
  { pages, pagesOf }: Rulebook,
  peerage: Peerage,
  starts: readonly number[],
) {
  const versions = [0, 0];
  for (const [component, start] of starts.entries()) {
    const begin = begins[component] ?? 0;
    const end = begins[component + 1] ?? 0;
    if (begin === end) continue;
    for (const index of at(pagesOf, at(peerage.of, component))) {
      const page = at(pages, index);
      const partners = partnersOn(page, peerage);
      if (partners === null) continue;
      const column = partners[0] === component ? 0 : 1;
      const other = partners[1 - column] ?? -1;
      const otherStart = at(starts, other);
      const otherEnd = begins[other + 1] ?? 0;
      let next = begins[other] ?? 0;
      let standing = otherStart;
      for (let place = begin; place < end; place += 1) {
        const group = when[place] ?? 0;
        for (; next < otherEnd && (when[next] ?? 0) < group; next += 1) standing = to[next] ?? 0;
        const version = to[place] ?? 0;
        const isBack = version === start;
        const list = at(rules, place);
        versions[column] = version;
        if (!isBack || standing !== otherStart) {
          versions[1 - column] = standing;
          addAllowing(list, page, versions);
        }
        if (next >= otherEnd || when[next] !== group) continue;
        const moved = to[next] ?? 0;
        if (isBack && moved === otherStart) continue;
        versions[1 - column] = moved;
        addAllowing(list, page, versions);
      }
    }
  }
}

/** The same few rules of end states come again and again. In a long list they are left out when it is sorted. */
function addAllowing(rules: Rule[], page: Page, versions: readonly number[]) {
  const said = ruling(page, versions);
  if (!said.accepted) return;
  for (const rule of said.rules) {
    if (rules.length > shortList || !rules.includes(rule)) rules.push(rule);
  }
}

/** Of all other pages, group by group: what the others may have is gathered once for each. */
function addOfOthers(
  found: readonly (readonly Rule[])[][],
  groups: readonly (readonly Move[])[],
  book: Rulebook,
  peerage: Peerage,
  starts: readonly number[],
) {
  eachGroup(starts, groups, (moves, options, group) => {
    const question = { peerage, starts, options, kindsOf: kindsIn(peerage, starts, options) };
    const crowd = crowded(question, book);
    const here = at(found, group);
    for (const [place, move] of moves.entries()) {
      const own = at(peerage.of, move.component);
      if (at(peerage.alone, own) < 0) {
        here[place] = crowd(move);
        continue;
      }
      const rules = new Set(here[place]);
      for (const page of pagesWith(book, own)) {
        if (partnersOn(page, peerage) !== null) continue;
        addInColumn(rules, page, question, page.peers.indexOf(own), move, () => []);
      }
      here[place] = [...rules];
    }
  });
}

function kindsIn(
  peerage: Peerage,
  starts: readonly number[],
  options: Options,
): Question["kindsOf"] {
  const known = new Map<number, readonly Kind[]>();
  return (peers) => {
    const before = known.get(peers);
    if (before !== undefined) return before;
    const kinds = kindsAmong(peerage, peers, starts, options);
    known.set(peers, kinds);
    return kinds;
  };
}

/** For a Component that is one of several peers: the same for all that are alike. */
function crowded(question: Question, book: Rulebook): (move: Move) => readonly Rule[] {
  const { peerage, starts, options, kindsOf } = question;
  const known = new Map<string, readonly Rule[]>();
  return (move) => {
    const { component, to } = move;
    const own = at(peerage.of, component);
    const stands = starts[component] === to;
    const key = `${own}/${String(options[component])}/${to}/${String(stands)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const rules = new Set<Rule>();
    let rest: readonly Kind[] | null = null;
    const others = () =>
      (rest ??= without(kindsOf(own), options[component] ?? [], starts[component] ?? -1));
    for (const page of pagesWith(book, own)) {
      for (const [column, peers] of page.peers.entries()) {
        if (peers === own) addInColumn(rules, page, question, column, move, others);
      }
    }
    const sorted = distinctRules([...rules]);
    known.set(key, sorted);
    return sorted;
  };
}

/** The rules of all combinations in which the Component stands in this column. `others`: its peers but for itself, asked only where they matter. */
function addInColumn(
  rules: Set<Rule>,
  page: Page,
  { starts, kindsOf }: Question,
  column: number,
  { component, to }: Move,
  others: () => readonly Kind[],
) {
  const own = at(page.peers, column);
  const option = { peers: own, version: to, stands: starts[component] === to };
  const itself = [{ peers: own, options: [option], count: 1 }];
  const filled = page.peers.map((peers, place) => {
    if (place === column) return itself;
    return peers === own ? others() : kindsOf(peers);
  });
  let seen = 0;
  const versions: number[] = [];
  someCombination(filled, (combination) => {
    seen += 1;
    if (seen > reasonLimit) return true;
    let allStand = true;
    for (let place = 0; place < combination.length; place += 1) {
      const one = combination[place];
      versions[place] = one?.version ?? -1;
      allStand &&= one?.stands === true;
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
