import { expect, it } from "vitest";
import type { System } from "../../src/manifest/system.ts";
import { reachability } from "../../src/planner/conflict/explain-reach.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { unfolded } from "../../src/planner/model/unfolded.ts";
import { cheapest, fault } from "../support/planner-brute-force.ts";
import { dice, overStones, randomCrowd, randomSystem } from "../support/planner-random.ts";
import { systemOf } from "../support/planner-systems.ts";

/**
 * Components on which what can be installed depends on the way they came, against a brute force that follows each of
 * its ways.
 */

const systems = Array.from({ length: 1600 }, (_, seed) => {
  const plain = seed % 5 === 0 ? randomCrowd(seed) : randomSystem(seed);
  return { seed, system: overStones(seed % 2 === 0 ? plain : stones(seed), seed) };
});

/** Five versions of one type, in some of which a stage may rest beside a second Component. */
function stones(seed: number): System {
  const { chance } = dice(seed);
  const versions = ["s0", "s1", "s2", "s3", "s4"];
  const rows = versions.flatMap((version) => ["b0", "b1"].map((other) => `${version} ${other}`));
  return systemOf({
    types: { s: { versions }, b: { versions: ["b0", "b1"] } },
    components: [
      { id: "S", type: "s" },
      { id: "B", type: "b" },
    ],
    endTables: [
      {
        columns: ["s", "b"],
        rows: rows
          .filter((row) => row === "s0 b0" || row === "s4 b1" || chance(0.7))
          .map((row) => `${row} YES v`),
      },
    ],
  });
}

it("hops are judged along the way: the best plan is found, and none only where there is none", () => {
  let plans = 0;
  let gained = 0;
  for (const { seed, system } of systems) {
    if (unfolded(system, "every")?.isExact !== true) continue;
    const expected = cheapest(system);
    const answer = findPlan(system);
    const said =
      answer.kind === "plan"
        ? {
            fault: fault(system, answer.plan),
            cost: answer.plan.cost,
            optimal: answer.plan.optimal,
          }
        : answer.kind;
    expect({ seed, said }).toEqual({
      seed,
      said: expected === null ? "no-plan" : { fault: null, cost: expected, optimal: true },
    });
    if (answer.kind !== "plan") continue;
    plans += 1;
    const components = system.components.map(({ ways: _, ...component }) => component);
    if (findPlan({ ...system, components }).kind !== "plan") gained += 1;
  }
  expect(plans).toBeGreaterThan(100);
  expect(gained).toBeGreaterThan(10);
});

it("where ways lead to the wanted version or back to that of the start in several states, none is never said where there is one", () => {
  const kinds = new Map<string, number>();
  for (const { seed, system } of systems) {
    if (unfolded(system, "every")?.isExact !== false) continue;
    const expected = cheapest(system);
    const answer = findPlan(system);
    if (answer.kind === "no-plan") expect({ seed, expected }).toEqual({ seed, expected: null });
    if (answer.kind === "plan") {
      expect({ seed, fault: fault(system, answer.plan) }).toEqual({ seed, fault: null });
      if (answer.plan.optimal)
        expect({ seed, cost: answer.plan.cost }).toEqual({ seed, cost: expected });
    }
    kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
  }
  const decided = (kinds.get("plan") ?? 0) + (kinds.get("no-plan") ?? 0);
  expect(kinds.get("plan")).toBeGreaterThan(50);
  expect(decided / 20).toBeGreaterThan(kinds.get("undecided") ?? 0);
});

it("between System versions a way that may depend on the way is never said to be missing", () => {
  const counts = { yes: 0, undecided: 0 };
  for (const { seed, system } of systems.filter((_, index) => index % 8 === 0)) {
    if (unfolded(system, "every") === null) continue;
    const said = reachability(system).reach.flatMap((row, from) =>
      row.filter((_, to) => from !== to),
    );
    const claimed = said.filter((one) => one === "allowed");
    expect({ seed, claimed }).toEqual({ seed, claimed: [] });
    counts.yes += said.filter((one) => one === "yes").length;
    counts.undecided += said.filter((one) => one === "undecided").length;
  }
  expect(counts.yes).toBeGreaterThan(10);
  expect(counts.undecided).toBeGreaterThan(10);
});
