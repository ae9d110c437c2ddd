import { describe, expect, it } from "vitest";
import type { System } from "../../src/manifest/system.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { cheapest, fault } from "../support/planner-brute-force.ts";
import { dice, randomSystem, reordered } from "../support/planner-random.ts";

const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed);

describe("the planner, against a brute force over every state and group", () => {
  it("finds a plan where there is one, valid and of the least cost, and none where there is none", () => {
    for (const seed of seeds(1500)) {
      const system = randomSystem(seed);
      const expected = cheapest(system);
      const answer = findPlan(system);
      if (answer.kind === "plan") {
        expect({ seed, fault: fault(system, answer.plan) }).toEqual({ seed, fault: null });
        expect({ seed, optimal: answer.plan.optimal }).toEqual({ seed, optimal: true });
        expect({ seed, cost: answer.plan.cost }).toEqual({ seed, cost: expected });
      } else {
        expect({ seed, kind: answer.kind, cost: expected }).toEqual({
          seed,
          kind: "no-plan",
          cost: null,
        });
      }
    }
  });
});

describe("the order in which things are written", () => {
  it("leaves no trace in the answer", () => {
    for (const seed of seeds(150)) {
      const system = randomSystem(seed);
      const first = findPlan(system);
      const second = findPlan(reordered(system, seed + 1));
      expect({ seed, answer: JSON.stringify(second) }).toEqual({
        seed,
        answer: JSON.stringify(first),
      });
    }
  });
});

describe("one more NO row", () => {
  it("never makes an impossible plan possible", () => {
    for (const seed of seeds(150)) {
      const system = randomSystem(seed);
      if (findPlan(system).kind === "plan") continue;
      const stricter = withBan(system, seed);
      expect({ seed, kind: findPlan(stricter).kind }).toEqual({ seed, kind: "no-plan" });
    }
  });
});

/** The same System with one more NO row in one of its transition tables. */
function withBan(system: System, seed: number): System {
  const { between } = dice(seed);
  const chosen = between(0, system.transitionTables.length - 1);
  const transitionTables = system.transitionTables.map((table, at) => {
    if (at !== chosen) return table;
    const cells = table.columns.map(({ type }) => [
      between(0, (system.types[type]?.versions.length ?? 1) - 1),
    ]);
    const rule = { file: "m.yaml", line: 1000, row: "one more" };
    return { ...table, rows: [...table.rows, { cells, verdict: "no" as const, rule }] };
  });
  return { ...system, transitionTables };
}
