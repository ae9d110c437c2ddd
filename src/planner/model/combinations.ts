import type { Peerage } from "./peers.ts";

/** Components that a table cannot tell apart in what they may have. */
export interface Kind {
  /** Index of their peers. */
  readonly peers: number;
  readonly options: readonly Option[];
  /** How many Components. */
  readonly count: number;
}

/** One version that a Component may have. */
export interface Option {
  readonly peers: number;
  readonly version: number;
  /** It has this version in the starting state. */
  readonly stands: boolean;
}

/** For each Component the versions that it may have; empty where nothing is said of it. */
export type Options = readonly (readonly number[])[];

/** The kinds of each peers. */
export function kindsOf(
  peerage: Peerage,
  start: readonly number[],
  options: Options,
): readonly (readonly Kind[])[] {
  return peerage.peers.map((_, peers) => kindsAmong(peerage, peers, start, options));
}

/** The kinds of some peers. */
export function kindsAmong(
  peerage: Peerage,
  peers: number,
  start: readonly number[],
  options: Options,
): readonly Kind[] {
  const { components } = peerage.peers[peers] ?? { components: [] };
  const [only] = components;
  if (components.length === 1 && only !== undefined) {
    const versions = options[only] ?? [];
    return versions.length === 0 ? [] : [kindOf(peers, versions, start[only], 1)];
  }
  const kinds = new Map<string, { kind: Kind; count: number }>();
  for (const component of components) {
    const versions = options[component] ?? [];
    if (versions.length === 0) continue;
    const key = `${versions.join()}/${versions.indexOf(start[component] ?? -1)}`;
    const known = kinds.get(key);
    if (known === undefined) {
      kinds.set(key, { kind: kindOf(peers, versions, start[component], 0), count: 1 });
    } else known.count += 1;
  }
  return [...kinds.values()].map(({ kind, count }) => ({ ...kind, count }));
}

function kindOf(
  peers: number,
  versions: readonly number[],
  start: number | undefined,
  count: number,
): Kind {
  const options = versions.map((version) => ({ peers, version, stands: version === start }));
  return { peers, options, count };
}

/**
 * Whether the test holds for one of the combinations that Components of these kinds can hold: a Component
 * for each column, different ones for different columns. `columns`: the kinds that may stand in each.
 */
export function someCombination(
  columns: readonly (readonly Kind[])[],
  test: (combination: readonly Option[]) => boolean,
): boolean {
  const chosen: Option[] = [];
  const fill = (meeting: readonly (readonly Option[])[], column: number): boolean => {
    const options = meeting[column];
    if (options === undefined) return test(chosen);
    return options.some((option) => {
      chosen[column] = option;
      return fill(meeting, column + 1);
    });
  };
  return someMeeting(columns, (meeting) => {
    chosen.length = meeting.length;
    return fill(meeting, 0);
  });
}

/** The same for the options of the kinds that meet, before a version of each is chosen. */
export function someMeeting(
  columns: readonly (readonly Kind[])[],
  test: (meeting: readonly (readonly Option[])[]) => boolean,
): boolean {
  const kinds: Kind[] = [];
  const meeting: (readonly Option[])[] = [];
  const fill = (column: number): boolean => {
    const candidates = columns[column];
    if (candidates === undefined) return test(meeting);
    for (const kind of candidates) {
      if (kind.count <= column && isUsedUp(kind, kinds, column)) continue;
      kinds[column] = kind;
      meeting[column] = kind.options;
      if (fill(column + 1)) return true;
    }
    return false;
  };
  return fill(0);
}

function isUsedUp(kind: Kind, kindOfColumn: readonly Kind[], columns: number): boolean {
  let used = 0;
  for (let column = 0; column < columns; column += 1) {
    if (kindOfColumn[column] === kind) used += 1;
  }
  return used >= kind.count;
}
