import type { System, Table, Versions } from "../certificate/shape.ts";
import { entry } from "./untrue.ts";

export type Kinds = ReturnType<typeof kindsOf>;

/** Which Components tables tell apart: one that a column names is a kind of its own, the rest of a type is one. */
export function kindsOf({ types, components, end_states, transition_states }: System) {
  const tables = [...end_states, ...transition_states];
  const named = new Set(tables.flatMap(({ columns }) => columns.map(({ component }) => component)));
  const known = new Map<string, number>();
  const ofType = types.map(() => new Set<number>());
  const of = components.map(({ type, start }, component) => {
    entry(entry(types, type, "system.components").versions, start, "system.components");
    const key = named.has(component) ? `the only ${component}` : `of type ${type}`;
    const kind = known.get(key) ?? known.size;
    known.set(key, kind);
    ofType[type]?.add(kind);
    return kind;
  });
  const columnsOf = ({ columns }: Table) => {
    const only = columns.map(({ component }) => of[component ?? -1]);
    return columns.map(({ type, component }) =>
      component === null
        ? [...entry(ofType, type, "columns")].filter((kind) => !only.includes(kind))
        : [entry(of, component, "columns")],
    );
  };
  const columns = new Map(tables.map((table) => [table, columnsOf(table)]));
  /** `of`: the kind of each Component; `columns`: for each column of a table the kinds that may stand in it. */
  return { of, count: known.size, columns: (table: Table) => columns.get(table) ?? [] };
}

/** Components of a kind that may have the same versions. */
export interface Profile {
  readonly kind: number;
  /** Ascending. */
  readonly versions: Versions;
  /** The one of them at which all stand since the way began; null: none of them. */
  readonly standing: number | null;
  count: number;
}

/** For each kind how many Components may have what. */
export class Crowd {
  readonly #kinds: Kinds;
  readonly #start: readonly number[];
  readonly #profiles: readonly Map<string, Profile>[];

  constructor(kinds: Kinds, start: readonly number[]) {
    this.#kinds = kinds;
    this.#start = start;
    this.#profiles = Array.from({ length: kinds.count }, () => new Map<string, Profile>());
    for (const [component, version] of start.entries()) this.#add(component, [version], 1);
  }

  of(kinds: readonly number[]): readonly Profile[] {
    return kinds.flatMap((kind) => [...(this.#profiles[kind]?.values() ?? [])]);
  }

  replace(component: number, old: readonly number[], fresh: readonly number[]): void {
    this.#add(component, old, -1);
    this.#add(component, fresh, 1);
  }

  #add(component: number, given: readonly number[], more: 1 | -1): void {
    const kind = this.#kinds.of[component] ?? -1;
    const first = this.#start[component] ?? -1;
    const versions = given.toSorted((a, b) => a - b);
    const standing = versions.includes(first) ? first : null;
    const key = `${versions.join()}/${standing ?? ""}`;
    const profile = this.#profiles[kind]?.get(key) ?? { kind, versions, standing, count: 0 };
    profile.count += more;
    if (profile.count === 0) this.#profiles[kind]?.delete(key);
    else this.#profiles[kind]?.set(key, profile);
  }
}

/**
 * All choices of a profile for each column, of different Components, that hold one with several versions: of all other
 * combinations the states before were told.
 */
export function* meetings(
  columns: readonly (readonly Profile[])[],
  chosen: readonly Profile[] = [],
): Generator<readonly Profile[]> {
  const [column, ...later] = columns.slice(chosen.length);
  if (column === undefined) yield chosen;
  const isMoving = ({ versions }: Profile) => versions.length > 1;
  const canStand = chosen.some(isMoving) || later.some((other) => other.some(isMoving));
  for (const profile of column ?? []) {
    const isLeft = chosen.filter((one) => one === profile).length < profile.count;
    if (isLeft && (canStand || isMoving(profile))) yield* meetings(columns, [...chosen, profile]);
  }
}
