import { describe, expect, it } from "vitest";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { type SystemSketch, systemOf } from "../../support/planner-systems.ts";

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
    const { names, types, components, any } = manyFree(40, 2);
    const answer = solve({
      types,
      components,
      endTables: [
        {
          columns: names,
          rows: [
            [...any, "YES any"].join(" "),
            ["m0-v2", "m1-v1", ...any.slice(2), "NO"].join(" "),
          ],
        },
      ],
      transitionTables: [{ columns: names, rows: [[...any, "YES"].join(" ")] }],
    });
    expect(answer).toMatchObject({ kind: "plan", plan: { cost: { groups: 1 } } });
  });

  it("that the transition tables leave to the end states are not either, and are kept", () => {
    const { names, types, components, any } = manyFree(40, 2);
    const answer = solve({
      types,
      components,
      endTables: [
        {
          columns: names,
          rows: [
            [...any, "YES any"].join(" "),
            ["m0-v2", "m1-v1", ...any.slice(2), "NO"].join(" "),
          ],
        },
      ],
      transitionTables: [{ columns: names, rows: [] }],
    });
    // M1 must be ahead of M0, and nothing else is said.
    expect(answer).toMatchObject({ kind: "plan", plan: { optimal: true, cost: { groups: 2 } } });
  });

  it("of which nobody can tell in time make the answer undecided, not a proof that there is no plan", () => {
    // Ten pigeons and nine holes stand behind either way: no end state, but that takes a long time to find out.
    const pigeons = numbers(10).map((number) => `p${String(number)}`);
    const holes = numbers(9).map((hole) => `h${String(hole)}`);
    const crowded = (s: string, t: string) =>
      pigeons.flatMap((_, one) =>
        pigeons.slice(one + 1).flatMap((__, behind) =>
          holes.map((hole) => {
            const cells = pigeons.map((___, at) =>
              at === one || at === one + 1 + behind ? hole : "*",
            );
            return [s, t, ...cells, "NO"].join(" ");
          }),
        ),
      );
    const answer = solve({
      types: {
        s: { versions: ["s1", "s2"] },
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
            ["*", "*", ...pigeons.map(() => "*"), "YES any"].join(" "),
            ...crowded("s1", "t2"),
            ...crowded("s2", "t1"),
          ],
        },
      ],
      transitionTables: [{ columns: ["s", "t"], rows: [] }],
    });
    expect(answer.kind).toBe("undecided");
  });
});

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
