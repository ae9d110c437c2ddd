import type { Column, System, SystemComponent, VersionSet } from "../../manifest/system.ts";
import type { Nogood } from "./conflict.ts";
import { at } from "./moves.ts";

/** A System in which no hop depends on the way. */
export interface Unfolded {
  readonly system: System;
  /** False: some places had to be taken as one. */
  readonly isExact: boolean;
}

/** Of places that are taken as one a hop counts if it is possible from every one of them, or from some. */
export type Merging = "every" | "some";

/**
 * Where the hops of a Component depend on the way it came, each place on its ways gets a version of its own, of the
 * same name, which the tables take for the same. Only the wanted version stays one, for no other is a goal. Whoever
 * comes back to the version of its start by another place does not count as standing; of `some` it is taken for the
 * same place. Null: there is no such Component.
 */
export function unfolded(system: System, merging: Merging): Unfolded | null {
  if (system.components.every(({ ways }) => ways === undefined)) return null;
  const spots = system.components.map((component) =>
    spotsOf(component, at(system.types, component.type).target, merging),
  );
  const extras = system.types.map((_, type) =>
    extrasOf(spots.filter((_own, index) => system.components[index]?.type === type).flat()),
  );
  const withExtras = <Row extends { readonly cells: readonly VersionSet[] }>(
    columns: readonly Column[],
    rows: readonly Row[],
  ) =>
    rows.map((row) => ({
      ...row,
      cells: row.cells.map((cell, place) =>
        widened(
          cell,
          at(system.types, at(columns, place).type).versions.length,
          at(extras, at(columns, place).type),
        ),
      ),
    }));
  return {
    isExact: system.components.every((component) =>
      isOneWhereItMatters(component, at(system.types, component.type).target),
    ),
    system: {
      ...system,
      types: system.types.map((type, index) => ({
        ...type,
        versions: withCopies(type.versions, at(extras, index)),
        ...(type.preference !== undefined && {
          preference: withCopies(type.preference, at(extras, index)),
        }),
      })),
      components: system.components.map(({ ways, ...component }, index) => {
        const { versions } = at(system.types, component.type);
        const own = at(extras, component.type);
        const none = own.map(() => []);
        const hops =
          ways === undefined
            ? [...component.hops, ...none]
            : hopsAmong(ways.places, numbered(at(spots, index), own, versions.length), merging, [
                ...versions.map(() => []),
                ...none,
              ]);
        return { ...component, hops };
      }),
      endTables: system.endTables.map((table) => ({
        ...table,
        rows: withExtras(table.columns, table.rows),
      })),
      transitionTables: system.transitionTables.map((table) => ({
        ...table,
        rows: withExtras(table.columns, table.rows),
      })),
    },
  };
}

/** The nogoods of the unfolded System by the versions of the one that was asked about. */
export function folded(
  asked: System,
  unfoldedSystem: System,
  nogoods: readonly Nogood[],
): readonly Nogood[] {
  if (asked.types === unfoldedSystem.types) return nogoods;
  const versionOf = (type: number, version: number) =>
    at(asked.types, type).versions.indexOf(at(at(unfoldedSystem.types, type).versions, version));
  const told = nogoods.map((nogood) =>
    nogood.kind === "unlisted"
      ? {
          ...nogood,
          versions: nogood.columns.map(({ type }, column) =>
            versionOf(type, at(nogood.versions, column)),
          ),
        }
      : nogood,
  );
  return [...new Map(told.map((nogood) => [JSON.stringify(nogood), nogood])).values()];
}

/** A version of a type, and which of those of its name: 0 is the one that was there before. */
interface Spot {
  readonly version: number;
  readonly copy: number;
}

/** One for each place of a Component. */
function spotsOf(
  { ways, start }: SystemComponent,
  target: number,
  merging: Merging,
): readonly Spot[] {
  const copies = new Map([[start, 1]]);
  return (ways?.places ?? []).map(({ version }, place) => {
    const isStart = place === ways?.start || (merging === "some" && version === start);
    if (version === target || isStart) return { version, copy: 0 };
    const copy = copies.get(version) ?? 0;
    copies.set(version, copy + 1);
    return { version, copy };
  });
}

/** The versions that are new, by version and copy. */
function extrasOf(spots: readonly Spot[]): readonly Spot[] {
  const most = new Map<number, number>();
  for (const { version, copy } of spots) most.set(version, Math.max(copy, most.get(version) ?? 0));
  return [...most]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([version, count]) =>
      Array.from({ length: count }, (_, copy) => ({ version, copy: copy + 1 })),
    );
}

/** The spots as indexes of versions. */
function numbered(
  spots: readonly Spot[],
  extras: readonly Spot[],
  versions: number,
): readonly number[] {
  return spots.map(({ version, copy }) =>
    copy === 0
      ? version
      : versions + extras.findIndex((one) => one.version === version && one.copy === copy),
  );
}

/** `blank`: no hops from any version. */
function hopsAmong(
  places: readonly { readonly hops: readonly number[] }[],
  versionOf: readonly number[],
  merging: Merging,
  blank: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  return blank.map((_, version) => {
    const sets = places
      .filter((_place, index) => versionOf[index] === version)
      .map(({ hops }) => new Set(hops.map((place) => at(versionOf, place))));
    const all = [...new Set(sets.flatMap((set) => [...set]))];
    return all
      .filter((to) => merging === "some" || sets.every((set) => set.has(to)))
      .toSorted((a, b) => a - b);
  });
}

function withCopies<T>(ofVersions: readonly T[], extras: readonly Spot[]): readonly T[] {
  return [...ofVersions, ...extras.map(({ version }) => at(ofVersions, version))];
}

function widened(cell: VersionSet, versions: number, extras: readonly Spot[]): VersionSet {
  if (cell === null) return null;
  return [
    ...cell,
    ...extras.flatMap(({ version }, index) => (cell.includes(version) ? [versions + index] : [])),
  ];
}

/** Whether only one place has the wanted version, and only one that of the start. */
function isOneWhereItMatters({ ways, start }: SystemComponent, target: number): boolean {
  const count = (version: number) =>
    ways?.places.filter((place) => place.version === version).length ?? 0;
  return count(target) < 2 && count(start) < 2;
}
