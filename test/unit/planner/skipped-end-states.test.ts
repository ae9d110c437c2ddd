import { describe, expect, it } from "vitest";
import { startState } from "../../../src/manifest/system-state.ts";
import type { System } from "../../../src/manifest/system.ts";
import { acceptabilityOf } from "../../../src/planner/constraints/acceptability.ts";
import { groundingOf } from "../../../src/planner/constraints/grounding.ts";
import { findingWayOut } from "../../../src/planner/find-way-out.ts";
import type { Budget } from "../../../src/planner/model/budget.ts";
import { at } from "../../../src/planner/model/moves.ts";
import { symmetryClassesOf } from "../../../src/planner/model/symmetry-classes.ts";
import {
  classesByVersion,
  type Moves,
  successorsIn,
} from "../../../src/planner/search/successors.ts";
import { systemOf } from "../../support/planner-systems.ts";

const free = Array.from({ length: 9 }, (_, number) => `m${String(number)}`);

/**
 * Three types each two of which must differ in their version, of which there are two; and many that may have any. So
 * there is no end state, which nobody sees who looks at two types at once.
 */
function triangle(rows: readonly string[]): System {
  const types = [...free, "a", "b", "c"];
  const row = (cells: Readonly<Record<string, string>>, verdict: string) =>
    [...types.map((type) => cells[type] ?? "*"), verdict].join(" ");
  const alike = ["ab", "bc", "ac"].flatMap(([one = "", other = ""]) =>
    ["1", "2"].map((version) => row({ [one]: one + version, [other]: other + version }, "NO")),
  );
  return systemOf({
    types: Object.fromEntries(types.map((type) => [type, { versions: [`${type}1`, `${type}2`] }])),
    components: types.map((type) => ({ id: type.toUpperCase(), type })),
    endTables: [{ columns: types, rows: [...rows.map((name) => row({}, name)), ...alike] }],
    transitionTables: [{ columns: ["a"], allowByDefault: true, rows: [] }],
  });
}

describe("a search that skips very many end states because of NO rows", () => {
  it("pauses and is heard of again and again, also where it takes no more nodes", () => {
    const system = triangle(["YES any"]);
    const acceptability = acceptabilityOf(system, groundingOf(system));
    const symmetryClasses = symmetryClassesOf(system, acceptability.tableClasses);
    const moves: Moves = {
      symmetryClasses,
      network: acceptability.network,
      hops: symmetryClasses.classes.map(({ hops }) => hops),
      // A detour of the last Component comes after all else.
      distances: symmetryClasses.classes.map((_, one) =>
        one === symmetryClasses.classes.length - 1 ? [1, 1000] : [1, 1],
      ),
      ranks: symmetryClasses.classes.map(() => [0, 0]),
    };
    let looked = 0;
    let silent = 0;
    let mostSilent = 0;
    let steady = 0;
    let mostSteady = 0;
    const ends: typeof acceptability.ends = {
      ...acceptability.ends,
      isContradicted: (state) => {
        looked += 1;
        silent += 1;
        steady += 1;
        mostSilent = Math.max(mostSilent, silent);
        mostSteady = Math.max(mostSteady, steady);
        return acceptability.ends.isContradicted(state);
      },
    };
    const budget: Budget = { left: Infinity, heard: () => (silent = 0) };
    const start = startState(system);
    const box = at(ends.boxes, 0);
    const found = successorsIn(moves, ends, box, start, classesByVersion(moves)(start), budget);
    for (const successor of found) {
      expect(successor).toBe(null);
      steady = 0;
    }
    expect(looked).toBe(2 ** system.components.length - 1);
    expect(mostSilent).toBe(1);
    expect(mostSteady).toBeLessThanOrEqual(100);
  });

  it("can be given up between the steps of a search for a way out", () => {
    const system = triangle(["YES any", "YES other"]);
    let nodes = 0;
    let inStep = 0;
    let most = 0;
    const heard = (more: number) => {
      nodes += more;
      inStep += more;
      most = Math.max(most, inStep);
    };
    const steps = findingWayOut(system, startState(system), new Set(), { heard });
    for (let step = steps.next(); step.done !== true; step = steps.next()) inStep = 0;
    expect(nodes).toBeGreaterThan(2 ** system.components.length);
    expect(most).toBeLessThanOrEqual(1000);
  });
});

it("many kinds of end states that have all in common can be given up between the steps of a search", () => {
  const few = free.slice(0, 4);
  const kinds = Array.from({ length: 1000 }, (_, kind) => `kind-${String(kind)}`);
  const system = systemOf({
    types: Object.fromEntries(few.map((type) => [type, { versions: [`${type}1`, `${type}2`] }])),
    components: few.map((type) => ({ id: type.toUpperCase(), type })),
    endTables: [
      { columns: few, rows: kinds.map((kind) => [...few.map(() => "*"), "YES", kind].join(" ")) },
    ],
    transitionTables: [{ columns: few, rows: [] }],
  });
  let inStep = 0;
  let most = 0;
  const heard = (more: number) => {
    inStep += more;
    most = Math.max(most, inStep);
  };
  // One that stays where it may not.
  const stuck = new Set([0]);
  const steps = findingWayOut(system, startState(system), stuck, { heard, leaving: stuck });
  for (let step = steps.next(); step.done !== true; step = steps.next()) inStep = 0;
  expect(most).toBeLessThanOrEqual(2000);
});
