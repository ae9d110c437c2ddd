import type { ComponentId, ComponentType } from "../core/ids.ts";
import { printable } from "./printable.ts";

/** What one Component told of itself; a key of the inventory may have several values. */
export interface Told {
  readonly id: ComponentId;
  readonly type: ComponentType;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** A Component and what its Interface has answered to Provides. */
export interface Provided {
  readonly id: ComponentId;
  readonly type: ComponentType;
  readonly provides: ReadonlyMap<string, string>;
}

/** With the device type, which is the Component type and never the Interface's to tell. */
export function toldProvides({ id, type, provides }: Provided): Told {
  const values = [...provides].map(([key, value]): [string, readonly string[]] => [key, [value]]);
  return { id, type, values: new Map([...values, ["device_type", [type]]]) };
}

/** What it provides, and what its Interface tells for the inventory, which wins. */
export function toldInventory(
  component: Provided,
  inventory: ReadonlyMap<string, readonly string[]>,
): Told {
  const told = toldProvides(component);
  const { type } = component;
  return { ...told, values: new Map([...told.values, ...inventory, ["device_type", [type]]]) };
}

/** The inventory of the System device. */
export interface SystemInventory {
  readonly systemType: string | null;
  readonly components: readonly Told[];
}

export function inventoryLines({ systemType, components }: SystemInventory): readonly string[] {
  const ofSystem = systemType === null ? [] : [{ key: "system_type", all: [systemType] }];
  return sortedLines([...keysOf(components), ...ofSystem]);
}

export function inventoryJson({
  systemType,
  components,
}: SystemInventory): Readonly<Record<string, unknown>> {
  return {
    type: "inventory",
    system_type: systemType,
    components: keyValuesJson(components),
  };
}

/** `<component_type>.<component id>.<key>=<value>` lines, sorted by bytes, the values of a key in their own order. */
export function keyValueLines(components: readonly Told[]): readonly string[] {
  return sortedLines(keysOf(components));
}

interface Values {
  readonly key: string;
  readonly all: readonly string[];
}

function keysOf(components: readonly Told[]): readonly Values[] {
  return components.flatMap(({ id, type, values }) =>
    [...values].map(([key, all]) => ({ key: `${type}.${id}.${key}`, all })),
  );
}

function sortedLines(values: readonly Values[]): readonly string[] {
  return values
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
