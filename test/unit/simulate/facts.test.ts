import { expect, test } from "vitest";
import { syntheticBegin } from "../../../src/deployment/synthetic-begin.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { explore } from "../../../src/simulate/explore.ts";
import { answersOf } from "../../../src/simulate/simulate.ts";
import { systemOf } from "../../support/planner-systems.ts";

test("a fact that is not as planned any more is a fault, and what it leads to is told", () => {
  const irreversibleHub = systemOf({
    types: {
      hub: { versions: ["hub-v1", "hub-v2"] },
      leaf: { versions: ["leaf-v1", "leaf-v2"] },
    },
    components: [
      { id: "HUB", type: "hub", supportsRollback: false },
      { id: "LEAF", type: "leaf" },
    ],
    endTables: [
      { columns: ["hub", "leaf"], rows: ["hub-v1 leaf-v1 YES v.1", "hub-v2 leaf-v2 YES v.2"] },
    ],
    transitionTables: [{ columns: ["hub", "leaf"], rows: ["hub-v2 leaf-v1 YES"] }],
  });
  const system = {
    ...irreversibleHub,
    components: irreversibleHub.components.map((component) => ({
      ...component,
      facts: [{ key: "hw_rev", value: "B" }],
    })),
  };
  const answer = findPlan(system);
  if (answer.kind !== "plan") throw new Error("no plan");
  const { ends, forbidden } = explore(syntheticBegin(system, answer.plan), answersOf(system), {
    faults: 1,
    limit: 100_000,
  });
  const bad = ends.filter(({ outcome, world }) => outcome === "inconsistent" && world[1] !== null);
  expect(bad.map(({ world, faults }) => ({ world, faults }))).toContainEqual({
    world: ["hub-v2", "leaf-v1"],
    faults: ["LEAF: its facts are not as planned"],
  });
  expect(ends.filter(({ isUntrue }) => isUntrue)).toEqual([]);
  expect(forbidden).toEqual([]);
});
