import type { Kinds } from "./kinds.ts";

/** Components of a kind that may have the same versions, and of which the same one stands since the way began. */
export interface Profile {
  readonly kind: number;
  /** Ascending. */
  readonly versions: readonly number[];
  /** Null: none of them. */
  readonly standing: number | null;
  count: number;
}

/** For each kind how many Components may have what. */
export interface Crowd {
  readonly of: (kind: number) => Iterable<Profile>;
  readonly add: (component: number, versions: readonly number[], count: 1 | -1) => void;
}

export function crowdOf({ of, count }: Kinds, start: readonly number[]): Crowd {
  const profiles = Array.from({ length: count }, () => new Map<string, Profile>());
  return {
    of: (kind) => profiles[kind]?.values() ?? [],
    add: (component, given, more) => {
      const kind = of[component] ?? -1;
      const first = start[component] ?? -1;
      const versions = given.toSorted((a, b) => a - b);
      const standing = versions.includes(first) ? first : null;
      const key = `${versions.join()}/${standing ?? ""}`;
      const known = profiles[kind]?.get(key);
      if (known === undefined) profiles[kind]?.set(key, { kind, versions, standing, count: more });
      else known.count += more;
      if (known?.count === 0) profiles[kind]?.delete(key);
    },
  };
}

/**
 * All choices of a profile for each column, of different Components, that hold one with several versions: of all other
 * combinations the states before were told. `stands`: the kinds of each column.
 */
export function* meetings(
  crowd: Crowd,
  stands: readonly (readonly number[])[],
): Generator<readonly Profile[]> {
  const columns = stands.map((kinds) => kinds.flatMap((kind) => [...crowd.of(kind)]));
  const isMoving = ({ versions }: Profile) => versions.length > 1;
  if (columns.some((column) => column.length === 0)) return;
  const chosen: Profile[] = [];
  function* fill(place: number, first: number): Generator<readonly Profile[]> {
    const column = columns[place];
    if (column === undefined) {
      yield chosen;
      return;
    }
    for (const profile of column) {
      if (place <= first && isMoving(profile) !== (place === first)) continue;
      const taken = chosen.slice(0, place).filter((one) => one === profile).length;
      if (taken >= profile.count) continue;
      chosen[place] = profile;
      yield* fill(place + 1, first);
    }
  }
  for (const [first, column] of columns.entries()) {
    if (column.some(isMoving)) yield* fill(0, first);
  }
}
