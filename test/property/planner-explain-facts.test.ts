import { describe, expect, it } from "vitest";
import type { System, SystemState } from "../../src/manifest/system.ts";
import type { Farthest } from "../../src/planner/conflict/farthest-state.ts";
import { explain, type WhyNot } from "../../src/planner/explain.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { type MayMove, oracle, within, type Within } from "../support/planner-brute-force.ts";
import { dice, onDevice, randomSystem, underManifest } from "../support/planner-random.ts";
import { inTier } from "../support/tier.ts";

/** Fewer than elsewhere in the usual tier: each is explained under every limit. */
const seeds = Array.from({ length: inTier(90, 1200) }, (_, seed) => seed);

interface Case {
  readonly seed: number;
  readonly system: System;
  readonly reach: Within;
  readonly explained: (stepLimit: number) => WhyNot;
}

/** Systems that have no plan, with all that can be reached in them. */
const cases: readonly Case[] = seeds.flatMap((seed): readonly Case[] => {
  const system = systemBy(seed);
  const answer = findPlan(system);
  if (answer.kind !== "no-plan") return [];
  const before = new Map<number, WhyNot>();
  const explained = (stepLimit: number) => {
    const explanation = before.get(stepLimit) ?? explain(system, answer, { stepLimit });
    if (explanation.kind !== "no-plan") throw new Error(explanation.kind);
    before.set(stepLimit, explanation);
    return explanation;
  };
  return [{ seed, system, reach: within(system, isInOrder(system)), explained }];
});

/** Some with numbers, some on a device with tables of its own. */
function systemBy(seed: number): System {
  const system = randomSystem(seed);
  if (seed % 3 === 0) return numbered(system, seed);
  return seed % 3 === 1 ? onDevice(underManifest(system, seed), seed) : system;
}

/** Some types get a number. */
function numbered(system: System, seed: number): System {
  const { between, chance } = dice(seed);
  const types = system.types.map((type) => ({
    ...type,
    order: chance(0.6) ? between(1, 3) : null,
  }));
  return { ...system, types };
}

/** A type with a number is not begun before all lower ones have what they want. */
function isInOrder({ types, components }: System): MayMove {
  const orderOf = (c: number) => types[components[c]?.type ?? -1]?.order ?? null;
  return (state, moving) =>
    moving.every((c) =>
      state.every((version, other) => {
        const [own, lower] = [orderOf(c), orderOf(other)];
        if (own === null || lower === null || lower >= own) return true;
        return version === types[components[other]?.type ?? -1]?.target;
      }),
    );
}

/** Some with a limit under which little is decided. */
const limits = [2_000_000, 1_000, 200, 40] as const;

const startOf = (system: System) => system.components.map(({ start }) => start);

/** How many Components do not have what they want. */
function missing(system: System, state: SystemState): number {
  return system.components.filter(({ type }, c) => state[c] !== system.types[type]?.target).length;
}

function others({ system, reach }: Case): Within["ends"] {
  return reach.ends.filter((end) => end.join() !== startOf(system).join());
}

/** For each Component and version the fewest installs to what it wants. */
function installsLeft(system: System): readonly (readonly number[])[] {
  return system.components.map(({ type, hops }) => {
    const left = hops.map((_, version) => (version === system.types[type]?.target ? 0 : Infinity));
    for (const _ of hops) {
      for (const [from, targets] of hops.entries()) {
        for (const to of targets) left[from] = Math.min(left[from] ?? 0, (left[to] ?? 0) + 1);
      }
    }
    return left;
  });
}

/** The same for a state; those that cannot get there from the start do not count. */
function leftOf(system: System): (state: SystemState) => number {
  const left = installsLeft(system);
  return (state) =>
    state.reduce((sum, version, c) => {
      const own = left[c] ?? [];
      const isStuck = own[system.components[c]?.start ?? -1] === Infinity;
      return sum + (isStuck ? 0 : (own[version] ?? 0));
    }, 0);
}

/**
 * Whether the updates in this order lead there; a Component that is named twice in a row of stages takes any of its
 * hops.
 */
function leads(system: System, { state, updated }: Farthest): boolean {
  let met: readonly (readonly number[])[] = [startOf(system)];
  for (const c of updated) {
    met = met.flatMap((from) =>
      (system.components[c]?.hops[from[c] ?? -1] ?? []).map((to) => [...from].with(c, to)),
    );
  }
  return met.some((end) => end.join() === state.join());
}

describe("the nearest end state, for random Systems", () => {
  it("is the nearest of all that can be reached, or there is none", () => {
    let found = 0;
    for (const one of cases) {
      const { seed, system, explained } = one;
      // An order that is written for all puts together what step by step may pass: then it may stay undecided.
      if (system.types.some(({ order }) => order !== null)) continue;
      const { nearest } = explained(2_000_000);
      const ends = others(one);
      if (ends.length === 0) {
        expect({ seed, nearest }).toEqual({ seed, nearest: "none" });
        continue;
      }
      if (typeof nearest === "string") throw new Error(`${String(seed)}: ${nearest}`);
      const least = Math.min(...ends.map((end) => missing(system, end)));
      expect({ seed, least: missing(system, nearest.state) }).toEqual({ seed, least });
      expect({ seed, isProved: nearest.isProved }).toEqual({ seed, isProved: true });
      found += 1;
    }
    expect(found).toBeGreaterThan(inTier(12, 150));
  });

  it("is never a wrong fact, whatever the limit", () => {
    for (const one of cases) {
      const { seed, system, explained } = one;
      const ends = others(one);
      const least = Math.min(...ends.map((end) => missing(system, end)));
      for (const limit of limits) {
        const { nearest } = explained(limit);
        if (nearest === "undecided") continue;
        if (nearest === "none") {
          expect({ seed, limit, ends }).toEqual({ seed, limit, ends: [] });
          continue;
        }
        const { state, name, isProved } = nearest;
        const told = { seed, limit, state, name };
        const isReached = ends.some((end) => end.join() === state.join());
        expect({ ...told, isReached }).toEqual({ ...told, isReached: true });
        expect({ ...told, name: oracle(system).endName(state) }).toEqual(told);
        if (isProved) {
          expect({ ...told, least: missing(system, state) }).toEqual({ ...told, least });
        }
      }
    }
  });
});

describe("how far one gets, for random Systems", () => {
  it("is the state with the fewest installs left, and the updates lead there", () => {
    let far = 0;
    for (const { seed, system, reach, explained } of cases) {
      const left = leftOf(system);
      const least = Math.min(...reach.states.map(left));
      for (const limit of limits) {
        const { farthest } = explained(limit);
        if (farthest === null) continue;
        const { state, isProved } = farthest;
        const told = { seed, limit, state };
        const isReached = reach.states.some((one) => one.join() === state.join());
        expect({ ...told, isReached }).toEqual({ ...told, isReached: true });
        expect({ ...told, leads: leads(system, farthest) }).toEqual({ ...told, leads: true });
        if (limit === limits[0]) expect({ ...told, isProved }).toEqual({ ...told, isProved: true });
        if (isProved) expect({ ...told, left: left(state) }).toEqual({ ...told, left: least });
        far += farthest.updated.length > 0 ? 1 : 0;
      }
    }
    expect(far).toBeGreaterThan(inTier(15, 200));
  });

  it("tells that nothing can be updated only where no first step is allowed", () => {
    let stands = 0;
    let moves = 0;
    for (const { seed, reach, explained } of cases) {
      const { farthest } = explained(2_000_000);
      if (farthest === null || farthest.updated.length > 0) continue;
      const { isAtStandstill } = farthest;
      expect({ seed, isAtStandstill }).toEqual({ seed, isAtStandstill: reach.states.length === 1 });
      if (isAtStandstill) stands += 1;
      else moves += 1;
    }
    expect({ stands: stands > inTier(2, 40), moves: moves > inTier(2, 40) }).toEqual({
      stands: true,
      moves: true,
    });
  });
});
