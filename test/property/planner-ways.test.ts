import { describe, expect, it } from "vitest";
import type { System } from "../../src/manifest/system.ts";
import { reachability } from "../../src/planner/conflict/reachability.ts";
import { findPlan, findPlanFrom } from "../../src/planner/find-plan.ts";
import { findWayOut } from "../../src/planner/find-way-out.ts";
import { unfolded } from "../../src/planner/model/unfolded.ts";
import {
  cheapest,
  cheapestStage,
  fault,
  hopsFrom,
  startOf,
  versionsAt,
} from "../support/planner-brute-force.ts";
import { dice, overStones, randomCrowd, randomSystem } from "../support/planner-random.ts";
import { systemOf } from "../support/planner-systems.ts";
import { inTier } from "../support/tier.ts";

/**
 * Components on which what can be installed depends on the way they came, against a brute force that follows each of
 * its ways.
 */

const systems = Array.from({ length: inTier(640, 4000) }, (_, seed) => {
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
  expect(gained).toBeGreaterThan(inTier(6, 20));
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

/** Somewhere on the way: each Component where it started or one hop further, some of them stuck. */
const stranded = systems.map(({ seed, system }) => {
  const { chance, pick } = dice(seed + 1);
  const places = startOf(system).map((place, component) => {
    const next = hopsFrom(system, component, place);
    return next.length > 0 && chance(0.6) ? pick(next) : place;
  });
  const state = versionsAt(system, places);
  const frozen = new Set([...state.keys()].filter(() => chance(0.3)));
  return { seed, system, places, state, frozen };
});
type Stranded = (typeof stranded)[number];

/** The System with its Components there. */
function standingThere({ system, places, state }: Stranded): System {
  return {
    ...system,
    components: system.components.map(({ ways, ...component }, at) => ({
      ...component,
      start: state[at] ?? -1,
      ...(ways === undefined ? {} : { ways: { ...ways, start: places[at] ?? -1 } }),
    })),
  };
}

it("from another state no plan is only said to be missing where there is none", () => {
  const kinds = new Map<string, number>();
  for (const one of stranded.filter((_, index) => index % 4 === 0)) {
    const { seed, system, state } = one;
    const answer = findPlanFrom(system, state);
    const expected = cheapest(standingThere(one));
    if (answer.kind === "no-plan") expect({ seed, expected }).toEqual({ seed, expected: null });
    if (answer.kind === "plan") expect({ seed, expected }).not.toEqual({ seed, expected: null });
    if (answer.kind === "plan" && answer.plan.optimal)
      expect({ seed, cost: answer.plan.cost }).toEqual({ seed, cost: expected });
    kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
  }
  for (const kind of ["plan", "no-plan", "undecided"])
    expect({ kind, times: kinds.get(kind) }).toSatisfy(({ times }) => times > 10);
});

describe("the way out of a stage", () => {
  const least = (one: Stranded) => {
    const { system, frozen } = one;
    const old = system.components.map(({ start }) => start);
    const wanted = system.components.map(({ type }) => system.types[type]?.target ?? -1);
    const whole = standingThere(one);
    const there: System = {
      ...whole,
      types: system.types.map((type) => ({ ...type, order: null })),
      components: whole.components.map((component, at) => {
        if (!frozen.has(at)) return component;
        const { ways: _, ...rest } = component;
        return { ...rest, hops: component.hops.map(() => []) };
      }),
    };
    const isOld = (end: readonly number[]) => end.join() === old.join();
    const isWanted = (end: readonly number[]) => end.join() === wanted.join();
    return (
      cheapestStage(there, isOld) ??
      cheapestStage(there, (end) => !isOld(end) && !isWanted(end)) ??
      cheapestStage(there, isWanted)
    );
  };

  it("is found where the place of each Component is known, and none only where there is none", () => {
    const kinds = new Map<string, number>();
    let gained = 0;
    for (const one of stranded) {
      const { seed, system, places, state, frozen } = one;
      const known = places.map((place, at) =>
        system.components[at]?.ways === undefined ? null : place,
      );
      const answer = findWayOut(system, state, frozen, { places: known });
      const said = answer.kind === "plan" ? answer.plan.cost : answer.kind;
      expect({ seed, said }).toEqual({ seed, said: least(one) ?? "no-plan" });
      kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
      if (answer.kind !== "plan") continue;
      const components = system.components.map(({ ways: _, ...component }) => component);
      const cut = findWayOut({ ...system, components }, state, frozen);
      if (cut.kind !== "plan" || cut.plan.cost.installs > answer.plan.cost.installs) gained += 1;
    }
    expect(kinds.get("plan")).toBeGreaterThan(100);
    expect(kinds.get("no-plan")).toBeGreaterThan(100);
    expect(gained).toBeGreaterThan(inTier(3, 10));
  });

  it("is never said to be missing where the place is not known and there is one", () => {
    const kinds = new Map<string, number>();
    for (const one of stranded) {
      const { seed, system, state, frozen } = one;
      const answer = findWayOut(system, state, frozen);
      const expected = least(one);
      if (answer.kind === "no-plan") expect({ seed, expected }).toEqual({ seed, expected: null });
      if (answer.kind === "plan" && answer.plan.optimal)
        expect({ seed, cost: answer.plan.cost }).toEqual({ seed, cost: expected });
      if (answer.kind === "plan") expect({ seed, expected }).not.toEqual({ seed, expected: null });
      kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
    }
    expect(kinds.get("plan")).toBeGreaterThan(100);
    expect(kinds.get("no-plan")).toBeGreaterThan(100);
    expect(kinds.get("undecided")).toBeGreaterThan(10);
  });
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
