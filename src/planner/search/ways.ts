import type { Cohort, Cohorts } from "../model/cohorts.ts";
import { at } from "../model/draft.ts";
import { accepts, type Page } from "../constraints/page.ts";
import { pagesWith, type Rulebook } from "../constraints/rulebook.ts";

/** For each cohort the hops that some plan could use, and how far each version is from the wanted one. */
export interface Ways {
  /** [cohort][version]: the versions that may come next, by name. */
  readonly hops: readonly (readonly (readonly number[])[])[];
  /** [cohort][version]: the fewest installs to the wanted version; Infinity: there is no way. */
  readonly distances: readonly (readonly number[])[];
}

/** Pages with more combinations than this are not asked which hops they rule out. */
const pageLimit = 4096;

/** Versions of a column that fit into one word. */
const pairSize = 32;

/** The ways where no table forbids anything: what every question about the same System begins with. */
export interface Ground extends Ways {
  readonly cohorts: Cohorts;
  /** [cohort]: the versions on some way from the start to the wanted one; the start in any case. */
  readonly domains: readonly (readonly number[])[];
}

/** `names`: for each type those of its versions. */
export function groundOf(cohorts: Cohorts, names: readonly (readonly string[])[]): Ground {
  const ranks = names.map((versions) => {
    const sorted = [...versions.keys()].toSorted((a, b) =>
      at(versions, a) < at(versions, b) ? -1 : 1,
    );
    const rank = versions.map(() => 0);
    for (const [place, version] of sorted.entries()) rank[version] = place;
    return rank;
  });
  const walks = cohorts.cohorts.map((cohort) => {
    const rank = at(ranks, cohort.type);
    const isSorted = (targets: readonly number[]) =>
      targets.every((to, place) => place === 0 || at(rank, at(targets, place - 1)) < at(rank, to));
    const sorted = cohort.hops.map((targets) =>
      isSorted(targets) ? targets : targets.toSorted((a, b) => at(rank, a) - at(rank, b)),
    );
    return walkOf(cohort, sorted);
  });
  return {
    cohorts,
    hops: walks.map(({ hops }) => hops),
    distances: walks.map(({ distances }) => distances),
    domains: walks.map(({ domain }) => domain),
  };
}

/** Only what lies on some way from the start to the wanted version. */
function walkOf(cohort: Cohort, all: readonly (readonly number[])[]) {
  const distances = distancesIn(cohort, all);
  const isIn = domainOf(cohort, all, distances);
  const hops = all.map((targets, from) => {
    if (isIn[from] !== true) return [];
    return filtered(targets, (to) => isIn[to] === true);
  });
  return { hops, distances, domain: isIn.flatMap((is, version) => (is ? [version] : [])) };
}

/**
 * Leaves out every hop that no table context accepts at both of its ends, and every version that then lies
 * on no way from the start to the wanted version, until nothing changes. What is left out is in no plan.
 */
export function waysOf(ground: Ground, book: Rulebook): Ways {
  const { cohorts, byPeers } = ground.cohorts;
  const hops = [...ground.hops];
  const distances = [...ground.distances];
  const domains = [...ground.domains];
  const queue = [...book.pages.keys()];
  const isDirty = new Uint8Array(queue.length).fill(1);
  const add = (page: number) => {
    if (isDirty[page] === 0) queue.push(page);
    isDirty[page] = 1;
  };

  const refresh = (index: number) => {
    const cohort = at(cohorts, index);
    const walk = walkOf(cohort, at(hops, index));
    const isSmaller = walk.domain.length < at(domains, index).length;
    distances[index] = walk.distances;
    hops[index] = walk.hops;
    domains[index] = walk.domain;
    if (isSmaller) for (const page of at(book.pagesOf, cohort.peers)) add(page);
  };

  const allowed = (peers: number) => unionOf(at(byPeers, peers), domains);
  const starts = startsIn(ground.cohorts);
  for (const number of queue) {
    isDirty[number] = 0;
    const page = at(book.pages, number);
    const reader = readerOf(page);
    if (reader === null) continue;
    for (let column = 0; column < page.peers.length; column += 1) {
      const isSupported = reader(column, allowed, starts);
      for (const index of at(byPeers, at(page.peers, column))) {
        const { start } = at(cohorts, index);
        const own = at(hops, index);
        if (isEveryHop(own, (from, to) => isSupported(from, to, start))) continue;
        hops[index] = own.map((targets, from) =>
          filtered(targets, (to) => isSupported(from, to, start)),
        );
        refresh(index);
        add(number);
      }
    }
  }
  return { hops, distances };
}

/**
 * False: there is no plan. Takes it that whatever version a Component has once reached it has for ever, beside all
 * that come after it; what is not even reached so is never reached.
 */
export function mayArrive({ cohorts: all }: Ground, { hops }: Ways, book: Rulebook): boolean {
  const { cohorts, byPeers } = all;
  const starts = startsIn(all);
  const reached = cohorts.map(({ start }) => [start]);
  const isSupported = (page: Page, { peers, start }: Cohort, from: number, to: number): boolean => {
    const reader = readerOf(page);
    if (reader === null) return true;
    const allowed = (one: number) => unionOf(at(byPeers, one), reached);
    return page.peers.every(
      (one, column) => one !== peers || reader(column, allowed, starts)(from, to, start),
    );
  };
  const dirty = new Set(cohorts.keys());
  for (const index of dirty) {
    dirty.delete(index);
    const cohort = at(cohorts, index);
    const pages = pagesWith(book, cohort.peers);
    const own = at(reached, index);
    const before = own.length;
    for (const from of own) {
      for (const to of at(at(hops, index), from)) {
        if (own.includes(to)) continue;
        if (pages.every((page) => isSupported(page, cohort, from, to))) own.push(to);
      }
    }
    if (own.length === before) continue;
    for (const { peers } of pages) {
      for (const one of peers) for (const other of at(byPeers, one)) dirty.add(other);
    }
  }
  return cohorts.every(({ target }, index) => at(reached, index).includes(target));
}

function isEveryHop(
  hops: readonly (readonly number[])[],
  test: (from: number, to: number) => boolean,
): boolean {
  for (let from = 0; from < hops.length; from += 1) {
    for (const to of at(hops, from)) if (!test(from, to)) return false;
  }
  return true;
}

/** The same list where all are kept, as mostly. */
function filtered(list: readonly number[], isKept: (one: number) => boolean): readonly number[] {
  return list.every(isKept) ? list : list.filter(isKept);
}

/** To the wanted version; versions in which no way ends stay at Infinity. */
function distancesIn(
  { target, size }: Cohort,
  hops: readonly (readonly number[])[],
): readonly number[] {
  const known = Array.from({ length: size }, (): number => Infinity);
  known[target] = 0;
  const queue = [target];
  for (const to of queue) {
    for (let from = 0; from < size; from += 1) {
      if (known[from] !== Infinity || hops[from]?.includes(to) !== true) continue;
      known[from] = at(known, to) + 1;
      queue.push(from);
    }
  }
  return known;
}

/** The versions on some way from the start to the wanted one; the start in any case. */
function domainOf(
  { start, size }: Cohort,
  hops: readonly (readonly number[])[],
  distances: readonly number[],
): readonly boolean[] {
  const domain = Array.from({ length: size }, (): boolean => false);
  domain[start] = true;
  const queue = [start];
  for (const from of queue) {
    for (const to of hops[from] ?? []) {
      if (domain[to] === true || distances[to] === Infinity) continue;
      domain[to] = true;
      queue.push(to);
    }
  }
  return domain;
}

function unionOf(
  cohorts: readonly number[],
  domains: readonly (readonly number[])[],
): readonly number[] {
  const [only] = cohorts;
  if (cohorts.length === 1 && only !== undefined) return at(domains, only);
  const union = new Set(cohorts.flatMap((cohort) => at(domains, cohort)));
  return [...union].toSorted((a, b) => a - b);
}

/** Of each peers: in which versions their Components began. */
function startsIn({ cohorts, byPeers }: Cohorts): VersionsOf {
  const starts = byPeers.map((list) => {
    const all = list.map((one) => at(cohorts, one).start);
    return all.length < 2 ? all : [...new Set(all)];
  });
  return (peers) => at(starts, peers);
}

type VersionsOf = (peers: number) => readonly number[];

/** For a column: may a Component that started at `start` go from one version to another in some context? */
export type PageReader = (
  column: number,
  allowed: VersionsOf,
  starts: VersionsOf,
) => (from: number, to: number, start: number) => boolean;

/** Pages stay the same while many questions are asked of them. */
function readerOf(page: Page): PageReader | null {
  if (page.reader === undefined) page.reader = newReader(page);
  return page.reader;
}

/** Null where the page is too large to be asked. */
function newReader(page: Page): PageReader | null {
  const count = page.sizes.reduce((product, size) => product * size, 1);
  if (count > pageLimit) return null;
  return page.sizes.length === 2 && page.sizes.every((size) => size <= pairSize)
    ? pairReader(page)
    : wideReader(page);
}

/** The contexts of a column are the versions of the other one: one word of bits for each version, column by column. */
function pairReader(page: Page): PageReader {
  const [size = 0, otherSize = 0] = page.sizes;
  const accepted = blank.slice(0, size + otherSize);
  const versions = [0, 0];
  for (let one = 0; one < size; one += 1) {
    versions[0] = one;
    for (let other = 0; other < otherSize; other += 1) {
      versions[1] = other;
      if (!accepts(page, versions)) continue;
      accepted[one] = (accepted[one] ?? 0) | (1 << other);
      accepted[size + other] = (accepted[size + other] ?? 0) | (1 << one);
    }
  }
  return (column, allowed, starts) => {
    const others = at(page.peers, 1 - column);
    const first = column === 0 ? 0 : size;
    const open = bitsOf(allowed(others));
    const standing = bitsOf(starts(others));
    return (from, to, start) => {
      const ahead = (accepted[first + from] ?? 0) | (from === start ? standing : 0);
      const behind = (accepted[first + to] ?? 0) | (to === start ? standing : 0);
      return (ahead & behind & open) !== 0;
    };
  };
}

/** A piece of it is made sooner than a list of zeros, and a typed array that short would take more room. */
const blank: readonly number[] = Array.from({ length: 2 * pairSize }, () => 0);

function bitsOf(versions: readonly number[]): number {
  let bits = 0;
  for (const version of versions) bits |= 1 << version;
  return bits;
}

function wideReader(page: Page): PageReader {
  return (column, allowed, starts) => {
    const contexts = contextsOf(page, column, allowed);
    const words = (contexts.length + 31) >> 5;
    const size = at(page.sizes, column);
    const accepted = Array.from({ length: size }, (_, version) => {
      const bits = new Uint32Array(words);
      for (const [index, context] of contexts.entries()) {
        context[column] = version;
        if (accepts(page, context)) setBit(bits, index);
      }
      return bits;
    });
    // What stands since the start is accepted: the start in every context that may stand.
    const standing = new Uint32Array(words);
    for (const [index, context] of contexts.entries()) {
      const isStanding = context.every(
        (version, place) => place === column || starts(at(page.peers, place)).includes(version),
      );
      if (isStanding) setBit(standing, index);
    }
    return (from, to, start) => {
      const one = at(accepted, from);
      const other = at(accepted, to);
      for (let word = 0; word < words; word += 1) {
        const stands = standing[word] ?? 0;
        const ahead = (one[word] ?? 0) | (from === start ? stands : 0);
        const behind = (other[word] ?? 0) | (to === start ? stands : 0);
        if ((ahead & behind) !== 0) return true;
      }
      return false;
    };
  };
}

function setBit(bits: Uint32Array, index: number) {
  bits[index >> 5] = (bits[index >> 5] ?? 0) | (1 << (index & 31));
}

/** Every choice of versions for the other columns; the place of the column itself is free. */
function contextsOf(page: Page, column: number, allowed: VersionsOf): readonly number[][] {
  let all: number[][] = [[]];
  for (const [index, peers] of page.peers.entries()) {
    const versions = index === column ? [0] : allowed(peers);
    all = all.flatMap((context) => versions.map((version) => [...context, version]));
  }
  return all;
}
