import { ComponentId, ComponentType, SystemVersion, Version } from "../../src/core/ids.ts";
import type { System, VersionSet } from "../../src/manifest/system.ts";
import { dice } from "../support/planner-random.ts";

/** Systems of any size in the shapes that real ones have, and some that real ones hopefully have not. */

export interface Family {
  readonly name: string;
  /** What it stands for. */
  readonly about: string;
  readonly system: (components: number, versions: number, seed: number) => System;
}

interface Table {
  /** Components, by index. */
  readonly columns: readonly number[];
  readonly allowByDefault?: boolean;
  readonly rows: readonly (readonly [readonly VersionSet[], "yes" | "no"])[];
}

interface Shape {
  /** The type of each Component, by index; each its own where nothing is said. */
  readonly typeOf?: (component: number) => number;
  readonly components: number;
  readonly versions: number;
  readonly maxParallel?: number;
  /** Versions that can be installed from one; all others where nothing is said. */
  readonly hops?: (component: number, from: number) => readonly number[];
  /** The version at the start; the first one where nothing is said. */
  readonly start?: (component: number) => number;
  /** The wanted version; the last one where nothing is said. */
  readonly wanted?: (component: number) => number;
  readonly ends: readonly (readonly VersionSet[])[];
  readonly tables: readonly Table[];
  readonly firm?: (component: number) => boolean;
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

function build(shape: Shape): System {
  const typeOf = shape.typeOf ?? ((component: number) => component);
  const typeCount = Math.max(...upTo(shape.components).map(typeOf)) + 1;
  let line = 0;
  const rule = (row: string) => {
    line += 1;
    return { file: "bench.yaml", line, row };
  };
  const firstOf = upTo(typeCount).map((type) =>
    upTo(shape.components).findIndex((component) => typeOf(component) === type),
  );
  const column = (component: number) => ({ type: typeOf(component), component: null });
  return {
    types: upTo(typeCount).map((type) => ({
      name: ComponentType.parse(`type-${String(type)}`),
      versions: upTo(shape.versions).map((v) => Version.parse(`t${String(type)}-${String(v)}.0`)),
      target: shape.wanted?.(firstOf[type] ?? 0) ?? shape.versions - 1,
      maxParallel: type === 0 ? null : (shape.maxParallel ?? null),
      order: null,
      // The newest, as of each Manifest that says nothing else.
      preference: upTo(shape.versions).toReversed(),
    })),
    components: upTo(shape.components).map((component) => ({
      id: ComponentId.parse(`C${String(component)}`),
      type: typeOf(component),
      start: shape.start?.(component) ?? 0,
      supportsRollback: !(shape.firm?.(component) ?? false),
      rebootsHost: false,
      hops: upTo(shape.versions).map((from) =>
        shape.hops === undefined
          ? upTo(shape.versions).filter((to) => to !== from)
          : shape.hops(component, from),
      ),
    })),
    endTables: [
      {
        name: "ends",
        columns: firstOf.map(column),
        rows: shape.ends.map((cells, at) => ({
          systemVersion: SystemVersion.parse(`release-${String(at).padStart(4, "0")}`),
          cells: firstOf.map((component) => cells[component] ?? null),
          verdict: "yes" as const,
          rule: rule("end"),
        })),
      },
    ],
    transitionTables: shape.tables.map((table, at) => ({
      name: `table-${String(at).padStart(5, "0")}`,
      columns: table.columns.map(column),
      allowByDefault: table.allowByDefault ?? false,
      rows: table.rows.map(([cells, verdict]) => ({ cells, verdict, rule: rule("row") })),
    })),
  };
}

const releases = (components: number, versions: number) =>
  upTo(versions).map((version) => upTo(components).map(() => [version]));

const onlyNext = (versions: number) => (_: number, from: number) =>
  from + 1 < versions ? [from + 1] : [];

/** The first may be one version ahead of the second, never behind. */
const leads = (first: number, second: number, versions: number): Table => ({
  columns: [first, second],
  rows: upTo(versions - 1).map((v) => [[[v + 1], [v]], "yes"] as const),
});

/** They may differ by one version. */
const near = (one: number, other: number, versions: number): Table => ({
  columns: [one, other],
  rows: upTo(versions).map(
    (v) => [[[v], [v - 1, v, v + 1].filter((w) => w >= 0 && w < versions)], "yes"] as const,
  ),
});

export const families: readonly Family[] = [
  {
    name: "star",
    about: "a gateway that must be ahead of everything else: the seed's shape",
    system: (components, versions) =>
      build({
        components,
        versions,
        hops: onlyNext(versions),
        ends: releases(components, versions),
        tables: upTo(components - 1).map((at) => leads(0, at + 1, versions)),
      }),
  },
  {
    name: "fleet",
    about: "a gateway and many of one type",
    system: (components, versions) =>
      build({
        components,
        versions,
        typeOf: (component) => Math.min(component, 1),
        hops: onlyNext(versions),
        ends: releases(components, versions),
        tables: [leads(0, 1, versions)],
      }),
  },
  {
    name: "rolling",
    about: "many of one type, one of them at a time",
    system: (components, versions) =>
      build({
        components,
        versions,
        typeOf: (component) => Math.min(component, 1),
        maxParallel: 1,
        hops: onlyNext(versions),
        ends: releases(components, versions),
        tables: [leads(0, 1, versions)],
      }),
  },
  {
    name: "chain",
    about: "each must be ahead of the next",
    system: (components, versions) =>
      build({
        components,
        versions,
        hops: onlyNext(versions),
        ends: releases(components, versions),
        tables: upTo(components - 1).map((at) => leads(at, at + 1, versions)),
      }),
  },
  {
    name: "dag",
    about: "four random pairs a Component, one ahead of the other",
    system: (components, versions, seed) => {
      const { between } = dice(seed);
      const pairs = upTo(4 * components).map(() => {
        const second = between(1, components - 1);
        return [between(0, second - 1), second] as const;
      });
      return build({
        components,
        versions,
        hops: onlyNext(versions),
        ends: releases(components, versions),
        tables: pairs.map(([first, second]) => leads(first, second, versions)),
      });
    },
  },
  {
    name: "stones",
    about:
      "stepping stones: every Artifact needs the version before it, and any version may meet any",
    system: (components, versions) =>
      build({
        components,
        versions,
        hops: onlyNext(versions),
        ends: releases(components, versions),
        tables: upTo(components - 1).map((at) => ({
          columns: [0, at + 1],
          allowByDefault: true,
          rows: [[[[0], [versions - 1]], "no"] as const],
        })),
      }),
  },
  {
    name: "bridges",
    about: "blocks of twenty whose hub must take a bridge release while the others move",
    system: (components) => {
      const isHub = (component: number) => component % 20 === 0;
      const all = upTo(components);
      return build({
        components,
        versions: 3,
        ends: [
          all.map(() => [0]),
          all.map((component) => (isHub(component) ? [1] : [2])),
          all.map(() => [2]),
        ],
        tables: all.flatMap((component): readonly Table[] =>
          isHub(component)
            ? []
            : [
                {
                  columns: [component - (component % 20), component],
                  rows: [[[[1], [0, 2]], "yes"]],
                },
              ],
        ),
      });
    },
  },
  {
    name: "skew",
    about:
      "two random partners each, at most one version apart; anything can be installed from anything",
    system: (components, versions, seed) => {
      const { between } = dice(seed);
      return build({
        components,
        versions,
        ends: releases(components, versions),
        tables: upTo(2 * components).map((at) => {
          const one = at % components;
          const other = (one + between(1, components - 1)) % components;
          return near(one, other, versions);
        }),
      });
    },
  },
  {
    name: "zonal",
    about: "a vehicle: its computer ahead of the zones, each zone near its units",
    system: (components, versions) => {
      const zones = Math.max(1, Math.round(Math.sqrt(components)));
      return build({
        components,
        versions,
        ends: releases(components, versions),
        tables: upTo(components - 1).map((at) => {
          const component = at + 1;
          return component <= zones
            ? leads(0, component, versions)
            : near(1 + (component % zones), component, versions);
        }),
      });
    },
  },
  {
    name: "loose",
    about: "a gateway with stepping stones; the others may take their one step in any stage",
    system: (components, versions) =>
      build({
        components,
        versions,
        hops: (component, from) => {
          if (component > 0) return from === 0 ? [versions - 1] : [];
          return onlyNext(versions)(component, from);
        },
        ends: upTo(versions).map((version) =>
          upTo(components).map((component) => {
            if (component === 0) return [version];
            if (version === 0) return [0];
            return version === versions - 1 ? [versions - 1] : [0, versions - 1];
          }),
        ),
        tables: upTo(components - 1).map((at) => ({
          columns: [0, at + 1],
          rows: [
            [[upTo(versions - 1), [0]], "yes"],
            [[upTo(versions).slice(1), [versions - 1]], "yes"],
          ],
        })),
      }),
  },
  {
    name: "cycle",
    about: "each must be ahead of the next, and the last ahead of the first: there is no plan",
    system: (components, versions) =>
      build({
        components,
        versions,
        ends: releases(components, versions),
        tables: upTo(components).map((at) => leads(at, (at + 1) % components, versions)),
      }),
  },
  {
    name: "dense",
    about: "random tables of three columns around one hidden order",
    system: (components, versions, seed) => {
      const { between, chance, shuffle } = dice(seed);
      const rank = shuffle(upTo(components));
      return build({
        components,
        versions: 2,
        ends: releases(components, 2),
        tables: upTo(Math.round((components * versions) / 2)).map((): Table => {
          const columns = new Set<number>();
          while (columns.size < Math.min(3, components)) columns.add(between(0, components - 1));
          const sorted = [...columns].toSorted((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0));
          const onTheWay = new Set(upTo(sorted.length + 1).map((moved) => (1 << moved) - 1));
          const masks = upTo(1 << sorted.length).filter(
            (mask) => onTheWay.has(mask) || chance(0.4),
          );
          return {
            columns: sorted,
            rows: masks.map((mask) => [sorted.map((_, at) => [(mask >> at) & 1]), "yes"] as const),
          };
        }),
      });
    },
  },
  {
    name: "rings",
    about: "the puzzle of the rings: twice as long with every Component, resting anywhere",
    system: (components) => {
      // Versions: off, turning, on. A ring turns only while its neighbour is on and all further are off.
      const rows = upTo(components).flatMap((ring): readonly Table[] =>
        upTo(ring).map((other) => ({
          columns: [ring, other],
          allowByDefault: true,
          rows: [[[[1], other === ring - 1 ? [0, 1] : [1, 2]], "no"] as const],
        })),
      );
      return build({
        components,
        versions: 3,
        hops: (_, from) => (from === 1 ? [0, 2] : [1]),
        wanted: (component) => (component === components - 1 ? 2 : 0),
        ends: [upTo(components).map(() => null)],
        tables: rows,
      });
    },
  },
  {
    name: "random",
    about:
      "random tables between random pairs, a third of their rows NO; it may rest in every state that they allow",
    system: (components, versions, seed) => {
      const { between, chance } = dice(seed);
      return build({
        components,
        versions,
        ends: [upTo(components).map(() => null)],
        tables: upTo(2 * components).map((): Table => {
          const one = between(0, components - 1);
          const other = (one + between(1, components - 1)) % components;
          const pairs = upTo(versions).flatMap((v) => upTo(versions).map((w) => [v, w] as const));
          return {
            columns: [one, other],
            allowByDefault: true,
            rows: pairs
              .filter(
                ([v, w]) => (v !== 0 || w !== 0) && (v !== versions - 1 || w !== versions - 1),
              )
              .filter(() => chance(0.3))
              .map(([v, w]) => [[[v], [w]], "no"] as const),
          };
        }),
      });
    },
  },
  {
    name: "tokens",
    about:
      "tokens on a graph, one a place: they change places along edges, and the first two change theirs",
    system: (places, _, seed) => {
      const { between } = dice(seed);
      const neighbours = upTo(places).map(() => new Set<number>());
      const join = (a: number, b: number) => {
        if (a === b) return;
        neighbours[a]?.add(b);
        neighbours[b]?.add(a);
      };
      // A tree with some edges more.
      for (const place of upTo(places).slice(1)) join(place, between(0, place - 1));
      for (const place of upTo(places)) if (place % 4 === 0) join(place, between(0, places - 1));
      const tokens = Math.max(2, Math.floor(places / 4));
      return build({
        components: tokens,
        versions: places,
        start: (token) => token,
        hops: (_one, from) => [...(neighbours[from] ?? [])].toSorted((a, b) => a - b),
        wanted: (token) => (token + 1) % tokens,
        ends: [upTo(tokens).map(() => null)],
        tables: upTo(tokens).flatMap((one) =>
          upTo(one).map((other): Table => ({
            columns: [one, other],
            allowByDefault: true,
            rows: upTo(places).map((place) => [[[place], [place]], "no"] as const),
          })),
        ),
      });
    },
  },
  {
    name: "around",
    about:
      "a fleet of one type, and eight Components that random tables of three columns tie to it and to each other",
    system: (components, versions, seed) => {
      const { between, chance } = dice(seed);
      const others = 8;
      return build({
        components: components + others,
        versions,
        typeOf: (component) => Math.max(0, component - components + 1),
        ends: releases(components + others, versions),
        tables: upTo(2 * others).map((): Table => {
          const one = components + between(0, others - 1);
          const other = components + ((one - components + between(1, others - 1)) % others);
          const all = upTo(versions);
          return {
            columns: [0, one, other],
            allowByDefault: true,
            rows: all.flatMap((u) =>
              all.flatMap((v) =>
                all.flatMap((w) =>
                  chance(0.15) && !(u === v && v === w) ? [[[[u], [v], [w]], "no"] as const] : [],
                ),
              ),
            ),
          };
        }),
      });
    },
  },
];
