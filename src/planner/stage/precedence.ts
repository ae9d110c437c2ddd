/** Pairs "this before that", as they are found: any number of times, in any order. */
export interface Precedence {
  /** The first and the second of each pair behind each other. */
  pairs: Int32Array;
  /** How many numbers of them are in use. */
  used: number;
}

export function noPrecedence(): Precedence {
  // Most stages have few pairs, and an array of more than 64 bytes takes memory outside of the heap.
  return { pairs: new Int32Array(16), used: 0 };
}

export function addPair(precedence: Precedence, first: number, second: number) {
  const { used } = precedence;
  if (used === precedence.pairs.length) {
    const wider = new Int32Array(2 * used);
    wider.set(precedence.pairs);
    precedence.pairs = wider;
  }
  precedence.pairs[used] = first;
  precedence.pairs[used + 1] = second;
  precedence.used = used + 2;
}

/** For each of `count` what comes behind it, ascending, each once. */
export function followersIn(precedence: Precedence, count: number): readonly (readonly number[])[] {
  return listed(precedence, count, 0);
}

/** For each of `count` what comes before it, ascending, each once. */
export function leadersIn(precedence: Precedence, count: number): readonly (readonly number[])[] {
  return listed(precedence, count, 1);
}

/**
 * By the first or by the second of each pair. A set for each would take ten times the memory, and there are very many.
 */
function listed(
  { pairs, used }: Precedence,
  count: number,
  key: 0 | 1,
): readonly (readonly number[])[] {
  const unsorted = new Int32Array(used / 2);
  for (let pair = 0; pair < unsorted.length; pair += 1) unsorted[pair] = 2 * pair;
  const places = sorted(pairs, key, count, sorted(pairs, 1 - key, count, unsorted));
  const flat: number[] = [];
  const lists: (readonly number[])[] = [];
  const none: readonly number[] = [];
  let next = 0;
  for (let one = 0; one < count; one += 1) {
    const begin = flat.length;
    let before = -1;
    for (; next < places.length; next += 1) {
      const place = places[next] ?? 0;
      if (pairs[place + key] !== one) break;
      const other = pairs[place + 1 - key] ?? 0;
      if (other !== before) flat.push(other);
      before = other;
    }
    lists.push(begin === flat.length ? none : flat.slice(begin));
  }
  return lists;
}

/**
 * The places by the number below `count` that stands at this offset of each; where it is the same, in the order they
 * are in.
 */
function sorted(pairs: Int32Array, offset: number, count: number, places: Int32Array): Int32Array {
  const next = new Int32Array(count + 1);
  for (const place of places) {
    const number = pairs[place + offset] ?? 0;
    next[number + 1] = (next[number + 1] ?? 0) + 1;
  }
  for (let number = 0; number < count; number += 1)
    next[number + 1] = (next[number + 1] ?? 0) + (next[number] ?? 0);
  const all = new Int32Array(places.length);
  for (const place of places) {
    const number = pairs[place + offset] ?? 0;
    const to = next[number] ?? 0;
    all[to] = place;
    next[number] = to + 1;
  }
  return all;
}
