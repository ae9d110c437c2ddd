import { describe, expect, it } from "vitest";
import type { System } from "../../../src/manifest/system.ts";
import { explain } from "../../../src/planner/explain.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { type SystemSketch, systemOf } from "../../support/planner-systems.ts";
import { widening } from "../../support/tier.ts";

/** NO rows of end states that overlap YES rows: whether a combination is part of any end state must be searched for. */

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
const solve = (sketch: SystemSketch) => findPlan(systemOf(sketch));

/** As many Components that may be at any version, all new at once. */
function manyFree(count: number, versions: number) {
  const names = numbers(count).map((number) => `m${String(number)}`);
  const all = (name: string) => numbers(versions).map((one) => `${name}-v${String(one + 1)}`);
  return {
    names,
    types: Object.fromEntries(
      names.map((name) => [name, { versions: all(name), wanted: `${name}-v2` }]),
    ),
    components: names.map((name) => ({ id: name.toUpperCase(), type: name })),
    any: names.map(() => "*"),
  };
}

/**
 * Any state but those of one exception is an end state. `verdicts`: of the transition table's rows that match
 * everything.
 */
function fortyColumns(verdicts: readonly "YES"[]) {
  const { names, types, components, any } = manyFree(40, 2);
  const exception = ["m0-v2", "m1-v1", ...any.slice(2), "NO"].join(" ");
  return solve({
    types,
    components,
    endTables: [{ columns: names, rows: [[...any, "YES any"].join(" "), exception] }],
    transitionTables: [
      { columns: names, rows: verdicts.map((verdict) => [...any, verdict].join(" ")) },
    ],
  });
}

describe("exceptions from an end state", () => {
  it("do not hide an end state behind many Components that nothing is said of", () => {
    const { names, types, components, any } = manyFree(20, 2);
    const answer = solve({
      types: { a: { versions: ["a1", "a2"] }, ...types, z: { versions: ["z1", "z2"] } },
      components: [{ id: "A", type: "a" }, ...components, { id: "Z", type: "z" }],
      endTables: [
        {
          columns: ["a", ...names, "z"],
          rows: [
            ["*", ...any, "* YES any"].join(" "),
            ["a1", ...any, "z1 NO"].join(" "),
            ["a1", ...any, "z2 NO"].join(" "),
          ],
        },
      ],
      transitionTables: names
        .slice(1)
        .map((name, at) => ({ columns: [`m${String(at)}`, name], rows: [] })),
    });
    expect(answer).toMatchObject({ kind: "plan", plan: { optimal: true, cost: { installs: 22 } } });
  });

  it("that depend on each other are seen through", () => {
    const { names, types, components, any } = manyFree(8, 5);
    const answer = solve({
      types: {
        g: { versions: ["g1", "g2"] },
        ...types,
        x: { versions: ["x1", "x2"] },
        y: { versions: ["y1", "y2"] },
      },
      components: [
        { id: "G", type: "g" },
        ...components,
        { id: "X", type: "x" },
        { id: "Y", type: "y" },
      ],
      endTables: [
        {
          columns: ["g", ...names, "x", "y"],
          rows: [
            ["*", ...any, "* * YES any"].join(" "),
            ["g1", ...any, "x1 * NO"].join(" "),
            ["g1", ...any, "* y2 NO"].join(" "),
            ["*", ...any, "x2 y1 NO"].join(" "),
          ],
        },
      ],
      transitionTables: [{ columns: ["m0", "m1"], rows: [] }],
    });
    expect(answer.kind).toBe("plan");
  });

  it("of a table with forty columns are not looked for one combination after the other", () => {
    expect(fortyColumns(["YES"])).toMatchObject({ kind: "plan", plan: { cost: { groups: 1 } } });
  });

  it("that the transition tables leave to the end states are not either, and are kept", () => {
    // M1 must be ahead of M0, and nothing else is said.
    expect(fortyColumns([])).toMatchObject({
      kind: "plan",
      plan: { optimal: true, cost: { groups: 2 } },
    });
  });

  it("of which nobody can tell in time make the answer undecided; what was given up for one question is given up for no other", () => {
    const system = systemOf(pigeonholes);
    expect(findPlan(system).kind).toBe("undecided");
    expect(findPlan(withoutEnd(system)).kind).toBe("no-plan");
  });

  it("of which nobody can tell in time make no order of a plan forbidden for sure", () => {
    const ordered = (...rows: readonly string[]) => {
      const transitionTables = [{ columns: ["s", "t"], rows }];
      const system = systemOf({ ...pigeonholes, transitionTables });
      return explain(system, findPlan(system));
    };
    const reasons = [{ components: [1], after: [0], cause: { kind: "nogoods" } }];
    expect(ordered("s2 t1 YES", "s1 t2 NO")).toMatchObject({ reasons, isProved: true });
    expect(ordered("s2 t1 YES")).toMatchObject({ reasons, isProved: false });
  });

  it(
    "of which nobody can tell in time leave open whether another end state can be reached",
    { timeout: 180_000 },
    widening(() => {
      const system = withoutEnd(systemOf(pigeonholes));
      expect(explain(system, findPlan(system))).toMatchObject({
        kind: "no-plan",
        nearest: "undecided",
        repairs: [],
        areRepairsComplete: false,
      });
    }),
  );
});

/** Of the same tables: no end state has the third version of S. */
function withoutEnd(system: System): System {
  const [first, ...others] = system.types;
  if (first === undefined) throw new Error("no types");
  return { ...system, types: [{ ...first, target: 2 }, ...others] };
}

/** Ten pigeons and nine holes stand behind either way: no end state, but that takes a long time to find out. */
const pigeonholes = ((): SystemSketch => {
  const pigeons = numbers(10).map((number) => `p${String(number)}`);
  const holes = numbers(9).map((hole) => `h${String(hole)}`);
  const crowded = (s: string, t: string) =>
    pigeons.flatMap((_, one) =>
      pigeons.slice(one + 1).flatMap((__, behind) =>
        holes.map((hole) => {
          const isIn = (at: number) => at === one || at === one + 1 + behind;
          return [s, t, ...pigeons.map((___, at) => (isIn(at) ? hole : "*")), "NO"].join(" ");
        }),
      ),
    );
  return {
    types: {
      s: { versions: ["s1", "s2", "s3"], wanted: "s2" },
      t: { versions: ["t1", "t2"] },
      ...Object.fromEntries(pigeons.map((one) => [one, { versions: holes, wanted: "h0" }])),
    },
    components: [
      { id: "S", type: "s" },
      { id: "T", type: "t" },
      ...pigeons.map((one) => ({ id: one.toUpperCase(), type: one })),
    ],
    endTables: [
      {
        columns: ["s", "t", ...pigeons],
        rows: [
          ["s1|s2", "*", ...pigeons.map(() => "*"), "YES any"].join(" "),
          ...crowded("s1", "t2"),
          ...crowded("s2", "t1"),
        ],
      },
    ],
    transitionTables: [{ columns: ["s", "t"], rows: [] }],
  };
})();

it("a table in whose columns the Components can stand in too many ways is not planned from", () => {
  const boards = numbers(10).map((number) => `R${String(number)}`);
  const answer = solve({
    types: { r: { versions: ["r1", "r2"] } },
    components: boards.map((id) => ({ id, type: "r" })),
    endTables: [{ columns: ["r"], rows: ["r1 YES v.1", "r2 YES v.2"] }],
    transitionTables: [
      {
        columns: Array.from({ length: 6 }, () => "r"),
        allowByDefault: true,
        rows: ["r1 r2 r1 r2 r1 r2 NO"],
      },
      ...boards.map((id) => ({ columns: [`r@${id}`], rows: ["* YES"] })),
    ],
  });
  expect(answer.kind).toBe("undecided");
});

describe("a table of more columns than a residual constraint takes", () => {
  it.each([7, 8, 9])(
    "lets %i Components stand as they did at the start beside one that comes back to it",
    (count) => {
      const { names, types, components, any } = manyFree(count, 2);
      const all = (version: string) => names.map((name) => `${name}-v${version}`);
      const answer = solve({
        types: {
          ...types,
          k: { versions: ["k1", "k2"], wanted: "k1" },
          x: { versions: ["x1", "x2", "x3"] },
        },
        components: [
          ...components.map((one) => ({
            ...one,
            hops: { [`${one.type}-v1`]: [`${one.type}-v2`] },
          })),
          { id: "K", type: "k" },
          { id: "X", type: "x", hops: { x1: ["x2"], x2: ["x3"] } },
        ],
        endTables: [
          {
            columns: [...names, "k", "x"],
            rows: [
              [...all("1"), "k1 x1 YES v.1"].join(" "),
              [...all("1"), "k2 x2 YES v.mid"].join(" "),
              [...all("2"), "k1 x3 YES v.2"].join(" "),
            ],
          },
        ],
        transitionTables: [
          {
            columns: [...names, "k"],
            allowByDefault: true,
            rows: [
              ["m0-v1", ...any.slice(1), "k1 NO"].join(" "),
              ["m0-v2", ...any.slice(1), "k2 NO"].join(" "),
            ],
          },
          { columns: ["k", "x"], allowByDefault: true, rows: ["k1 x2 NO"] },
        ],
      });
      expect(answer).toMatchObject({
        kind: "plan",
        plan: { cost: { installs: count + 4, stages: 2 } },
      });
    },
  );
});
