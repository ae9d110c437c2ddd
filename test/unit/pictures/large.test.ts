import { expect, test } from "vitest";
import { ComponentType, SystemVersion, Version } from "../../../src/core/ids.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { htmlPage } from "../../../src/pictures/html.ts";
import { planPicture } from "../../../src/pictures/plan-picture.ts";
import { svgInPage } from "../../../src/pictures/svg.ts";
import type { PlannedSystem } from "../../../src/report/planned.ts";
import { systemOf } from "../../support/planner-systems.ts";

/** A hub first, then so many Components of twenty types, few at the same time. */
function crowd(count: number) {
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
  return { planned, system, answer, why: null };
}

test.each([
  { count: 200, seconds: 2 },
  { count: 1000, seconds: 10 },
])(
  "the page of $count Components takes less than $seconds s and 5 MB",
  async ({ count, seconds }) => {
    const drawn = crowd(count);
    const begin = process.cpuUsage();
    const picture = planPicture(drawn);
    const page = htmlPage(picture, await svgInPage(picture.graph, picture.title));
    const { user, system } = process.cpuUsage(begin);

    expect(page.length).toBeLessThan(5_000_000);
    expect((user + system) / 1e6).toBeLessThan(seconds);
  },
);

test("a graph of too many states shows those in which stages end, and says so", () => {
  const { graph, states } = planPicture(crowd(1000));
  expect(states.length).toBe(52);
  expect(graph.nodes.filter(({ kind }) => kind !== "forbidden").map(({ lines }) => lines)).toEqual([
    ["v.1"],
    ["v.2"],
  ]);
  expect(graph.omissions).toEqual([
    "50 states of 52 not drawn: the graph would be too large. The grid and the timeline have all of them.",
    "Not every step that is forbidden was looked for: there are too many.",
  ]);
});
