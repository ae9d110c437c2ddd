import { describe, expect, it } from "vitest";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { findWayOut } from "../../../src/planner/find-way-out.ts";
import { families } from "../../bench/planner-families.ts";
import { type SystemSketch, systemOf } from "../../support/planner-systems.ts";

/** Four boards of two types, all free to move at once but for the limits. */
const boards = (more: Partial<SystemSketch>): SystemSketch => ({
  types: { worker: { versions: ["old", "new"] }, storage: { versions: ["old", "new"] } },
  components: [
    { id: "W1", type: "worker" },
    { id: "W2", type: "worker" },
    { id: "S1", type: "storage" },
    { id: "S2", type: "storage" },
  ],
  endTables: [{ columns: ["worker", "storage"], rows: ["old old YES v.1", "new new YES v.2"] }],
  transitionTables: [{ columns: ["worker"], allowByDefault: true, rows: [] }],
  ...more,
});

function groupsOf(sketch: SystemSketch): readonly (readonly string[])[] {
  const answer = findPlan(systemOf(sketch));
  if (answer.kind !== "plan") throw new Error(answer.kind);
  expect(answer.plan.optimal).toBe(true);
  return answer.plan.stages.flatMap(({ groups }) =>
    groups.map((steps) => steps.map(({ component }) => component)),
  );
}

describe("limits", () => {
  it("hold across types", () => {
    const limits = [{ of: ["W1", "W2", "S1", "S2"], most: 2 }];
    const groups = groupsOf(boards({ limits }));
    expect(groups.map(({ length }) => length)).toEqual([2, 2]);
  });

  it("hold for single Components, which tells them from others of their type", () => {
    const groups = groupsOf(boards({ limits: [{ of: ["W1", "S1"], most: 1 }] }));
    expect(groups).toHaveLength(2);
    for (const group of groups) {
      expect(group.filter((id) => id === "W1" || id === "S1")).toHaveLength(1);
    }
  });

  it("hold all at once, beside max_parallel, in as few groups as there can be", () => {
    const sketch = boards({
      types: {
        worker: { versions: ["old", "new"], maxParallel: 1 },
        storage: { versions: ["old", "new"] },
      },
      limits: [
        { of: ["W1", "S1"], most: 1 },
        { of: ["W2", "S1"], most: 1 },
      ],
    });
    const groups = groupsOf(sketch);
    // W1 and W2 are apart, and S1 goes with neither of them.
    expect(groups).toHaveLength(3);
    expect(groups.filter((group) => group.includes("S1")).flat()).not.toContain("W1");
    expect(groups.filter((group) => group.includes("S1")).flat()).not.toContain("W2");
  });

  it("split the groups of a written order", () => {
    const sketch = boards({
      types: {
        worker: { versions: ["old", "new"], order: 1 },
        storage: { versions: ["old", "new"], order: 1 },
      },
      limits: [{ of: ["W1", "S1"], most: 1 }],
    });
    expect(groupsOf(sketch)).toEqual([["W1", "W2", "S2"], ["S1"]]);
  });

  it("hold on a way out, too", () => {
    const system = systemOf(boards({ limits: [{ of: ["W1", "W2", "S1", "S2"], most: 1 }] }));
    const answer = findWayOut(system, [1, 1, 1, 0], new Set([0]));
    if (answer.kind !== "plan") throw new Error(answer.kind);
    const sizes = answer.plan.stages.flatMap(({ groups }) => groups.map(({ length }) => length));
    expect(sizes).toEqual([1]);
    const back = findWayOut(system, [1, 1, 0, 0], new Set([2]));
    if (back.kind !== "plan") throw new Error(back.kind);
    expect(back.plan.stages.flatMap(({ groups }) => groups)).toHaveLength(2);
  });
});

it("a large System that is easy takes a few nodes for each of its installs", () => {
  const star = families.find(({ name }) => name === "star")?.system(200, 10, 1);
  if (star === undefined) throw new Error("there is no star");
  let nodes = 0;
  const answer = findPlan(star, {
    heard: (more) => {
      nodes += more;
    },
  });
  if (answer.kind !== "plan") throw new Error("there is a plan");
  expect(answer.plan.cost.installs).toBe(1800);
  expect(nodes).toBeLessThan(10 * 1800);
});
