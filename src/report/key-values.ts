import type { ComponentId, ComponentType } from "../core/ids.ts";
import { printable } from "./printable.ts";

/** What one Component told of itself; a key of the inventory may have several values. */
export interface Told {
  readonly id: ComponentId;
  readonly type: ComponentType;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** `<component_type>.<component id>.<key>=<value>` lines, sorted by bytes, the values of a key in their own order. */
export function keyValueLines(components: readonly Told[]): readonly string[] {
  const keys = components.flatMap(({ id, type, values }) =>
    [...values].map(([key, all]) => ({ key: `${type}.${id}.${key}`, all })),
  );
  return keys
    .toSorted((one, other) => compare(one.key, other.key))
    .flatMap(({ key, all }) => all.map((value) => printable(`${key}=${value}`)));
}

/** The same as data, each Component's keys sorted. A key with one value has it plain, one with several has a list. */
export function keyValuesJson(
  components: readonly Told[],
): readonly Readonly<Record<string, unknown>>[] {
  return components.map(({ id, type, values }) => ({
    component: id,
    component_type: type,
    values: Object.fromEntries(
      [...values]
        .toSorted(([one], [other]) => compare(one, other))
        .map(([key, all]) => [key, all.length === 1 ? all[0] : all]),
    ),
  }));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
