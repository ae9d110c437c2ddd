import { describe, expect, test } from "vitest";
import { acceptabilityOf } from "../../../src/planner/constraints/acceptability.ts";
import {
  isSafe,
  movesOf,
  type Stage,
  stageBetween,
} from "../../../src/planner/stage/safe-group.ts";
import type { System } from "../../../src/manifest/system.ts";
import { oracle } from "../../support/planner-brute-force.ts";
import { randomSystem } from "../../support/planner-random.ts";
import { type SystemSketch, systemOf } from "../../support/planner-systems.ts";

/** A group is safe where every state is acceptable in which some of it have moved and the rest have not. */

function stageOf(system: System): Stage | null {
  const start = system.components.map((component) => component.start);
  const wanted = system.components.map(({ type }) => system.types[type]?.target ?? -1);
  return stageBetween(system, acceptabilityOf(system), start, wanted);
}

function found(sketch: SystemSketch): Stage {
  const stage = stageOf(systemOf(sketch));
  if (stage === null) throw new Error("the tables allow no order");
  return stage;
}

const triple = (...rows: readonly string[]): SystemSketch => ({
  types: {
    a: { versions: ["a1", "a2"] },
    b: { versions: ["b1", "b2"] },
    c: { versions: ["c1", "c2"] },
  },
  components: [
    { id: "A", type: "a" },
    { id: "B", type: "b" },
    { id: "C", type: "c" },
  ],
  transitionTables: [{ columns: ["a", "b", "c"], allowByDefault: true, rows }],
});

const one = (moveClass: number, count = 1) => ({ moveClass, count });

describe("a group", () => {
  // C may be ahead of A or of B, not of both.
  const stage = found(triple("a1 b1 c2 NO"));

  test("of all at once is not safe where one state in its middle is forbidden", () => {
    expect(isSafe(stage, [0, 0, 0], [one(0), one(1), one(2)])).toBe(false);
  });

  test("is safe once what it waits for is done", () => {
    expect(isSafe(stage, [0, 0, 0], [one(2)])).toBe(false);
    expect(isSafe(stage, [1, 0, 0], [one(1), one(2)])).toBe(true);
    expect(isSafe(stage, [0, 1, 0], [one(0), one(2)])).toBe(true);
  });

  test("of what nothing is said about is safe", () => {
    expect(isSafe(stage, [0, 0, 0], [one(0), one(1)])).toBe(true);
  });

  test("of several of one move class counts how many of them are on the way", () => {
    const crowd = found({
      ...triple(),
      components: [
        { id: "A1", type: "a" },
        { id: "A2", type: "a" },
        { id: "A3", type: "a" },
        { id: "B", type: "b" },
        { id: "C", type: "c" },
      ],
      // While one of a has moved and another has not, B or C must not have.
      transitionTables: [
        {
          columns: ["a", "a", "b", "c"],
          allowByDefault: true,
          rows: ["a1 a2 b2 c2 NO", "a2 a1 b2 c2 NO"],
        },
      ],
    });
    expect(isSafe(crowd, [0, 0, 0], [one(0, 3)])).toBe(true);
    expect(isSafe(crowd, [0, 1, 0], [one(0, 3)])).toBe(true);
    expect(isSafe(crowd, [2, 1, 0], [one(2)])).toBe(false);
    expect(isSafe(crowd, [3, 1, 0], [one(2)])).toBe(true);
    expect(isSafe(crowd, [2, 0, 0], [one(1), one(2)])).toBe(false);
    expect(isSafe(crowd, [0, 1, 1], [one(0)])).toBe(false);
  });

  test("moves the first in the Topology first", () => {
    expect(movesOf(stage, [[one(2), one(0)], [one(1)]])).toEqual([
      [
        { component: 0, from: 0, to: 1 },
        { component: 2, from: 0, to: 1 },
      ],
      [{ component: 1, from: 0, to: 1 }],
    ]);
  });
});

test("what is called safe is safe in every subset, and nothing else is, in random Systems", () => {
  const verdicts = new Map<boolean, number>();
  for (let seed = 0; seed < 400; seed += 1) {
    const system = randomSystem(seed);
    const stage = stageOf(system);
    if (stage === null) continue;
    const { moveClasses, leaders, before } = stage;
    const law = oracle(system);
    const state = [...before];
    const done = moveClasses.map(() => 0);
    for (const [moveClass, { members, to }] of moveClasses.entries()) {
      if ((leaders[moveClass] ?? []).some((leader) => done[leader] === 0)) continue;
      const group = [one(moveClass, members.length)];
      const expected = isEachSubsetAcceptable(law, state, members, to);
      const said = isSafe(stage, done, group);
      expect({ seed, moveClass, said }).toEqual({ seed, moveClass, said: expected });
      verdicts.set(said, (verdicts.get(said) ?? 0) + 1);
      if (!said) continue;
      for (const member of members) state[member] = to;
      done[moveClass] = members.length;
    }
  }
  expect(verdicts.get(true)).toBeGreaterThan(100);
  expect(verdicts.get(false)).toBeGreaterThan(10);
});

function isEachSubsetAcceptable(
  law: ReturnType<typeof oracle>,
  state: readonly number[],
  members: readonly number[],
  to: number,
): boolean {
  for (let subset = 0; subset < 1 << members.length; subset += 1) {
    const somewhere = [...state];
    for (const [bit, member] of members.entries()) {
      if ((subset & (1 << bit)) !== 0) somewhere[member] = to;
    }
    if (!law.isAcceptable(somewhere)) return false;
  }
  return true;
}
