import { describe, expect, it } from "vitest";
import { explain } from "../../../src/planner/explain.ts";
import { findPlan, findPlanTraced } from "../../../src/planner/find-plan.ts";
import { findWayOut } from "../../../src/planner/find-way-out.ts";
import { type SystemSketch, systemOf } from "../../support/planner-systems.ts";

/** Where the stages end: each Component that moved, and what it then has. */
function ends(sketch: SystemSketch): readonly string[] | string {
  const answer = findPlan(systemOf(sketch));
  if (answer.kind !== "plan") return answer.kind;
  expect(answer.plan.optimal).toBe(true);
  return answer.plan.stages.map(({ groups }) =>
    groups
      .flat()
      .map(({ component, to }) => `${component} ${to}`)
      .toSorted()
      .join(", "),
  );
}

/** From 1 to 4 over 2 or 3, whichever; nothing else is said of it. */
const overEither = (preferred: readonly string[] | null): SystemSketch => ({
  types: {
    app: { versions: ["1", "2", "3", "4"], ...(preferred !== null && { preferred }) },
  },
  components: [
    { id: "A1", type: "app", hops: { "1": ["2", "3"], "2": ["4"], "3": ["4"] } },
    { id: "A2", type: "app", hops: { "1": ["2", "3"], "2": ["4"], "3": ["4"] } },
  ],
  endTables: [{ columns: ["app"], rows: ["* YES some"] }],
  transitionTables: [{ columns: ["app"], allowByDefault: true, rows: [] }],
});

describe("of two stepping stones that cost the same", () => {
  it("the preferred one is taken, by all that are alike", () => {
    expect(ends(overEither(["4", "3", "2", "1"]))).toEqual(["A1 3, A2 3", "A1 4, A2 4"]);
    expect(ends(overEither(["4", "2", "3", "1"]))).toEqual(["A1 2, A2 2", "A1 4, A2 4"]);
  });

  it("the order of the versions decides where none is preferred", () => {
    expect(ends(overEither(null))).toEqual(["A1 2, A2 2", "A1 4, A2 4"]);
    expect(ends(overEither([]))).toEqual(["A1 2, A2 2", "A1 4, A2 4"]);
  });
});

/** A and B come to 3 over 2, and may rest in what the rows say. */
const pair = (preferred: readonly string[], rows: readonly string[]): SystemSketch => ({
  types: {
    a: { versions: ["a1", "a2", "a2b", "a3"], preferred },
    b: { versions: ["b1", "b2", "b2b", "b3"] },
  },
  components: [
    { id: "A", type: "a", hops: { a1: ["a2", "a2b"], a2: ["a3"], a2b: ["a3"] } },
    { id: "B", type: "b", hops: { b1: ["b2", "b2b"], b2: ["b3"], b2b: ["b3"] } },
  ],
  endTables: [{ columns: ["a", "b"], rows: ["a1 b1 YES old", "a3 b3 YES new", ...rows] }],
  transitionTables: [{ columns: ["a", "b"], allowByDefault: true, rows: ["a2b b1 NO"] }],
});

describe("the preferred end state to rest in", () => {
  const rows = ["a2 b2 YES first", "a2b b2b YES second"];

  it("is taken where both cost the same", () => {
    const free = (preferred: readonly string[]): SystemSketch => ({
      ...pair(preferred, rows),
      transitionTables: [{ columns: ["a", "b"], allowByDefault: true, rows: [] }],
    });
    expect(ends(free(["a2", "a2b"]))).toEqual(["A a2, B b2", "A a3, B b3"]);
    expect(ends(free(["a2b", "a2"]))).toEqual(["A a2b, B b2b", "A a3, B b3"]);
  });

  it("is not taken where it costs one order group more", () => {
    expect(ends(pair(["a2b", "a2"], rows))).toEqual(["A a2, B b2", "A a3, B b3"]);
  });
});

describe("the search for preferred rests", () => {
  it("is not begun where each Component by itself has what it prefers", () => {
    const searches = (sketch: SystemSketch) =>
      findPlanTraced(systemOf(sketch)).trace.flatMap((event) =>
        event.kind === "search" ? [event.objective] : [],
      );
    expect(searches(overEither(["4", "3", "2", "1"]))).toEqual(["short"]);
    expect(searches(overEither(null))).toEqual(["short"]);
    const other = pair(["a2b", "a2"], ["a2 b2 YES first", "a2b b2b YES second"]);
    expect(searches(other)).toEqual(["short", "preferred"]);
  });

  it("leaves no mark where its nodes do not suffice: the plan of least cost stands", () => {
    const sketch = pair(["a2b", "a2"], ["a2 b2 YES first", "a2b b2b YES second"]);
    const answer = findPlan(systemOf(sketch), { nodeLimit: 20 });
    expect(answer).toMatchObject({
      kind: "plan",
      plan: { cost: { installs: 4, stages: 2, exposure: 0, groups: 2 } },
    });
  });
});

describe("what the preference has decided", () => {
  const decided = (sketch: SystemSketch) => {
    const system = systemOf(sketch);
    const explained = explain(system, findPlan(system));
    return explained.kind === "plan" ? explained.rests : explained.kind;
  };

  it("is each rest in which another plan of the same cost has something less preferred", () => {
    expect(decided(overEither(["4", "3", "2", "1"]))).toEqual([
      { stage: 0, type: 0, components: [0, 1], version: 2, instead: 1 },
    ]);
    expect(decided(overEither(["4", "2", "3", "1"]))).toEqual([
      { stage: 0, type: 0, components: [0, 1], version: 1, instead: 2 },
    ]);
  });

  it("is nothing where all are alike, or the other plan costs more", () => {
    expect(decided(overEither(null))).toEqual([]);
    expect(decided(overEither([]))).toEqual([]);
    const rows = ["a2 b2 YES first", "a2b b2b YES second"];
    expect(decided(pair(["a2", "a2b"], rows))).toEqual([]);
    expect(decided(pair(["a2b", "a2"], rows))).toEqual([]);
  });
});

describe("of ways out to end states that are equally near", () => {
  it("the one to the preferred end state is taken", () => {
    const sketch = (preferred: readonly string[]): SystemSketch => ({
      types: {
        a: { versions: ["a1", "a2"], wanted: "a2" },
        b: { versions: ["b1", "b2", "b3", "b4"], wanted: "b4", preferred },
      },
      components: [
        { id: "A", type: "a" },
        { id: "B", type: "b" },
      ],
      endTables: [
        {
          columns: ["a", "b"],
          rows: ["a1 b1 YES old", "a2 b2 YES two", "a2 b3 YES three", "a2 b4 YES new"],
        },
      ],
      transitionTables: [{ columns: ["a", "b"], allowByDefault: true, rows: [] }],
    });
    // A was installed and cannot go back, B was not.
    const wayOut = (preferred: readonly string[]) => {
      const answer = findWayOut(systemOf(sketch(preferred)), [1, 0], new Set([0]));
      return answer.kind === "plan" ? answer.plan.stages.map((one) => one.systemVersion) : [];
    };
    expect(wayOut(["b3", "b2"])).toEqual(["three"]);
    expect(wayOut(["b2", "b3"])).toEqual(["two"]);
  });
});
