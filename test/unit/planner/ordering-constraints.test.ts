import { describe, expect, test } from "vitest";
import { acceptabilityOf } from "../../../src/planner/constraints/acceptability.ts";
import { partitionBetween } from "../../../src/planner/model/move-classes.ts";
import { followersIn, leadersIn } from "../../../src/planner/stage/precedence.ts";
import {
  orderingConstraints,
  orderWithin,
} from "../../../src/planner/stage/ordering-constraints.ts";
import { type SystemSketch, systemOf } from "../../support/planner-systems.ts";

/** What the tables ask of the order in which the Components of one stage move. */

const names = ["a", "b", "c"] as const;

/** Three Components A, B and C that all move from their first version to their second. */
function three(tables: SystemSketch["transitionTables"] = []): SystemSketch {
  return {
    types: Object.fromEntries(names.map((name) => [name, { versions: [`${name}1`, `${name}2`] }])),
    components: names.map((name) => ({ id: name.toUpperCase(), type: name })),
    transitionTables: tables,
  };
}

/** The pairs "A before B", and how many combinations need more than pairs; null where no order is allowed. */
function orderOf(sketch: SystemSketch) {
  const system = systemOf(sketch);
  const acceptability = acceptabilityOf(system);
  const start = system.components.map((component) => component.start);
  const wanted = system.components.map(({ type }) => system.types[type]?.target ?? -1);
  const partition = partitionBetween(system, acceptability.tableClasses, start, wanted);
  const ordering = orderingConstraints(acceptability, partition);
  if (ordering === null) return null;
  const count = partition.moveClasses.length;
  const idOf = (moveClass: number) =>
    partition.moveClasses[moveClass]?.members
      .map((member) => system.components[member]?.id)
      .join("+") ?? "";
  const followers = followersIn(ordering.precedence, count);
  const leaders = leadersIn(ordering.precedence, count);
  const pairs = followers.flatMap((list, first) =>
    list.map((second) => `${idOf(first)} before ${idOf(second)}`),
  );
  const backwards = leaders.flatMap((list, second) =>
    list.map((first) => `${idOf(first)} before ${idOf(second)}`),
  );
  expect(backwards.toSorted()).toEqual(pairs.toSorted());
  return {
    pairs,
    residual: ordering.residuals.length,
    divisible: [...ordering.divisible].map(idOf),
  };
}

const table = (columns: readonly string[], ...rows: readonly string[]) => ({
  columns,
  allowByDefault: true,
  rows,
});

describe("two that move", () => {
  test("are in no order where each may be ahead of the other", () => {
    expect(orderOf(three([table(["a", "b"])]))).toEqual({ pairs: [], residual: 0, divisible: [] });
  });

  test("are in the order that is left where one may not be ahead", () => {
    expect(orderOf(three([table(["a", "b"], "a1 b2 NO")]))?.pairs).toEqual(["A before B"]);
    expect(orderOf(three([table(["a", "b"], "a2 b1 NO")]))?.pairs).toEqual(["B before A"]);
  });

  test("have no order where neither may be ahead", () => {
    expect(orderOf(three([table(["a", "b"], "a1 b2 NO", "a2 b1 NO")]))).toBeNull();
  });

  test("have no order where they may not be both where they are wanted", () => {
    expect(orderOf(three([table(["a", "b"], "a2 b2 NO")]))).toBeNull();
  });

  test("of one type that may not be mixed have none, and one that waits for both is told so", () => {
    const twins = (rows: readonly string[], columns: readonly string[]): SystemSketch => ({
      types: { a: { versions: ["a1", "a2"] }, b: { versions: ["b1", "b2"] } },
      components: [
        { id: "A1", type: "a" },
        { id: "A2", type: "a" },
        { id: "B", type: "b" },
      ],
      transitionTables: [table(columns, ...rows)],
    });
    expect(orderOf(twins(["a1 a2 NO"], ["a", "a"]))).toBeNull();
    expect(orderOf(twins(["a1 b2 NO"], ["a", "b"]))?.pairs).toEqual(["A1+A2 before B"]);
  });
});

describe("three that meet in one table", () => {
  test("are in pairs where pairs say it all", () => {
    const tables = [table(["a", "b", "c"], "a1 b2 * NO", "* b1 c2 NO")];
    expect(orderOf(three(tables))).toMatchObject({
      pairs: ["A before B", "A before C", "B before C"],
      residual: 0,
    });
  });

  test("leave a residual constraint where one of two others has to be first", () => {
    // C may be ahead of A or of B, not of both.
    expect(orderOf(three([table(["a", "b", "c"], "a1 b1 c2 NO")]))).toEqual({
      pairs: [],
      residual: 1,
      divisible: [],
    });
  });
});

describe("the order within a combination", () => {
  const accepting = (count: number, refused: readonly number[]) => ({
    moveClasses: Array.from({ length: count }, (_, at) => at),
    accepts: Uint8Array.from({ length: 1 << count }, (_, moved) =>
      refused.includes(moved) ? 0 : 1,
    ),
  });

  test("is what every way through it has in common", () => {
    // Only none, the first, the first two, all.
    expect(orderWithin(accepting(3, [0b010, 0b100, 0b101, 0b110]))).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
  });

  test("does not count ways that end half-way", () => {
    // The third one may move first, and then nobody else.
    expect(orderWithin(accepting(3, [0b101, 0b110]))).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });

  test("is none where no way leads through", () => {
    expect(orderWithin(accepting(2, [0b01, 0b10]))).toBeNull();
  });
});
