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
  { peers }: Peerage,
  start: readonly number[],
  options: Options,
): readonly (readonly Kind[])[] {
  return peers.map(({ components }, at) => {
    const kinds = new Map<string, { options: readonly Option[]; count: number }>();
    for (const component of components) {
      const versions = options[component] ?? [];
      if (versions.length === 0) continue;
      const stood = versions.indexOf(start[component] ?? -1);
      const key = `${versions.join()}/${stood}`;
      const known = kinds.get(key);
      if (known !== undefined) known.count += 1;
      else {
        const choices = versions.map((version, index) => ({
          peers: at,
          version,
          stands: index === stood,
        }));
        kinds.set(key, { options: choices, count: 1 });
      }
    }
    return [...kinds.values()].map((kind) => ({ peers: at, ...kind }));
  });
}

/**
 * Every combination that Components of these kinds can hold: a Component for each column, different
 * ones for different columns. `columns`: the kinds that may stand in each.
 */
export function* combinations(columns: readonly (readonly Kind[])[]): Generator<readonly Option[]> {
  const used = new Map<Kind, number>();
  const chosen: Option[] = [];
  function* fill(column: number): Generator<readonly Option[]> {
    const kinds = columns[column];
    if (kinds === undefined) {
      yield chosen;
      return;
    }
    for (const kind of kinds) {
      const taken = used.get(kind) ?? 0;
      if (taken >= kind.count) continue;
      used.set(kind, taken + 1);
      for (const option of kind.options) {
        chosen.push(option);
        yield* fill(column + 1);
        chosen.pop();
      }
      used.set(kind, taken);
    }
  }
  yield* fill(0);
}
