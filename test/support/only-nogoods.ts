import { SystemVersion } from "../../src/core/ids.ts";
import type { System } from "../../src/manifest/system.ts";
import type { Nogood } from "../../src/planner/model/conflict.ts";

const rule = { file: "only.yaml", line: 1, row: "only" };
const anything = {
  name: "anything",
  columns: [],
  rows: [{ systemVersion: SystemVersion.parse("v.0"), cells: [], verdict: "yes" as const, rule }],
};

/** The System in which no other rule forbids; its installs are what they are. */
export function withOnly(system: System, nogoods: readonly Nogood[]): System {
  const tables = [...system.transitionTables, ...system.endTables];
  const forbidding = nogoods.flatMap((nogood) => {
    if (nogood.kind === "unlisted") {
      const cells = nogood.versions.map((version) => [version]);
      return [{ columns: nogood.columns, cells }];
    }
    if (nogood.kind !== "row") return [];
    return tables.flatMap(({ columns, rows }) =>
      rows.filter((row) => row.rule === nogood.rule).map(({ cells }) => ({ columns, cells })),
    );
  });
  return {
    ...system,
    types: system.types.map((type, index) =>
      nogoods.some((nogood) => nogood.kind === "order" && nogood.type === index)
        ? type
        : { ...type, order: null },
    ),
    endTables: nogoods.some(({ kind }) => kind === "rest") ? system.endTables : [anything],
    endStatesOnly: false,
    transitionTables: forbidding.map(({ columns, cells }, index) => ({
      name: `only ${String(index)}`,
      columns,
      allowByDefault: true,
      rows: [{ cells, verdict: "no" as const, rule }],
    })),
  };
}
