import { at } from "./draft.ts";
import type { Cluster, Option } from "./rests.ts";
import { accepts, type Page } from "./page.ts";
import type { Rulebook } from "./rulebook.ts";

/** Combinations of a page beyond this number are not tried. */
const tryLimit = 256;

/**
 * Leaves each cluster only the options that fit to some option of the others: with it the end of the stage
 * must be acceptable, and a Component must be able to move while the others are where they were or will be.
 */
export function narrow(clusters: readonly Cluster[], book: Rulebook): readonly Cluster[] {
  // With one option each there is nothing to leave out.
  if (clusters.every(({ options }) => options.length < 2)) return clusters;
  const left = [...clusters];
  const byPeers = new Map<number, number[]>();
  for (const [index, { peers }] of left.entries()) {
    const alike = byPeers.get(peers);
    if (alike === undefined) byPeers.set(peers, [index]);
    else alike.push(index);
  }
  const dirty = new Set(left.flatMap(({ options }, index) => (options.length > 1 ? [index] : [])));
  for (const index of dirty) {
    dirty.delete(index);
    const cluster = at(left, index);
    const pages = at(book.pagesOf, cluster.peers).map((page) => at(book.pages, page));
    const options = cluster.options.filter((option) =>
      pages.every((page) => fits(page, cluster, option, left, byPeers)),
    );
    if (options.length === cluster.options.length) continue;
    left[index] = { ...cluster, options };
    if (options.length === 0) return left;
    for (const page of pages) {
      for (const peers of page.peers) {
        for (const other of byPeers.get(peers) ?? []) {
          if (at(left, other).options.length > 1) dirty.add(other);
        }
      }
    }
  }
  return left;
}

/** Whether the page lets the cluster's Components take this option, in some of the columns' contexts. */
function fits(
  page: Page,
  cluster: Cluster,
  option: Option,
  clusters: readonly Cluster[],
  byPeers: ReadonlyMap<number, readonly number[]>,
): boolean {
  return page.peers.every((peers, column) => {
    if (peers !== cluster.peers) return true;
    const others = page.peers.map((one, place) =>
      place === column ? [] : (byPeers.get(one) ?? []).map((index) => at(clusters, index)),
    );
    const canStand = others.every(
      (alike, place) =>
        place === column ||
        alike.some(
          ({ from, start, options }) =>
            from === start || options.some(({ version }) => version === start),
        ),
    );
    const standing = (version: number) => canStand && version === cluster.start;
    const ends = others.map((alike) => versionsOf(alike, false));
    const isEnd = someContext(ends, column, (context) =>
      acceptsWith(page, context, column, option.version),
    );
    if (!isEnd && !standing(option.version)) return false;
    if (option.moves === 0 || standing(option.version) || standing(cluster.from)) return true;
    const onTheWay = others.map((alike) => versionsOf(alike, true));
    return someContext(
      onTheWay,
      column,
      (context) =>
        acceptsWith(page, context, column, cluster.from) &&
        acceptsWith(page, context, column, option.version),
    );
  });
}

function versionsOf(clusters: readonly Cluster[], isOnTheWay: boolean): readonly number[] {
  const versions = new Set<number>();
  for (const { from, options } of clusters) {
    if (isOnTheWay) versions.add(from);
    for (const { version } of options) versions.add(version);
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
