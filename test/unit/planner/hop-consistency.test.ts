import { describe, expect, test } from "vitest";
import { acceptabilityOf } from "../../../src/planner/constraints/acceptability.ts";
import { symmetryClassesOf } from "../../../src/planner/model/symmetry-classes.ts";
import {
  baseHopsOf,
  hopConsistent,
  isRelaxedReachable,
} from "../../../src/planner/search/hop-consistency.ts";
import { successorConsistent } from "../../../src/planner/search/successor-consistency.ts";
import type { ClassAtVersion, Option } from "../../../src/planner/search/class-at-version.ts";
import { type SystemSketch, systemOf } from "../../support/planner-systems.ts";

/** Which hops, and which versions at the end of a stage, no plan can use. */

function consistentHops(sketch: SystemSketch) {
  const system = systemOf(sketch);
  const { tableClasses, network } = acceptabilityOf(system);
  const names = system.types.map(({ versions }) => versions);
  const base = baseHopsOf(symmetryClassesOf(system, tableClasses), names);
  const consistent = hopConsistent(base, network);
  const hops = Object.fromEntries(
    base.symmetryClasses.classes.map(({ type, members }, index) => [
      members.map((member) => system.components[member]?.id).join(),
      (consistent.hops[index] ?? []).flatMap((targets, from) =>
        targets.map((to) => `${names[type]?.[from]} -> ${names[type]?.[to]}`),
      ),
    ]),
  );
  const isReachable = isRelaxedReachable(base, consistent, network);
  return { hops, distances: consistent.distances, isReachable };
}

/** Two Components of types `a` and `b`, from a1 and b1 to a2 and b2, and one table over both. */
function pair(rows: readonly string[], more: Partial<SystemSketch["types"]> = {}): SystemSketch {
  return {
    types: { a: { versions: ["a1", "a2"] }, b: { versions: ["b1", "b2"] }, ...more },
    components: [
      { id: "A", type: "a" },
      { id: "B", type: "b" },
    ],
    transitionTables: [{ columns: ["a", "b"], allowByDefault: true, rows }],
  };
}

describe("the hops that are left", () => {
  test("are all that lie on a way from the start to the wanted version, where no table forbids anything", () => {
    const { hops } = consistentHops({
      types: { a: { versions: ["a1", "stone", "aside", "a2"] } },
      components: [
        {
          id: "A",
          type: "a",
          hops: { a1: ["stone", "aside"], stone: ["a2"], aside: [], a2: ["a1"] },
        },
      ],
    });
    expect(hops).toEqual({ A: ["a1 -> stone", "stone -> a2", "a2 -> a1"] });
  });

  test("are none to a version that every context forbids, nor what only that one leads to", () => {
    const types = { a: { versions: ["a1", "bad", "behind", "a2"] }, b: { versions: ["b1", "b2"] } };
    const { hops, distances } = consistentHops({
      types,
      components: [
        { id: "A", type: "a", hops: { a1: ["bad", "a2"], bad: ["behind"], behind: ["a2"] } },
        { id: "B", type: "b" },
      ],
      transitionTables: [{ columns: ["a", "b"], allowByDefault: true, rows: ["bad * NO"] }],
    });
    expect(hops).toMatchObject({ A: ["a1 -> a2"] });
    // From "behind" it would be one more, but nothing leads there any more.
    expect(distances[0]).toEqual([1, Infinity, 1, 0]);
  });

  test("are none that are accepted at each end in other contexts only", () => {
    const { hops, isReachable } = consistentHops(pair(["a1 b2 NO", "a2 b1 NO"]));
    // The start stands: A may have a1 beside b1, but beside what B has nothing takes A from a1 to a2.
    expect(hops).toEqual({ A: [], B: [] });
    expect(isReachable).toBe(false);
  });

  test("are left where one context accepts both ends", () => {
    const { hops, isReachable } = consistentHops(pair(["a1 b2 NO"]));
    expect(hops).toEqual({ A: ["a1 -> a2", "a2 -> a1"], B: ["b1 -> b2", "b2 -> b1"] });
    expect(isReachable).toBe(true);
  });

  test("begin in a start that the table forbids: what stands is accepted", () => {
    expect(consistentHops(pair(["a1 b1 NO"])).isReachable).toBe(true);
  });
});

describe("what is left for the end of a stage", () => {
  const from = 0;
  const option = (version: number): Option => ({
    version,
    moves: version === from ? 0 : 1,
    distance: 0,
    detour: 0,
    weight: 0,
    rank: 0,
  });

  /** The versions left to A and B of those they are offered, on a way that began elsewhere, or in this version. */
  function left(rows: readonly string[], offered: readonly (readonly number[])[], start = 2) {
    const { tableClasses, network } = acceptabilityOf(systemOf(pair(rows)));
    const classes = offered.map((_, at): ClassAtVersion => ({
      symmetryClass: at,
      members: [at],
      tableClass: tableClasses.of[at] ?? -1,
      from,
      start,
    }));
    const lists = offered.map((versions) => versions.map(option));
    return successorConsistent(classes, lists, network).map((options) =>
      options.map(({ version }) => version),
    );
  }

  test("is everything where each fits to something of the other", () => {
    expect(
      left(
        ["a1 b2 NO"],
        [
          [0, 1],
          [0, 1],
        ],
      ),
    ).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  test("is only what fits to the version that the other one has to have", () => {
    expect(left(["a1 b2 NO"], [[0, 1], [1]])).toEqual([[1], [1]]);
  });

  test("is nothing where the other one's only version forbids all of them", () => {
    expect(left(["* b2 NO"], [[0, 1], [1]]).some((versions) => versions.length === 0)).toBe(true);
  });

  test("is what stands, too, while the other one may still stand where it began", () => {
    expect(left(["a1 b2 NO"], [[0, 1], [1]], 0)).toEqual([[0, 1], [1]]);
  });

  test("takes away from one what the other one has lost", () => {
    // B cannot be in b2 beside a1, so with A fixed to a1 only b1 is left; nothing else has to be asked.
    expect(left(["a1 b2 NO"], [[0], [0, 1]])).toEqual([[0], [0]]);
  });
});
