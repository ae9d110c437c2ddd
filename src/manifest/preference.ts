import { assertNever } from "../core/assert-never.ts";
import type { Version } from "../core/ids.ts";
import type { KnownVersions } from "./cell-versions.ts";
import { compareNumbers } from "./number-range.ts";
import { numberOf } from "./version-number.ts";

/** What a Manifest may say of the versions of a type to rest in on the way. */
export const preferences = ["newest", "listed"] as const;
export type Preferred = (typeof preferences)[number];

/**
 * The rank of each known version; null: all are alike. `listed`: those that the Manifest lists for the type, in its
 * order; what it does not list shares the last rank.
 */
export function preferenceAmong(
  prefer: Preferred,
  versions: KnownVersions,
  listed: readonly Version[],
): readonly number[] | null {
  const ranks = ranksOf(prefer, versions, listed);
  return ranks.every((rank) => rank === ranks[0]) ? null : ranks;
}

function ranksOf(
  prefer: Preferred,
  versions: KnownVersions,
  listed: readonly Version[],
): readonly number[] {
  switch (prefer) {
    case "newest":
      return byAge(versions);
    case "listed": {
      const order = [...new Set(listed)];
      const places = new Map(order.map((version, place) => [version, place]));
      return versions.names.map((version) => places.get(version) ?? order.length);
    }
    default:
      return assertNever(prefer);
  }
}

/** How many are newer; a version without a number is behind all that have one. */
function byAge({ names, numbers }: KnownVersions): readonly number[] {
  const found = names.map((name) => numberOf(name, numbers));
  const newestFirst = found
    .flatMap((one) => (one.kind === "number" ? [one.number] : []))
    .toSorted((a, b) => compareNumbers(b, a));
  const newer = new Map<string, number>();
  for (const [place, number] of newestFirst.entries()) {
    const before = newestFirst[place - 1];
    const isEqual = before !== undefined && compareNumbers(before, number) === 0;
    newer.set(number, isEqual ? (newer.get(before) ?? place) : place);
  }
  return found.map((one) =>
    one.kind === "number" ? (newer.get(one.number) ?? 0) : newestFirst.length,
  );
}
