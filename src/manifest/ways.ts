import type { Ways } from "./system.ts";

/** What a Component can be on its way. */
export interface Place {
  readonly version: number;
  /** Differs from that of every other place. */
  readonly key: string;
  /** Indexes of the places it can be next, one for each version at most. */
  readonly hops: readonly number[];
}

/**
 * Places from which the same can be done count as one, where it does not matter how they came about. Null: each version
 * has one.
 */
export function waysAmong(places: readonly Place[]): Ways | null {
  const order = [...places.keys()].toSorted((a, b) => compare(places[a], places[b]));
  const classes = classesOf(places, order);
  const kept = order.filter((place) => classes[place] === place);
  const versions = new Set(kept.map((place) => places[place]?.version));
  if (versions.size === kept.length) return null;
  const numberOf = (place: number) => kept.indexOf(classes[place] ?? -1);
  return {
    start: numberOf(0),
    places: kept.map((place) => {
      const { version = -1, hops = [] } = places[place] ?? {};
      return { version, hops: hops.map(numberOf).toSorted((a, b) => a - b) };
    }),
  };
}

/** For each place the first one, in this order, from which the same can be done. */
function classesOf(places: readonly Place[], order: readonly number[]): readonly number[] {
  let classes: readonly number[] = firstOfEach(places, order, ({ version }) => String(version));
  for (;;) {
    const before = classes;
    const finer = firstOfEach(places, order, ({ version, hops }) => {
      const next = hops.map((place) => before[place] ?? -1).toSorted((a, b) => a - b);
      return `${String(version)} ${next.join()}`;
    });
    if (new Set(finer).size === new Set(before).size) return finer;
    classes = finer;
  }
}

function firstOfEach(
  places: readonly Place[],
  order: readonly number[],
  nameOf: (place: Place) => string,
): readonly number[] {
  const names = places.map(nameOf);
  const first = new Map<string, number>();
  for (const place of order) {
    const name = names[place] ?? "";
    if (!first.has(name)) first.set(name, place);
  }
  return names.map((name) => first.get(name) ?? -1);
}

function compare(one: Place | undefined, other: Place | undefined): number {
  if (one === undefined || other === undefined) return 0;
  if (one.version !== other.version) return one.version - other.version;
  return one.key < other.key ? -1 : 1;
}
