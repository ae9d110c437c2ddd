import { describe, expect, it } from "vitest";
import type { System } from "../../../src/manifest/system.ts";
import type { Nogood } from "../../../src/planner/model/conflict.ts";
import type { Repair } from "../../../src/planner/conflict/repair.ts";
import { explain, explainInShort, type WhyNot } from "../../../src/planner/explain.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { seedSketch, type SystemSketch, systemOf } from "../../support/planner-systems.ts";

function whyNot(sketch: SystemSketch): WhyNot {
  const system = systemOf(sketch);
  const explanation = explain(system, findPlan(system));
  if (explanation.kind !== "no-plan") throw new Error(`a ${explanation.kind}`);
  return explanation;
}

/** `file:line` of rows, and the combinations that no row allows. */
function told(nogood: Nogood): string {
  switch (nogood.kind) {
    case "row":
      return `${nogood.rule.file}:${nogood.rule.line}`;
    case "unlisted":
      return `${nogood.table} without ${nogood.versions.join("-")}`;
    case "order":
      return `order of type ${nogood.type}`;
    default:
      return nogood.kind;
  }
}

function opened(repair: Repair): string {
  switch (repair.kind) {
    case "say-yes":
    case "add-row":
      return `${repair.kind} ${told(repair.nogood)}`;
    case "add-end-state":
      return `end state ${repair.state.join("-")}`;
    case "drop-order":
      return `no order for type ${repair.type}`;
    case "open-installs":
      return `open ${repair.nogood.kind}`;
    default:
      return `artifact for type ${repair.type} to ${repair.to}`;
  }
}

const withoutYes: SystemSketch = {
  ...seedSketch,
  transitionTables: [
    {
      columns: ["gateway", "rtos"],
      rows: ["gateway-v1 rtos-v1 n/a", "gateway-v1 rtos-v2 NO", "gateway-v2 rtos-v2 n/a"],
    },
  ],
};

describe("why there is no plan", () => {
  it("is for the seed's tables without the YES row: the NO row, and the row that is not there", () => {
    const why = whyNot(withoutYes);
    expect(why.core.map(told)).toEqual(["transit1.yaml:2", "transit1 without 1-0"]);
    expect(why.isIrreducible).toBe(true);
    expect(why.farthest).toEqual({
      state: [0, 0, 0],
      updated: [],
      isProved: true,
      isAtStandstill: true,
    });
    expect(why.nearest).toBe("none");
    expect(why.repairs.map(opened)).toEqual([
      "say-yes transit1.yaml:2",
      "add-row transit1 without 1-0",
    ]);
    expect(why.areRepairsComplete).toBe(true);
  });

  it("tells that no single change opens a way where two are needed", () => {
    const why = whyNot({
      types: { a: { versions: ["1", "2"] }, b: { versions: ["1", "2"] } },
      components: [
        { id: "A", type: "a" },
        { id: "B", type: "b" },
      ],
      endTables: [{ columns: ["a", "b"], rows: ["1 1 YES old", "2 2 YES new"] }],
      transitionTables: [
        { columns: ["a", "b"], rows: ["1 2 NO", "2 1 NO"] },
        { columns: ["b", "a"], rows: ["2 1 NO", "1 2 NO"] },
      ],
    });
    expect(why.core).toHaveLength(2);
    expect(why.isIrreducible).toBe(true);
    expect(why.repairs).toEqual([]);
    expect(why.areRepairsComplete).toBe(true);
  });

  it("names the hand-written order that a row stands against", () => {
    const why = whyNot({
      ...seedSketch,
      types: {
        gateway: { versions: ["gateway-v1", "gateway-v2"], order: 2 },
        rtos: { versions: ["rtos-v1", "rtos-v2"], order: 1 },
      },
    });
    expect(why.core.map(told)).toEqual(["transit1.yaml:2", "order of type 1", "order of type 0"]);
    expect(why.repairs.map(opened)).toEqual([
      "say-yes transit1.yaml:2",
      "no order for type 1",
      "no order for type 0",
    ]);
  });

  it("names the row and the numbers that put together what must not be", () => {
    const why = whyNot({
      ...seedSketch,
      types: {
        gateway: { versions: ["gateway-v1", "gateway-v2"], order: 3 },
        rtos: { versions: ["rtos-v1", "rtos-v2"], order: 3 },
      },
    });
    expect(why.core.map(told)).toEqual(["transit1.yaml:2", "order of type 0", "order of type 1"]);
    expect(why.isIrreducible).toBe(true);
    expect(why.nearest).toBe("undecided");
    expect(why.repairs.map(opened)).toEqual([
      "say-yes transit1.yaml:2",
      "no order for type 0",
      "no order for type 1",
    ]);
  });

  it("names the row and the numbers that its table speaks of among hundreds of others", () => {
    const names = Array.from({ length: 200 }, (_, at) => `c${at}`);
    const all = (version: number) => names.map(() => String(version)).join(" ");
    const system = systemOf({
      types: Object.fromEntries(
        names.map((name, at) => [name, { versions: ["1", "2"], order: (at % 100) + 1 }]),
      ),
      components: names.map((name) => ({ id: name.toUpperCase(), type: name })),
      endTables: [{ columns: names, rows: [`${all(1)} YES v.1`, `${all(2)} YES v.2`] }],
      transitionTables: [{ columns: ["c90", "c80"], allowByDefault: true, rows: ["1 2 NO"] }],
    });
    const why = explainInShort(system, findPlan(system), { nodeLimit: 1_000_000 });
    const typeOf = (name: string) => system.types.findIndex((type) => type.name === name);
    expect(why?.core.map(told)).toEqual([
      "transit1.yaml:1",
      `order of type ${typeOf("c80")}`,
      `order of type ${typeOf("c90")}`,
    ]);
    expect(why?.isIrreducible).toBe(true);
  });

  describe("where an order over stepping stones holds in each stage", () => {
    const sketch: SystemSketch = {
      types: {
        a: { versions: ["a1", "a2", "a3"], order: 2 },
        b: { versions: ["b1", "b2"], order: 1 },
      },
      components: [
        { id: "A", type: "a", hops: { a1: ["a2"], a2: ["a3"] } },
        { id: "B", type: "b" },
      ],
      endTables: [
        { columns: ["a", "b"], rows: ["a1 b1 YES v.1", "a2 b1 YES v.2", "a3 b2 YES v.3"] },
      ],
      transitionTables: [{ columns: ["a", "b"], rows: ["a3 b1 YES"] }],
    };

    it("is the row that it breaks in one of them, and each number without which it would not", () => {
      const why = whyNot(sketch);
      const numbers = ["order of type 0", "order of type 1"];
      expect(why.core.map(told)).toEqual(["transit1 without 1-1", "rest", ...numbers]);
      expect(why.isIrreducible).toBe(true);
      expect(why.repairs.map(opened)).toEqual([
        "add-row transit1 without 1-1",
        "no order for type 0",
        "no order for type 1",
      ]);
      expect(why.areRepairsComplete).toBe(false);
    });

    it("is not said to need each of them where another order than that of all would be asked for", () => {
      const why = whyNot({
        ...sketch,
        types: { ...sketch.types, c: { versions: ["c1", "c2"], order: 3 } },
        components: [...sketch.components, { id: "C", type: "c" }],
      });
      expect(why.core.map(told)).toEqual([
        "transit1 without 1-1",
        "rest",
        "order of type 0",
        "order of type 1",
      ]);
      expect(why.isIrreducible).toBe(false);
    });
  });

  it("offers no row to an order that breaks another one, too", () => {
    const why = whyNot({
      types: {
        a: { versions: ["a1", "a2"], order: 2 },
        b: { versions: ["b1", "b2"], order: 1 },
        c: { versions: ["c1", "c2"], order: 1 },
      },
      components: [
        { id: "A", type: "a" },
        { id: "B", type: "b" },
        { id: "C", type: "c" },
      ],
      endTables: [{ columns: ["a", "b", "c"], rows: ["a1 b1 c1 YES v.1", "a2 b2 c2 YES v.2"] }],
      transitionTables: [
        { columns: ["a", "b"], allowByDefault: true, rows: ["a1 b2 NO"] },
        { columns: ["b", "c"], allowByDefault: true, rows: ["b1 c2 NO"] },
      ],
    });
    expect(why.core.map(told)).toContain("transit1.yaml:1");
    // With a YES there, step by step B, C, A were a way, but the order updates B and C at the same time.
    expect(why.repairs.map(opened)).not.toContain("say-yes transit1.yaml:1");
  });

  it("names the stepping stone that would open a way", () => {
    const why = whyNot({
      ...seedSketch,
      types: {
        gateway: { versions: ["gateway-v1", "gateway-v2", "gateway-v3"] },
        rtos: { versions: ["rtos-v1", "rtos-v2"] },
      },
      components: [
        { id: "G13", type: "gateway", hops: { "gateway-v2": ["gateway-v3"] } },
        { id: "R456", type: "rtos" },
      ],
      endTables: [
        {
          columns: ["gateway", "rtos"],
          rows: [
            "gateway-v1 rtos-v1 YES v.1",
            "gateway-v2 rtos-v2 YES v.2",
            "gateway-v3 rtos-v2 YES v.3",
          ],
        },
      ],
    });
    expect(why.core).toEqual([]);
    expect(why.repairs.map(opened)).toEqual(["artifact for type 0 to 1"]);
  });

  it("names the wanted state that is none, and the nearest one that can be reached", () => {
    const why = whyNot({
      ...seedSketch,
      types: {
        gateway: { versions: ["gateway-v1", "gateway-v2", "gateway-v3"] },
        rtos: { versions: ["rtos-v1", "rtos-v2"] },
      },
    });
    expect(why.core.map(told)).toEqual(["ends1 without 2-1"]);
    expect(why.nearest).toEqual({ name: "v.2", state: [1, 1, 1], isProved: true });
  });

  it("says so where it was not reduced to the end; what the search has found is told instead", () => {
    const system = systemOf(withoutYes);
    const answer = findPlan(system);
    if (answer.kind !== "no-plan") throw new Error(answer.kind);
    expect(explain(system, answer, { stepLimit: 1 })).toMatchObject({
      core: answer.core,
      isIrreducible: true,
      isAlone: false,
      areRepairsComplete: false,
    });
    const unknown = { ...answer, core: [], isIrreducible: false };
    expect(explain(system, unknown, { stepLimit: 1 })).toMatchObject({
      isIrreducible: false,
      isAlone: true,
      areRepairsComplete: false,
    });
  });
});

describe("fifty tables", () => {
  /** A chain in which each type goes before the next one, and the last one before the first. */
  function ring(length: number): System {
    const names = Array.from({ length }, (_, index) => `t${index}`);
    return systemOf({
      types: Object.fromEntries(names.map((name) => [name, { versions: ["old", "new"] }])),
      components: names.map((name) => ({ id: `C-${name}`, type: name })),
      endTables: [
        {
          columns: names,
          rows: [
            `${names.map(() => "old").join(" ")} YES v.1`,
            `${names.map(() => "new").join(" ")} YES v.2`,
          ],
        },
      ],
      transitionTables: names.map((name, index) => ({
        columns: [name, names[(index + 1) % length] ?? ""],
        allowByDefault: true,
        rows: ["old new NO"],
      })),
    });
  }

  it("are explained to the end: all of a ring conflict, and each opens a way", () => {
    const system = ring(50);
    const answer = findPlan(system);
    const explanation = explain(system, answer);
    expect(explanation).toMatchObject({ kind: "no-plan", isIrreducible: true });
    if (explanation.kind !== "no-plan") throw new Error("there is a plan");
    expect(explanation.core).toHaveLength(50);
    expect(explanation.repairs).toHaveLength(50);
  });

  it("are explained without a search for what is known: the end state that is there, and what a way has shown", () => {
    const system = ring(50);
    const answer = findPlan(system);
    let nodes = 0;
    const heard = (more: number) => (nodes += more);
    expect(explain(system, answer, { heard })).toMatchObject({ nearest: "none" });
    // For each of the 50 rules one way that breaks it alone, of 101 to 150 nodes.
    expect(nodes).toBeLessThan(7_000);
  });
});

describe("fifty tables that leave many states to be passed", () => {
  /** Around a hub of three versions each may be old or new, but for the last: it goes with no version of the hub. */
  const names = Array.from({ length: 50 }, (_, index) => `t${index}`);
  const system = systemOf({
    types: {
      hub: { versions: ["h1", "h2", "h3"] },
      ...Object.fromEntries(names.map((name) => [name, { versions: ["old", "new"] }])),
    },
    components: ["hub", ...names].map((name) => ({ id: `C-${name}`, type: name })),
    endTables: [
      {
        columns: ["hub", ...names],
        rows: [
          `h1 ${names.map(() => "old").join(" ")} YES v.1`,
          `h3 ${names.map(() => "new").join(" ")} YES v.3`,
        ],
      },
    ],
    transitionTables: names.map((name, index) => ({
      columns: ["hub", name],
      allowByDefault: index < 49,
      rows: index < 49 ? ["h3 old NO"] : ["h1 new NO"],
    })),
  });

  it("are explained by the few rules that matter, each of which is needed", () => {
    const explanation = explain(system, findPlan(system));
    if (explanation.kind !== "no-plan") throw new Error("there is a plan");
    expect(explanation.core.map(told)).toEqual([
      "transit50.yaml:1",
      "transit50 without 2-0",
      "transit50 without 1-0",
    ]);
    expect(explanation.isIrreducible).toBe(true);
  });

  it("say what was not found out where the limit is too low, and never that it is so", () => {
    const answer = findPlan(system);
    const unknown = answer.kind === "no-plan" ? { ...answer, core: [] } : answer;
    expect(explain(system, answer, { stepLimit: 100 })).toMatchObject({ isAlone: false });
    expect(explain(system, unknown, { stepLimit: 100 })).toMatchObject({
      isIrreducible: false,
      farthest: { isProved: false },
      nearest: "undecided",
      areRepairsComplete: false,
    });
  });
});

describe("why the plan has its order", () => {
  it("is the row that forbids the other one", () => {
    const system = systemOf(seedSketch);
    expect(explain(system, findPlan(system))).toEqual({
      kind: "plan",
      isProved: true,
      rests: [],
      reasons: [
        {
          stage: 0,
          group: 1,
          components: [1, 2],
          after: [0],
          cause: {
            kind: "nogoods",
            nogoods: [
              {
                kind: "row",
                table: "transit1",
                rule: { file: "transit1.yaml", line: 2, row: "gateway-v1 rtos-v2 NO" },
              },
            ],
          },
        },
      ],
    });
  });

  it("is that not more of a type may be updated at the same time", () => {
    const system = systemOf({
      types: { rtos: { versions: ["old", "new"], maxParallel: 1 } },
      components: [
        { id: "A", type: "rtos" },
        { id: "B", type: "rtos" },
      ],
      endTables: [{ columns: ["rtos"], rows: ["old YES v.1", "new YES v.2"] }],
      transitionTables: [{ columns: ["rtos"], allowByDefault: true, rows: [] }],
    });
    expect(explain(system, findPlan(system))).toEqual({
      kind: "plan",
      isProved: true,
      rests: [],
      reasons: [
        { stage: 0, group: 1, components: [1], after: [], cause: { kind: "max-parallel" } },
      ],
    });
  });

  it("is that not more of those in a limit may be updated at the same time, and where that is said", () => {
    const system = systemOf({
      types: { worker: { versions: ["old", "new"] }, storage: { versions: ["old", "new"] } },
      components: [
        { id: "A", type: "worker" },
        { id: "B", type: "storage" },
      ],
      endTables: [{ columns: ["worker"], rows: ["old YES v.1", "new YES v.2"] }],
      transitionTables: [{ columns: ["worker"], allowByDefault: true, rows: [] }],
      limits: [{ of: ["A", "B"], most: 1 }],
    });
    const rule = { file: "limits.yaml", line: 1, row: "at most 1" };
    expect(explain(system, findPlan(system))).toEqual({
      kind: "plan",
      isProved: true,
      rests: [],
      reasons: [{ stage: 0, group: 1, components: [1], after: [], cause: { kind: "limit", rule } }],
    });
  });
});
