import { ComponentId, ComponentType, SystemVersion, Version } from "../../src/core/ids.ts";
import type { System, VersionSet } from "../../src/manifest/system.ts";
import type { Answer } from "../../src/planner/model/plan.ts";
import { nogoodText, placeText } from "../../src/report/nogood-text.ts";

/** Numbers that look random and are the same for the same seed (mulberry32). */
export interface Dice {
  /** From `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(list: readonly T[]) => T;
  readonly shuffle: <T>(list: readonly T[]) => readonly T[];
}

export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(list: readonly T[]): T => {
    const chosen = list[between(0, list.length - 1)];
    if (chosen === undefined) throw new Error("nothing to pick from");
    return chosen;
  };
  return {
    between,
    chance: (probability) => next() < probability,
    pick,
    shuffle: (list) => {
      const rest = [...list];
      return list.map(() => rest.splice(between(0, rest.length - 1), 1)).flat();
    },
  };
}

/** A small System with any feature of the tables: at most 4 Components, 3 versions, 3 tables. */
export function randomSystem(seed: number): System {
  return anySystem(seed, false);
}

/** 5 Components with 2 versions each, and tables about their order. */
export function randomCrowd(seed: number): System {
  return anySystem(seed, true);
}

function anySystem(seed: number, isCrowd: boolean): System {
  const { between, chance, pick, shuffle } = dice(seed);
  const typeCount = isCrowd ? between(1, 4) : between(1, 3);
  const types = Array.from({ length: typeCount }, (_, at) => {
    const size = isCrowd ? 2 : between(2, 3);
    return {
      name: ComponentType.parse(`type${String(at)}`),
      versions: Array.from({ length: size }, (_unused, v) =>
        Version.parse(v === 2 && chance(0.2) ? "?" : `t${String(at)}-v${String(v)}`),
      ),
      target: !isCrowd && chance(0.1) ? 0 : between(1, size - 1),
      maxParallel: chance(0.2) ? between(1, 2) : null,
      order: null,
    };
  });
  const versionsOf = (type: number) => types[type]?.versions.length ?? 0;
  const few = chance(0.1) ? typeCount : between(Math.min(4, typeCount + 1), 4);
  const count = isCrowd ? 5 : few;
  const isFirm = chance(0.5);
  const isFree = isCrowd || chance(0.5);
  const components = Array.from({ length: count }, (_, at) => {
    const type = at < typeCount ? at : between(0, typeCount - 1);
    const size = versionsOf(type);
    const start = chance(isCrowd ? 0.95 : 0.8) ? 0 : between(0, size - 1);
    return {
      id: ComponentId.parse(`C${String(at)}`),
      type,
      start,
      supportsRollback: !(isFirm && chance(0.4)),
      rebootsHost: chance(0.1),
      hops: Array.from({ length: size }, (_unused, from) =>
        Array.from({ length: size }, (_other, to) => to).filter(
          (to) => to !== from && chance(isFree ? 0.97 : 0.7),
        ),
      ),
    };
  });

  let line = 0;
  const rule = () => {
    line += 1;
    return { file: "m.yaml", line, row: `row ${String(line)}` };
  };
  const columnsOf = (wide: number, isEnd: boolean) => {
    const columns: { type: number; component: number | null }[] = [];
    for (let left = wide; left > 0; left -= 1) {
      const component = between(0, count - 1);
      const type = chance(0.05) ? between(0, typeCount - 1) : (components[component]?.type ?? 0);
      const isNamed = chance(0.2) && components[component]?.type === type;
      if (isNamed && columns.some((column) => column.component === component)) continue;
      const isTaken = columns.some((column) => column.component === null && column.type === type);
      if (!isNamed && isTaken && (isEnd || chance(0.5))) continue;
      columns.push({ type, component: isNamed ? component : null });
    }
    return columns;
  };
  const cellOf = (type: number, near: number | null, loose: number): VersionSet => {
    if (chance(loose)) return null;
    const size = versionsOf(type);
    const chosen = new Set([near ?? between(0, size - 1)]);
    if (chance(0.25)) chosen.add(between(0, size - 1));
    if (chance(0.02)) return [];
    return [...chosen].toSorted((a, b) => a - b);
  };

  const looseness = isCrowd ? 0.05 : pick([0.05, 0.15, 0.4]);
  const endTables = Array.from({ length: chance(0.2) ? 2 : 1 }, (_, table) => {
    const columns = columnsOf(between(Math.min(2, typeCount), typeCount + 1), true);
    const rowOf = (near: "target" | "start" | "any", verdict: "yes" | "no" | "n/a") => ({
      systemVersion: verdict === "yes" ? SystemVersion.parse(`v.${String(between(1, 5))}`) : null,
      cells: columns.map(({ type, component }) => {
        const starting = components[component ?? components.findIndex((c) => c.type === type)];
        const spot = { target: types[type]?.target ?? 0, start: starting?.start ?? 0, any: null };
        return cellOf(type, spot[near], looseness);
      }),
      verdict,
      rule: rule(),
    });
    const rows = [
      rowOf("target", "yes"),
      ...(chance(0.8) ? [rowOf("start", "yes")] : []),
      ...Array.from({ length: between(0, 6) }, () => rowOf("any", "yes")),
      ...Array.from({ length: chance(isCrowd ? 0.1 : 0.3) ? between(1, 2) : 0 }, () =>
        rowOf("any", "no"),
      ),
      ...(chance(0.1) ? [rowOf("any", "n/a")] : []),
    ];
    return { name: `ends${String(table)}`, columns, rows: shuffle(rows) };
  });
  const most = isCrowd ? 5 : 3;
  const tableCount = chance(0.1) ? 0 : between(1, most);
  const transitionTables = Array.from({ length: tableCount }, (_, table) => {
    const columns = columnsOf(between(1, 3), false);
    const allowByDefault = chance(0.4);
    const rows = Array.from({ length: between(0, 6) }, () => ({
      cells: columns.map(({ type }) => cellOf(type, null, 0.25)),
      verdict: chance(0.05)
        ? ("n/a" as const)
        : chance(allowByDefault ? 0.9 : 0.12)
          ? ("no" as const)
          : ("yes" as const),
      rule: rule(),
    }));
    return { name: `table${String(table)}`, columns, allowByDefault, rows };
  });
  return { types, components, endTables, transitionTables, ...randomLimits(seed, count) };
}

/** Every third System limits how many of some Components, of whatever type, are updated at once. */
function randomLimits(seed: number, components: number): Pick<System, "limits"> {
  const { between, chance } = dice(seed + 1_000_000);
  if (!chance(0.35)) return {};
  const limits = Array.from({ length: between(1, 2) }, (_, at) => ({
    components: Array.from({ length: components }, (_unused, one) => one).filter(() => chance(0.7)),
    most: between(1, 2),
    rule: { file: "m.yaml", line: 100 + at, row: `limit ${String(at)}` },
  }));
  return { limits };
}

/** The same System, its types, versions, tables and rows in another order. */
export function reordered(system: System, seed: number): System {
  const { shuffle } = dice(seed);
  const typeOrder = shuffle([...system.types.keys()]);
  const newType = (type: number) => typeOrder.indexOf(type);
  const versionOrders = system.types.map(({ versions }) => shuffle([...versions.keys()]));
  const newVersion = (type: number, version: number) => versionOrders[type]?.indexOf(version) ?? -1;
  const newSet = (type: number, versions: readonly number[]) =>
    versions.map((version) => newVersion(type, version)).toSorted((a, b) => a - b);
  type Columns = System["endTables"][number]["columns"];
  const newTable = <R extends { readonly cells: readonly VersionSet[] }>(
    columns: Columns,
    rows: readonly R[],
  ) => {
    return {
      columns: columns.map((column) => ({ ...column, type: newType(column.type) })),
      rows: shuffle(
        rows.map((row) => ({
          ...row,
          cells: row.cells.map((cell, column) =>
            cell === null ? null : newSet(columns[column]?.type ?? -1, cell),
          ),
        })),
      ),
    };
  };
  return {
    types: typeOrder.flatMap((old) => {
      const type = system.types[old];
      if (type === undefined) return [];
      const versions = (versionOrders[old] ?? []).flatMap(
        (version) => type.versions[version] ?? [],
      );
      const ranks = type.preference;
      return [
        {
          ...type,
          versions,
          target: newVersion(old, type.target),
          ...(ranks !== undefined && {
            preference: (versionOrders[old] ?? []).map((version) => ranks[version] ?? 0),
          }),
        },
      ];
    }),
    components: system.components.map((component) => {
      const { type } = component;
      return {
        ...component,
        type: newType(type),
        start: newVersion(type, component.start),
        ...(component.ways !== undefined && {
          ways: {
            ...component.ways,
            places: component.ways.places.map((place) => ({
              ...place,
              version: newVersion(type, place.version),
            })),
          },
        }),
        hops: (versionOrders[type] ?? []).map((old) => newSet(type, component.hops[old] ?? [])),
      };
    }),
    endTables: system.endTables.map(({ name, columns, rows }) => ({
      name,
      ...newTable(columns, rows),
    })),
    transitionTables: shuffle(
      system.transitionTables.map(({ name, columns, rows, allowByDefault }) => ({
        name,
        allowByDefault,
        ...newTable(columns, rows),
      })),
    ),
    endStatesOnly: system.endStatesOnly,
    ...(system.limits !== undefined && { limits: shuffle(system.limits) }),
  };
}

/** The answer as it reads: nogoods by names and not by index. */
export function readOut(system: System, answer: Answer): string {
  if (answer.kind !== "no-plan") return JSON.stringify(answer);
  const places = { system, placesOf: () => null };
  const core = answer.core.map(
    (nogood) => `${placeText(places, nogood)} ${nogoodText(system, nogood)}`,
  );
  return JSON.stringify({ ...answer, core });
}

/**
 * The System under a Manifest of one of three kinds: with its transition tables, without any, or with one in whose
 * columns nobody stands.
 */
export function underManifest(system: System, seed: number): System {
  const { between } = dice(seed);
  const kind = between(0, 2);
  if (kind === 0 && system.transitionTables.length > 0) return { ...system, endStatesOnly: false };
  if (kind === 1) return { ...system, transitionTables: [], endStatesOnly: true };
  const absent = withAbsentType(system);
  const columns = [system.components[0]?.type ?? 0, system.types.length].map((type) => ({
    type,
    component: null,
  }));
  const table = { name: "nobody", columns, allowByDefault: false, rows: [] };
  return { ...absent, transitionTables: [table], endStatesOnly: false };
}

/** One more type, of which there is no Component. */
function withAbsentType(system: System): System {
  const versions = ["absent-v1", "absent-v2"].map((name) => Version.parse(name));
  const name = ComponentType.parse("absent");
  const type = { name, versions, target: 1, maxParallel: null, order: null };
  return { ...system, types: [...system.types, type] };
}

/** The System on a device with tables of its own, which forbid little: an end table, and transition tables. */
export function onDevice(system: System, seed: number): System {
  const { between, chance, pick } = dice(seed);
  const whole = chance(0.3) ? withAbsentType(system) : system;
  let line = 0;
  const rule = () => {
    line += 1;
    return { file: "constraints.yaml", line, row: `row ${String(line)}` };
  };
  const columnsOf = (wide: number) =>
    Array.from({ length: wide }, () => {
      const component = between(0, system.components.length - 1);
      const type = system.components[component]?.type ?? 0;
      return chance(0.1)
        ? { type: between(0, whole.types.length - 1), component: null }
        : { type, component: chance(0.2) ? component : null };
    }).filter(
      (column, at, all) =>
        all.findIndex(
          (one) =>
            one.component === column.component &&
            (one.component !== null || one.type === column.type),
        ) === at,
    );
  const cellsOf = (columns: System["endTables"][number]["columns"], loose: number) =>
    columns.map(({ type }): VersionSet => {
      const versions = [...(whole.types[type]?.versions.keys() ?? [])];
      const fewer = versions.filter(() => chance(0.6));
      return chance(loose) ? null : fewer.length > 0 ? fewer : [pick(versions)];
    });
  const ends = columnsOf(between(1, 3));
  const endTable = {
    name: "device",
    columns: ends,
    rows: Array.from({ length: between(2, 4) }, () => ({
      systemVersion: SystemVersion.parse("mine"),
      cells: cellsOf(ends, 0.5),
      verdict: chance(0.1) ? ("no" as const) : ("yes" as const),
      rule: rule(),
    })),
  };
  const tables = Array.from({ length: between(0, 2) }, (_, at) => {
    const columns = columnsOf(between(1, 3));
    return {
      name: `device${String(at)}`,
      columns,
      allowByDefault: chance(0.7),
      rows: Array.from({ length: between(0, 3) }, () => ({
        cells: cellsOf(columns, 0.3),
        verdict: chance(0.4) ? ("no" as const) : ("yes" as const),
        rule: rule(),
      })),
    };
  });
  return {
    ...whole,
    endTables: [...system.endTables, ...(chance(0.4) ? [endTable] : [])],
    transitionTables: [...system.transitionTables, ...tables],
  };
}

/** Another rank for each version, or for some the same; for some types none. */
export function preferring(system: System, seed: number): System {
  const { between, chance } = dice(seed + 2_000_000);
  return {
    ...system,
    types: system.types.map((type) =>
      chance(0.1)
        ? type
        : { ...type, preference: type.versions.map(() => between(0, type.versions.length)) },
    ),
  };
}

/**
 * A System that comes to what is wanted over one stepping stone of several, or over two: its tables forbid little, so
 * that several plans cost the same. Some of its Components are alike.
 */
export function randomStones(seed: number): System {
  const { between, chance, pick } = dice(seed);
  const typeCount = between(1, 2);
  const size = between(4, 5);
  const types = Array.from({ length: typeCount }, (_, at) => ({
    name: ComponentType.parse(`type${String(at)}`),
    versions: Array.from({ length: size }, (_unused, v) =>
      Version.parse(`t${String(at)}-v${String(v)}`),
    ),
    target: size - 1,
    maxParallel: chance(0.2) ? 1 : null,
    order: null,
  }));
  const hopsOf = types.map(() => {
    const isFar = chance(0.3);
    return Array.from({ length: size }, (_unused, from) =>
      Array.from({ length: size }, (_other, to) => to).filter((to) => {
        if (to === from || to === 0 || from === size - 1) return false;
        if (from === 0) return to < size - 1 && (!isFar || to < 3) && chance(0.85);
        return to === size - 1 ? !isFar || from >= 2 : chance(0.35);
      }),
    );
  });
  const count = between(2, 3);
  const components = Array.from({ length: count }, (_, at) => {
    const type = at < typeCount ? at : between(0, typeCount - 1);
    return {
      id: ComponentId.parse(`C${String(at)}`),
      type,
      start: chance(0.9) ? 0 : between(0, size - 1),
      supportsRollback: chance(0.85),
      rebootsHost: false,
      hops: hopsOf[type] ?? [],
    };
  });
  let line = 0;
  const rule = () => {
    line += 1;
    return { file: "m.yaml", line, row: `row ${String(line)}` };
  };
  const columns = Array.from({ length: typeCount }, (_, type) => ({ type, component: null }));
  const someOf = (loose: number): VersionSet =>
    chance(loose)
      ? null
      : Array.from({ length: size }, (_, version) => version).filter(() => chance(0.4));
  const endRow = (cells: readonly VersionSet[], verdict: "yes" | "no") => ({
    systemVersion: verdict === "yes" ? SystemVersion.parse(`v.${String(between(1, 5))}`) : null,
    cells,
    verdict,
    rule: rule(),
  });
  const ends = {
    name: "ends",
    columns,
    rows: [
      endRow(
        columns.map(() => [0]),
        "yes",
      ),
      endRow(
        columns.map(() => [size - 1]),
        "yes",
      ),
      ...Array.from({ length: between(1, 4) }, () =>
        endRow(
          columns.map(() => someOf(0.4)),
          "yes",
        ),
      ),
      ...(chance(0.3)
        ? [
            endRow(
              columns.map(() => [between(1, size - 2)]),
              "no",
            ),
          ]
        : []),
    ],
  };
  const pair = [
    { type: 0, component: null },
    { type: typeCount - 1, component: null },
  ];
  const order = {
    name: "order",
    columns: pair,
    allowByDefault: true,
    rows: Array.from({ length: between(0, 6) }, () => ({
      cells: pair.map(() => [between(0, size - 1)]),
      verdict: pick(["no" as const, "n/a" as const]),
      rule: rule(),
    })),
  };
  return { types, components, endTables: [ends], transitionTables: [order] };
}

/**
 * The System with Components on which what can be installed depends on the way they came: up to two places of each
 * version.
 */
export function overStones(system: System, seed: number): System {
  const { between, chance, shuffle } = dice(seed);
  return {
    ...system,
    components: system.components.map((component, index) => {
      if (index > 0 && chance(0.5)) return component;
      const { start, type } = component;
      const size = system.types[type]?.versions.length ?? 0;
      const spots = Array.from({ length: size }, (_, version) =>
        Array.from({ length: version === start && chance(0.8) ? 1 : between(1, 2) }, () => version),
      ).flat();
      const places = spots.map((version) => ({
        version,
        hops: Array.from({ length: size }, (_, to) => to)
          .filter((to) => to !== version && chance(0.6))
          .flatMap((to) => shuffle([...spots.keys()].filter((at) => spots[at] === to)).slice(0, 1))
          .toSorted((a, b) => a - b),
      }));
      const hops = Array.from({ length: size }, (_, from) => {
        const own = places.filter(({ version }) => version === from);
        return Array.from({ length: size }, (_other, to) => to).filter((to) =>
          own.every((place) => place.hops.some((at) => spots[at] === to)),
        );
      });
      return { ...component, hops, ways: { start: spots.indexOf(start), places } };
    }),
  };
}
