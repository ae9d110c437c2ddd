import { expect, it } from "vitest";
import { simulate } from "../../../src/simulate/simulate.ts";
import { systemOf } from "../../support/planner-systems.ts";

/**
 * A runs what the tables do not name, and comes to a2 over a1, in two stages; with b2 it may not be what they do not
 * name.
 */
const overSteppingStone = systemOf({
  types: { a: { versions: ["a1", "?", "a2"] }, b: { versions: ["b1", "b2"] } },
  components: [
    { id: "A", type: "a", start: "?", hops: { "?": ["a1"], a1: ["?", "a2"] } },
    { id: "B", type: "b", hops: { b1: ["b2"], b2: ["b1"] } },
  ],
  endTables: [{ columns: ["a", "b"], rows: ["a1 b2 YES v.1", "a2 b2 YES v.2"] }],
  transitionTables: [{ columns: ["a", "b"], rows: ["a1 b1 YES"] }],
});

it("a Component that is left half-way in a later stage is not taken for where it began", () => {
  const { answer, exploration } = simulate(
    overSteppingStone,
    { faults: 1, limit: 100_000 },
    () => "rollback",
  );
  expect(answer.kind === "plan" && answer.plan.stages.length).toBe(2);
  expect(exploration?.givenUp).toBeNull();
  expect(exploration?.forbidden).toEqual([]);
});

/** Nobody can name what A runs at the start. */
const unnamed = systemOf({
  types: { a: { versions: ["?", "a2"] } },
  components: [{ id: "A", type: "a", start: "?", hops: { "?": ["a2"] } }],
  endTables: [{ columns: ["a"], rows: ["? YES v.1", "a2 YES v.2"] }],
});

it("a Component that nobody can name is inconsistent where it is left half-way and every rollback fails", () => {
  const { exploration } = simulate(unnamed, { faults: 4, limit: 100_000 }, () => "rollback");
  expect(exploration?.givenUp).toBeNull();
  const ends = exploration?.ends ?? [];
  expect(ends.filter((end) => end.isUntrue)).toEqual([]);
  expect(ends.filter(({ world }) => world[0] === null).map(({ outcome }) => outcome)).toEqual([
    "inconsistent",
  ]);
});
