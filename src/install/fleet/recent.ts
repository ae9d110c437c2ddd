/** Keeps what was asked for lately, within limits. */
export interface Recent<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

/**
 * Two halves: what is asked for moves into the young one; once that is full it becomes the old one, and what was in
 * the old one is forgotten. So a hit costs no reordering. `weight`: in characters, beside those of the key.
 */
export function recent<T>(
  limit: { readonly entries: number; readonly weight: number },
  weightOf: (value: T) => number,
): Recent<T> {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  let weight = 0;

  function set(key: string, value: T): void {
    young.set(key, value);
    weight += key.length + weightOf(value);
    if (young.size * 2 < limit.entries && weight * 2 < limit.weight) return;
    old = young;
    young = new Map();
    weight = 0;
  }

  return {
    get(key) {
      const known = young.get(key);
      if (known !== undefined) return known;
      const earlier = old.get(key);
      if (earlier !== undefined) set(key, earlier);
      return earlier;
    },
    set,
  };
}
