import { ComponentType, SystemVersion, Version } from "../../src/core/ids.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import type { PlannedSystem } from "../../src/report/planned.ts";
import { systemOf } from "./planner-systems.ts";

/** A hub first, then so many Components of twenty types, few at the same time. */
export function plannedCrowd(count: number) {
  const types = Array.from({ length: 20 }, (_, index) => `t${index}`);
  const system = systemOf({
    types: {
      hub: { versions: ["hub-1", "hub-2"] },
      ...Object.fromEntries(
        types.map((type) => [type, { versions: [`${type}-1`, `${type}-2`], maxParallel: 1 }]),
      ),
    },
    components: [
      { id: "hub", type: "hub" },
      ...Array.from({ length: count - 1 }, (_, index) => ({
        id: `c${index}`,
        type: `t${index % 20}`,
      })),
    ],
    endTables: [
      {
        columns: ["hub", ...types],
        rows: [1, 2].map((version) =>
          [
            `hub-${version}`,
            ...types.map((type) => `${type}-${version}`),
            "YES",
            `v.${version}`,
          ].join(" "),
        ),
      },
    ],
    transitionTables: types.map((type) => ({
      columns: ["hub", type],
      rows: ["hub-2 * YES", `hub-1 ${type}-1 YES`],
    })),
  });
  const answer = findPlan(system);
  if (answer.kind !== "plan") throw new Error("there is a plan");
  const planned: PlannedSystem = {
    manifest: "crowd",
    system,
    from: {
      systemVersion: SystemVersion.parse("v.1"),
      components: system.components.map(({ id, type }) => {
        const name = system.types[type]?.name ?? ComponentType.parse("?");
        return { id, type: name, version: Version.parse(`${name}-1`) };
      }),
    },
    toVersion: SystemVersion.parse("v.2"),
    writtenOrder: "none",
    artifactOf: () => null,
    placesOf: () => null,
    whyNot: null,
    notes: [],
  };
  return { planned, answer, why: null };
}
