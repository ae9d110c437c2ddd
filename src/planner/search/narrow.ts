import { at } from "../model/draft.ts";
import type { Cluster, Option } from "./rests.ts";
import { accepts, type Page } from "../constraints/page.ts";
import { pagesWith, type Rulebook } from "../constraints/rulebook.ts";

/** Combinations of a page beyond this number are not tried. */
const tryLimit = 256;

/**
 * Of the options of each cluster leaves only those that fit to some option of the others: with it the end of the stage
 * must be acceptable, and a Component must be able to move while the others are where they were or will be.
 */
export function narrow(
  clusters: readonly Cluster[],
  lists: readonly (readonly Option[])[],
  book: Rulebook,
): readonly (readonly Option[])[] {
  // With one option each there is nothing to leave out.
  if (lists.every(({ length }) => length < 2)) return lists;
  const left = [...lists];
  const byPeers = new Map<number, number[]>();
  for (const [index, { peers }] of clusters.entries()) {
    const alike = byPeers.get(peers);
    if (alike === undefined) byPeers.set(peers, [index]);
    else alike.push(index);
  }
  const here = { clusters, left, byPeers };
  const dirty = new Set(left.flatMap(({ length }, index) => (length > 1 ? [index] : [])));
  for (const index of dirty) {
    dirty.delete(index);
    const cluster = at(clusters, index);
    const pages = pagesWith(book, cluster.peers);
    const before = at(left, index);
    const options = before.filter((option) =>
      pages.every((page) => fits(page, cluster, option, here)),
    );
    if (options.length === before.length) continue;
    left[index] = options;
    if (options.length === 0) return left;
    for (const page of pages) {
      for (const peers of page.peers) {
        for (const other of byPeers.get(peers) ?? []) {
          if (at(left, other).length > 1) dirty.add(other);
        }
      }
    }
  }
  return left;
}

/** Where everybody may still go. */
interface Here {
  readonly clusters: readonly Cluster[];
  /** For each cluster the options that are left. */
  readonly left: readonly (readonly Option[])[];
  readonly byPeers: ReadonlyMap<number, readonly number[]>;
}

/** Whether the page lets the cluster's Components take this option, in some of the columns' contexts. */
function fits(page: Page, cluster: Cluster, option: Option, here: Here): boolean {
  const { clusters, left, byPeers } = here;
  return page.peers.every((peers, column) => {
    if (peers !== cluster.peers) return true;
    const others = page.peers.map((one, place) =>
      place === column ? [] : (byPeers.get(one) ?? []),
    );
    const canStand = others.every(
      (alike, place) =>
        place === column ||
        alike.some((other) => {
          const { from, start } = at(clusters, other);
          return from === start || at(left, other).some(({ version }) => version === start);
        }),
    );
    const standing = (version: number) => canStand && version === cluster.start;
    const ends = others.map((alike) => versionsOf(alike, here, false));
    const isEnd = someContext(ends, column, (context) =>
      acceptsWith(page, context, column, option.version),
    );
    if (!isEnd && !standing(option.version)) return false;
    if (option.moves === 0 || standing(option.version) || standing(cluster.from)) return true;
    const onTheWay = others.map((alike) => versionsOf(alike, here, true));
    return someContext(
      onTheWay,
      column,
      (context) =>
        acceptsWith(page, context, column, cluster.from) &&
        acceptsWith(page, context, column, option.version),
    );
  });
}

function versionsOf(
  alike: readonly number[],
  { clusters, left }: Here,
  isOnTheWay: boolean,
): readonly number[] {
  const versions = new Set<number>();
  for (const index of alike) {
    if (isOnTheWay) versions.add(at(clusters, index).from);
    for (const { version } of at(left, index)) versions.add(version);
  }
  return [...versions];
}

function acceptsWith(page: Page, context: number[], column: number, version: number): boolean {
  context[column] = version;
  return accepts(page, context);
}

/** Whether the test holds in some context, or there are too many to try. */
function someContext(
  lists: readonly (readonly number[])[],
  column: number,
  test: (context: number[]) => boolean,
): boolean {
  const count = lists.reduce(
    (product, { length }, place) => (place === column ? product : product * length),
    1,
  );
  if (count > tryLimit) return true;
  const context = lists.map(() => 0);
  const fill = (place: number): boolean => {
    const list = lists[place];
    if (list === undefined) return test(context);
    if (place === column) return fill(place + 1);
    return list.some((version) => {
      context[place] = version;
      return fill(place + 1);
    });
  };
  return fill(0);
}
