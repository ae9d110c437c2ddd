import { describe, expect, it } from "vitest";
import type { System } from "../../src/manifest/system.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { findWayOut } from "../../src/planner/find-way-out.ts";
import { acceptabilityOf } from "../../src/planner/constraints/acceptability.ts";
import type { Answer, Cost } from "../../src/planner/model/plan.ts";
import {
  cheapest,
  cheapestStage,
  fault,
  hasWay,
  oracle,
  wayBackFault,
} from "../support/planner-brute-force.ts";
import { dice, randomCrowd, randomSystem, readOut, reordered } from "../support/planner-random.ts";
import { inTier } from "../support/tier.ts";

const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed);

/** Every fifth a crowd; fewer in the usual tier. */
const systems = (thorough: number) =>
  seeds(inTier(500, thorough)).map((seed) => ({
    seed,
    system: seed % 5 === 0 ? randomCrowd(seed) : randomSystem(seed),
  }));

const answers = new Map<number, Answer>();

/** What the planner says of the System of that seed: asked once for all tests. */
function answerTo(seed: number, system: System): Answer {
  const answer = answers.get(seed) ?? findPlan(system);
  answers.set(seed, answer);
  return answer;
}

/** The least cost by brute force, which takes longer than all else here: looked for once a System. */
const leastCosts = new Map<number, Cost | null>();

function leastCost(seed: number, system: System): Cost | null {
  const before = leastCosts.get(seed);
  const cost = before === undefined ? cheapest(system) : before;
  leastCosts.set(seed, cost);
  return cost;
}

describe("the planner, against a brute force over every state and group", () => {
  it(
    "finds a plan where there is one, valid and of the least cost, and none where there is none",
    { timeout: 600_000 },
    () => {
      for (const { seed, system } of systems(6000)) {
        const expected = leastCost(seed, system);
        const answer = answerTo(seed, system);
        const said =
          answer.kind === "plan"
            ? {
                fault: fault(system, answer.plan),
                optimal: answer.plan.optimal,
                cost: answer.plan.cost,
              }
            : answer.kind;
        expect({ seed, said }).toEqual({
          seed,
          said: expected === null ? "no-plan" : { fault: null, optimal: true, cost: expected },
        });
        // The two brute forces agree.
        expect({ seed, way: hasWay(system) }).toEqual({ seed, way: expected !== null });
      }
    },
  );

  it("can go back from everywhere through acceptable states", () => {
    let ways = 0;
    for (const { seed, system } of systems(1000)) {
      const answer = answerTo(seed, system);
      if (answer.kind !== "plan") continue;
      expect({ seed, fault: wayBackFault(system, answer.plan) }).toEqual({ seed, fault: null });
      ways += answer.plan.stages.length;
    }
    expect(ways).toBeGreaterThan(100);
  });
});

describe("the planner at its limit", () => {
  it("never says more than it has proved", { timeout: 600_000 }, () => {
    const kinds = new Map<string, number>();
    for (const { seed, system } of systems(2500)) {
      const expected = leastCost(seed, system);
      const answer = findPlan(system, { nodeLimit: dice(seed).between(1, 60) });
      const kind = answer.kind === "plan" && !answer.plan.optimal ? "not proved" : answer.kind;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (answer.kind === "no-plan") expect({ seed, expected }).toEqual({ seed, expected: null });
      if (answer.kind !== "plan") continue;
      const { plan } = answer;
      expect({ seed, fault: fault(system, plan) }).toEqual({ seed, fault: null });
      if (expected === null) throw new Error(`seed ${String(seed)}: no plan was expected`);
      expect({ seed, order: compare(plan.bound, expected) }).not.toEqual({ seed, order: 1 });
      expect({ seed, order: compare(expected, plan.cost) }).not.toEqual({ seed, order: 1 });
      if (plan.optimal) expect({ seed, cost: plan.cost }).toEqual({ seed, cost: expected });
    }
    for (const kind of ["plan", "not proved", "no-plan", "undecided"]) {
      expect({ kind, isSeen: (kinds.get(kind) ?? 0) > inTier(0, 10) }).toEqual({
        kind,
        isSeen: true,
      });
    }
  });
});

describe("the way out, against the same brute force", () => {
  it("leads back where it can, else to the nearest other end state, and to the wanted one last", () => {
    const kinds = new Map<string, number>();
    for (const { seed, system } of systems(1000)) {
      const { between, chance } = dice(seed);
      const old = system.components.map(({ start }) => start);
      const wanted = system.components.map(({ type }) => system.types[type]?.target ?? -1);
      const state = old.map((version, at) => (chance(0.5) ? (wanted[at] ?? version) : version));
      const frozen = new Set(chance(0.7) ? [between(0, old.length - 1)] : []);
      const expected = wayOut(system, state, frozen);
      const answer = findWayOut(system, state, frozen);
      const said = answer.kind === "plan" ? answer.plan.cost : null;
      expect({ seed, said }).toEqual({ seed, said: expected });
      if (answer.kind === "plan") {
        const moved = answer.plan.stages.flatMap(({ groups }) => groups.flat());
        for (const at of frozen) {
          const id = system.components[at]?.id;
          expect(moved.some(({ component }) => component === id)).toBe(false);
        }
      }
      kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
    }
    expect(kinds.get("plan")).toBeGreaterThan(100);
    expect(kinds.get("no-plan")).toBeGreaterThan(100);
  });
});

describe("the order in which things are written", () => {
  it("leaves no trace in the answer", () => {
    for (const { seed, system } of systems(1000)) {
      const first = answerTo(seed, system);
      const other = reordered(system, seed + 1);
      expect({ seed, answer: readOut(other, findPlan(other)) }).toEqual({
        seed,
        answer: readOut(system, first),
      });
    }
  });
});

describe("one more NO row", () => {
  it("of the end states never makes an impossible plan possible", () => {
    let impossible = 0;
    for (const { seed, system } of systems(1500)) {
      const start = system.components.map((component) => component.start);
      if (system.endTables.length === 0 || answerTo(seed, system).kind === "plan") continue;
      const stricter = withEndBan(system, seed);
      // Out of a start that is no end state more is allowed.
      if (
        (acceptabilityOf(stricter).endName(start) === null) !==
        (acceptabilityOf(system).endName(start) === null)
      )
        continue;
      impossible += 1;
      expect({ seed, kind: findPlan(stricter).kind }).toEqual({ seed, kind: "no-plan" });
    }
    expect(impossible).toBeGreaterThan(100);
  });

  it("never makes an impossible plan possible", () => {
    for (const { seed, system } of systems(1000)) {
      if (answerTo(seed, system).kind === "plan") continue;
      const stricter = withBan(system, seed);
      expect({ seed, kind: findPlan(stricter).kind }).toEqual({ seed, kind: "no-plan" });
    }
  });
});

describe("an order written by hand for every type", () => {
  it("is the plan where every group is safe, and none where one is not", () => {
    const kinds = new Map<string, number>();
    for (const { seed, system } of systems(1000)) {
      const { shuffle } = dice(seed);
      const numbers = shuffle([1, 2, 2, 3, 4]);
      const numbered: System = {
        ...system,
        limits: [],
        types: system.types.map((type, at) => ({
          ...type,
          maxParallel: null,
          order: numbers[at] ?? 1,
        })),
        components: system.components.map((component) => ({
          ...component,
          // Every version can be installed from every other: one stage is enough.
          hops: component.hops.map((_, from) =>
            [...component.hops.keys()].filter((to) => to !== from),
          ),
        })),
      };
      const answer = findPlan(numbered);
      kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
      expect({ seed, said: written(answer) }).toEqual({ seed, said: safeGroups(numbered) });
    }
    expect(kinds.get("plan")).toBeGreaterThan(100);
    expect(kinds.get("no-plan")).toBeGreaterThan(100);
  });
});

describe("an order written by hand for some types", () => {
  it("never puts a lower number behind a higher one, and never makes a plan cheaper", () => {
    let plans = 0;
    for (const { seed, system } of systems(1000)) {
      const { chance, between } = dice(seed);
      const numbered: System = {
        ...system,
        types: system.types.map((type) => ({
          ...type,
          order: chance(0.6) ? between(1, 3) : null,
        })),
      };
      const answer = findPlan(numbered);
      if (answer.kind !== "plan") continue;
      plans += 1;
      const least = leastCost(seed, system);
      expect({ seed, fault: fault(system, answer.plan) }).toEqual({ seed, fault: null });
      expect({ seed, plan: least !== null }).toEqual({ seed, plan: true });
      expect(answer.plan.cost.installs).toBeGreaterThanOrEqual(least?.installs ?? Infinity);
      if (answer.plan.stages.length > 1) continue;
      const orders = answer.plan.stages.flatMap(({ groups }) =>
        groups.map((steps) =>
          steps.flatMap(
            (step) => numbered.types.find(({ name }) => name === step.componentType)?.order ?? [],
          ),
        ),
      );
      let highest = 0;
      for (const group of orders) {
        for (const order of group) expect(order).toBeGreaterThanOrEqual(highest);
        highest = Math.max(highest, ...group);
      }
    }
    expect(plans).toBeGreaterThan(100);
  });
});

describe("the best plan that keeps a written order", () => {
  const numberedBy = (system: System, orderOf: () => number | null): System => ({
    ...system,
    limits: [],
    types: system.types.map((type) => ({ ...type, maxParallel: null, order: orderOf() })),
  });
  const told = (system: System) => {
    const answer = findPlan(system);
    if (answer.kind !== "plan") return null;
    expect(answer.plan.optimal).toBe(true);
    return answer.plan.cost;
  };
  const orderIn = ({ types, components }: System, at: number) =>
    types[components[at]?.type ?? -1]?.order ?? null;
  const targetIn = ({ types, components }: System, at: number) =>
    types[components[at]?.type ?? -1]?.target ?? -1;
  const moversIn = (system: System) =>
    [...system.components.keys()].filter(
      (at) => system.components[at]?.start !== targetIn(system, at),
    );

  it("of some types: one begins when all of lower numbers have what they want", () => {
    let plans = 0;
    for (const { seed, system } of systems(1000)) {
      const { chance, between } = dice(seed);
      const numbered = numberedBy(system, () => (chance(0.6) ? between(1, 3) : null));
      const orders = moversIn(numbered).map((at) => orderIn(numbered, at));
      if (!orders.includes(null) || orders.every((order) => order === null)) continue;
      const expected = cheapest(numbered, (state, group) =>
        group.every((at) => {
          const own = orderIn(numbered, at);
          return numbered.components.every((_, other) => {
            const order = orderIn(numbered, other);
            const isLower = own !== null && order !== null && order < own;
            return !isLower || state[other] === targetIn(numbered, other);
          });
        }),
      );
      expect({ seed, cost: told(numbered) }).toEqual({ seed, cost: expected });
      if (expected !== null) plans += 1;
    }
    expect(plans).toBeGreaterThan(50);
  });

  it("of all types, over stepping stones: in each stage the groups as they are numbered", () => {
    let staged = 0;
    for (const { seed, system } of systems(1500)) {
      const { between } = dice(seed);
      const numbered = numberedBy(system, () => between(1, 3));
      const isDirect = moversIn(numbered).every((at) => {
        const component = numbered.components[at];
        return component?.hops[component.start]?.includes(targetIn(numbered, at)) === true;
      });
      if (isDirect) continue;
      const expected = cheapest(numbered, (_, group, moved) => {
        const own = orderIn(numbered, group[0] ?? -1) ?? 0;
        const isBehind = numbered.components.every(
          (_one, at) => (moved & (1 << at)) === 0 || (orderIn(numbered, at) ?? 0) < own,
        );
        return isBehind && group.every((at) => orderIn(numbered, at) === own);
      });
      expect({ seed, cost: told(numbered) }).toEqual({ seed, cost: expected });
      if (expected !== null) staged += 1;
    }
    expect(staged).toBeGreaterThan(3);
  });
});

/** Which costs less: -1, 0 or 1. */
function compare(one: Cost, other: Cost): number {
  for (const part of ["installs", "stages", "exposure", "groups"] as const) {
    if (one[part] !== other[part]) return Math.sign(one[part] - other[part]);
  }
  return 0;
}

/** Groups of Component ids, or that there is no plan. */
function written(answer: Answer): readonly (readonly string[])[] | string {
  if (answer.kind !== "plan") return answer.kind;
  return answer.plan.stages.flatMap(({ groups }) =>
    groups.map((steps) => steps.map(({ component }) => component)),
  );
}

/** The groups by number, if each is safe in every subset and they end in an end state. */
function safeGroups(system: System): readonly (readonly string[])[] | string {
  const law = oracle(system);
  let state = system.components.map(({ start }) => start);
  const wanted = system.components.map(({ type }) => system.types[type]?.target ?? -1);
  if (law.endName(wanted) === null) return "no-plan";
  const groups: (readonly string[])[] = [];
  for (const order of [1, 2, 3, 4]) {
    const group = [...wanted.keys()].filter(
      (at) =>
        state[at] !== wanted[at] &&
        system.types[system.components[at]?.type ?? -1]?.order === order,
    );
    if (group.length === 0) continue;
    for (let subset = 0; subset < 1 << group.length; subset += 1) {
      const moved = group.filter((_, bit) => (subset & (1 << bit)) !== 0);
      const somewhere = state.map((version, at) =>
        moved.includes(at) ? (wanted[at] ?? version) : version,
      );
      if (!law.isAcceptable(somewhere)) return "no-plan";
    }
    state = state.map((version, at) => (group.includes(at) ? (wanted[at] ?? version) : version));
    groups.push(group.map((at) => system.components[at]?.id ?? ""));
  }
  return groups;
}

/** The least cost of a way out in the order of preference. */
function wayOut(
  system: System,
  state: readonly number[],
  frozen: ReadonlySet<number>,
): Cost | null {
  const stranded: System = {
    ...system,
    components: system.components.map((component, at) => ({
      ...component,
      start: state[at] ?? component.start,
      hops: frozen.has(at) ? component.hops.map(() => []) : component.hops,
    })),
  };
  const old = system.components.map(({ start }) => start).join();
  const wanted = system.components.map(({ type }) => system.types[type]?.target ?? -1).join();
  return (
    cheapestStage(stranded, (end) => end.join() === old) ??
    cheapestStage(stranded, (end) => end.join() !== old && end.join() !== wanted) ??
    cheapestStage(stranded, (end) => end.join() === wanted)
  );
}

/** The same System with one more NO row in one of its transition tables. */
function withEndBan(system: System, seed: number): System {
  const { between, chance } = dice(seed);
  const [table, ...others] = system.endTables;
  if (table === undefined) return system;
  const cells = table.columns.map(({ type }) =>
    chance(0.5) ? null : [between(0, (system.types[type]?.versions.length ?? 1) - 1)],
  );
  const rule = { file: "m.yaml", line: 1000, row: "one more" };
  const row = { systemVersion: null, cells, verdict: "no" as const, rule };
  return { ...system, endTables: [{ ...table, rows: [...table.rows, row] }, ...others] };
}

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
