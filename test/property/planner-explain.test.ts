import { describe, expect, it } from "vitest";
import type { System } from "../../src/manifest/system.ts";
import { repaired } from "../../src/planner/conflict/repair.ts";
import { explain, type WhyNot } from "../../src/planner/explain.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { withOnly } from "../support/only-nogoods.ts";
import { hasWay } from "../support/planner-brute-force.ts";
import { dice, randomSystem } from "../support/planner-random.ts";
import { systemOf } from "../support/planner-systems.ts";
import { inTier } from "../support/tier.ts";

/** Fewer than elsewhere in the usual tier: each is explained, and then planned once for each rule that is told. */
const seeds = Array.from({ length: inTier(220, 2000) }, (_, seed) => seed);

function explained(system: System): WhyNot | null {
  const answer = findPlan(system);
  const explanation = explain(system, answer, { stepLimit: 2_000_000 });
  return explanation.kind === "no-plan" ? explanation : null;
}

/** The Systems that have no plan, each explained once for all tests. */
const cases = seeds.flatMap((seed) => {
  const system = randomSystem(seed);
  const why = explained(system);
  return why === null ? [] : [{ seed, system, why }];
});

function isNamed({ component }: { readonly component: number | null }): boolean {
  return component !== null;
}

/** Three types numbered at random, the first of which has to go over a version that may be one to rest in. */
function numberedOverStones(seed: number): System {
  const { between, chance } = dice(seed);
  const versions = (name: string, count: number) =>
    Array.from({ length: count }, (_, version) => `${name}${String(version)}`);
  const counts = { a: 3, b: between(2, 3), c: 2 };
  const names = ["a", "b", "c"] as const;
  const anyState = () => names.map((name) => `${name}${String(between(0, counts[name] - 1))}`);
  const last = names.map((name) => `${name}${String(counts[name] - 1)}`);
  const pairs = versions("a", 3).flatMap((a) => versions("b", counts.b).map((b) => `${a} ${b}`));
  return systemOf({
    types: Object.fromEntries(
      names.map((name) => [name, { versions: versions(name, counts[name]), order: between(1, 3) }]),
    ),
    components: names.map((name) => ({
      id: name.toUpperCase(),
      type: name,
      hops: Object.fromEntries(
        versions(name, counts[name] - 1).map((from, at) => [from, [`${name}${String(at + 1)}`]]),
      ),
    })),
    endTables: [
      {
        columns: names,
        rows: [
          "a0 b0 c0 YES v.0",
          ...Array.from({ length: 3 }, () => `a1 ${anyState().slice(1).join(" ")} YES v.1`),
          `${last.join(" ")} YES v.2`,
        ],
      },
    ],
    transitionTables: [
      {
        columns: ["a", "b"],
        allowByDefault: chance(0.5),
        rows: pairs
          .filter(() => chance(0.5))
          .map((pair) => `${pair} ${chance(0.7) ? "YES" : "NO"}`),
      },
    ],
  });
}

describe("why there is no plan, for random Systems", () => {
  it("names rules that forbid every plan by themselves, and none too many", () => {
    let sets = 0;
    for (const { seed, system, why } of cases) {
      if (why.core.length === 0 || why.farthest === null) continue;
      // There an end state may allow what no row allows, for that one Component: a NO row could not tell.
      if (system.endTables.some(({ columns }) => columns.some(isNamed))) continue;
      expect({ seed, irreducible: why.isIrreducible }).toEqual({ seed, irreducible: true });
      expect({ seed, way: hasWay(withOnly(system, why.core)) }).toEqual({ seed, way: false });
      const superfluous = why.core.filter(
        (nogood) =>
          !hasWay(
            withOnly(
              system,
              why.core.filter((other) => other !== nogood),
            ),
          ),
      );
      expect({ seed, superfluous }).toEqual({ seed, superfluous: [] });
      sets += 1;
    }
    expect(sets).toBeGreaterThan(30);
  });

  it("names such rules for an order written over stepping stones, too", () => {
    const hasPlan = (system: System) => findPlan(system).kind === "plan";
    let sets = 0;
    for (const seed of seeds.slice(0, inTier(140, 600))) {
      const system = numberedOverStones(seed);
      const why = explained(system);
      if (why === null || !why.core.some(({ kind }) => kind === "order")) continue;
      const { core } = why;
      expect({ seed, way: hasPlan(withOnly(system, core)) }).toEqual({ seed, way: false });
      const fewer = core.map((nogood) => core.filter((other) => other !== nogood));
      const isNeeded = fewer.every((nogoods) => hasPlan(withOnly(system, nogoods)));
      expect({ seed, irreducible: why.isIrreducible }).toEqual({ seed, irreducible: isNeeded });
      sets += 1;
    }
    expect(sets).toBeGreaterThan(30);
  });

  it("names single changes each of which opens a way, and no NO row is missing among them", () => {
    let opened = 0;
    for (const { seed, system, why } of cases) {
      expect({ seed, complete: why.areRepairsComplete }).toEqual({ seed, complete: true });
      for (const repair of why.repairs) {
        expect({ seed, repair, way: hasWay(repaired(system, repair)) }).toEqual({
          seed,
          repair,
          way: true,
        });
      }
      opened += why.repairs.length;
      if (why.farthest === null) continue;
      const told = why.repairs.flatMap((repair) =>
        repair.kind === "say-yes" ? [repair.nogood.rule] : [],
      );
      for (const table of system.transitionTables) {
        for (const { rule: own, verdict } of table.rows) {
          if (verdict !== "no" || told.includes(own)) continue;
          const nogood = { kind: "row" as const, table: table.name, rule: own };
          const changed = repaired(system, { kind: "say-yes", nogood });
          expect({ seed, own, way: hasWay(changed) }).toEqual({ seed, own, way: false });
        }
      }
    }
    expect(opened).toBeGreaterThan(50);
  });

  it("names an end state that can be reached", () => {
    let reached = 0;
    for (const { seed, system, why } of cases) {
      const { nearest } = why;
      if (typeof nearest === "string") continue;
      const { state } = nearest;
      // The brute force wants the same of all Components of a type.
      const targets = system.types.map((type, index) => {
        const first = system.components.findIndex((one) => one.type === index);
        return { ...type, target: state[first] ?? type.target };
      });
      const isUniform = system.components.every(
        ({ type }, index) => targets[type]?.target === state[index],
      );
      if (!isUniform) continue;
      expect({ seed, way: hasWay({ ...system, types: targets }) }).toEqual({ seed, way: true });
      reached += 1;
    }
    expect(reached).toBeGreaterThan(20);
  });
});
