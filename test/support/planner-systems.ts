import { ComponentId, ComponentType, SystemVersion, Version } from "../../src/core/ids.ts";
import type { System, VersionSet } from "../../src/manifest/system.ts";

/** Systems written down shortly for tests of the planner. */

export interface SystemSketch {
  /** Type name to its versions; the last one is wanted unless `wanted` says otherwise. */
  readonly types: Readonly<Record<string, TypeSketch>>;
  /** In the order of the Topology. */
  readonly components: readonly ComponentSketch[];
  readonly endTables?: readonly TableSketch[];
  readonly transitionTables?: readonly TableSketch[];
  readonly endStatesOnly?: boolean;
  /** Ids of Components, and how many of them may be in one group. */
  readonly limits?: readonly { readonly of: readonly string[]; readonly most: number }[];
}

interface TypeSketch {
  readonly versions: readonly string[];
  readonly wanted?: string;
  readonly maxParallel?: number;
  readonly order?: number;
  /** Those to rest in where plans cost the same, the first one first. */
  readonly preferred?: readonly string[];
}

export interface ComponentSketch {
  readonly id: string;
  readonly type: string;
  /** The first version of its type where nothing is said. */
  readonly start?: string;
  readonly supportsRollback?: boolean;
  readonly rebootsHost?: boolean;
  /** `from` to the versions that can be installed from it; every version from every other if left out. */
  readonly hops?: Readonly<Record<string, readonly string[]>>;
}

interface TableSketch {
  readonly name?: string;
  /** Types, or `type@id`. */
  readonly columns: readonly string[];
  readonly allowByDefault?: boolean;
  /** Cells, the verdict, and on end tables the System version. A cell: `*` or versions with `|` between. */
  readonly rows: readonly string[];
}

/** Rows are on the lines 1, 2, ... of a file named as the table. */
export function systemOf(sketch: SystemSketch): System {
  const typeNames = Object.keys(sketch.types);
  const versionsOf = (type: string) => sketch.types[type]?.versions ?? [];
  const columnsOf = (table: TableSketch) =>
    table.columns.map((head) => {
      const [type = "", id] = head.split("@");
      const component = sketch.components.findIndex((one) => one.id === id);
      return { type: typeNames.indexOf(type), component: id === undefined ? null : component };
    });
  const cellOf = (table: TableSketch, column: number, text: string): VersionSet => {
    if (text === "*") return null;
    const type = table.columns[column]?.split("@")[0] ?? "";
    return text
      .split("|")
      .map((name) => versionsOf(type).indexOf(name.trim()))
      .toSorted((a, b) => a - b);
  };
  const rowsOf = (table: TableSketch, name: string) =>
    table.rows.map((row, index) => {
      const words = row.split(/\s+/);
      const cells = table.columns.map((_, column) => cellOf(table, column, words[column] ?? ""));
      const [verdict = "", systemVersion] = words.slice(table.columns.length);
      return {
        cells,
        verdict: verdictOf(verdict),
        systemVersion: systemVersion === undefined ? null : SystemVersion.parse(systemVersion),
        rule: { file: `${name}.yaml`, line: index + 1, row },
      };
    });
  const limitOf = ({ of, most }: NonNullable<SystemSketch["limits"]>[number], index: number) => ({
    components: of
      .map((id) => sketch.components.findIndex((component) => component.id === id))
      .toSorted((a, b) => a - b),
    most,
    rule: { file: "limits.yaml", line: index + 1, row: `at most ${String(most)}` },
  });
  return {
    types: typeNames.map((name) => {
      const { versions, wanted, maxParallel, order, preferred } = sketch.types[name] ?? {
        versions: [],
      };
      return {
        name: ComponentType.parse(name),
        versions: versions.map((version) => Version.parse(version)),
        target: wanted === undefined ? versions.length - 1 : versions.indexOf(wanted),
        maxParallel: maxParallel ?? null,
        order: order ?? null,
        ...(preferred !== undefined && {
          preference: versions.map((version) => {
            const place = preferred.indexOf(version);
            return place < 0 ? preferred.length : place;
          }),
        }),
      };
    }),
    components: sketch.components.map((component) => {
      const versions = versionsOf(component.type);
      return {
        id: ComponentId.parse(component.id),
        type: typeNames.indexOf(component.type),
        start: component.start === undefined ? 0 : versions.indexOf(component.start),
        supportsRollback: component.supportsRollback ?? true,
        rebootsHost: component.rebootsHost ?? false,
        hops: versions.map((from) =>
          (component.hops === undefined
            ? versions.filter((to) => to !== from)
            : (component.hops[from] ?? [])
          )
            .map((to) => versions.indexOf(to))
            .toSorted((a, b) => a - b),
        ),
      };
    }),
    endTables: (sketch.endTables ?? []).map((table, index) => {
      const name = table.name ?? `ends${String(index + 1)}`;
      return { name, columns: columnsOf(table), rows: rowsOf(table, name) };
    }),
    transitionTables: (sketch.transitionTables ?? []).map((table, index) => {
      const name = table.name ?? `transit${String(index + 1)}`;
      const rows = rowsOf(table, name).map(({ systemVersion: _, ...row }) => row);
      return {
        name,
        columns: columnsOf(table),
        allowByDefault: table.allowByDefault ?? false,
        rows,
      };
    }),
    endStatesOnly: sketch.endStatesOnly,
    ...(sketch.limits !== undefined && { limits: sketch.limits.map(limitOf) }),
  };
}

function verdictOf(word: string): "yes" | "no" | "n/a" {
  if (word === "YES") return "yes";
  return word === "NO" ? "no" : "n/a";
}

/** The seed's own example: the gateway G13, the boards R456 and R998, and its two tables. */
export const seedSketch = {
  types: {
    gateway: { versions: ["gateway-v1", "gateway-v2"] },
    rtos: { versions: ["rtos-v1", "rtos-v2"] },
  },
  components: [
    { id: "G13", type: "gateway" },
    { id: "R456", type: "rtos" },
    { id: "R998", type: "rtos" },
  ],
  endTables: [
    {
      columns: ["gateway", "rtos"],
      rows: [
        "gateway-v1 rtos-v1 YES v.1",
        "gateway-v1 rtos-v2 NO",
        "gateway-v2 rtos-v1 NO",
        "gateway-v2 rtos-v2 YES v.2",
      ],
    },
  ],
  transitionTables: [
    {
      columns: ["gateway", "rtos"],
      rows: [
        "gateway-v1 rtos-v1 n/a",
        "gateway-v1 rtos-v2 NO",
        "gateway-v2 rtos-v1 YES",
        "gateway-v2 rtos-v2 n/a",
      ],
    },
  ],
} as const satisfies SystemSketch;
