import { dice, overStones, randomSystem } from "../../support/planner-random.ts";
import { describe, expect, it } from "vitest";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { writtenOrder } from "../../../src/planner/stage/written-order.ts";
import type { Answer } from "../../../src/planner/model/plan.ts";
import { seedSketch, type SystemSketch, systemOf } from "../../support/planner-systems.ts";
import { inTier } from "../../support/tier.ts";

/** Stages, then groups, as `ids from>to`, in one line each. */
function told(answer: Answer): readonly string[] | string {
  if (answer.kind !== "plan") return answer.kind;
  return answer.plan.stages.flatMap(({ systemVersion, groups }) => [
    ...groups.map((steps) =>
      steps.map(({ component, from, to }) => `${component} ${from}>${to}`).join(", "),
    ),
    `= ${String(systemVersion)}`,
  ]);
}

/** The columns gateway and rtos. */
const pair = [
  { type: 0, component: null },
  { type: 1, component: null },
];

const noRow = (table: string, line: number) => ({
  kind: "row",
  table,
  rule: { file: `${table}.yaml`, line, row: "gateway-v1 rtos-v2 NO" },
});

const plan = (sketch: SystemSketch) => findPlan(systemOf(sketch));

const steppingStone: SystemSketch = {
  types: {
    tcu: { versions: ["tcu-2", "tcu-3", "tcu-4"] },
    brake: { versions: ["brake-1", "brake-2"] },
  },
  components: [
    { id: "T", type: "tcu", hops: { "tcu-2": ["tcu-3"], "tcu-3": ["tcu-4"] } },
    { id: "B", type: "brake" },
  ],
  endTables: [
    {
      columns: ["tcu", "brake"],
      rows: ["tcu-2 brake-1 YES 2026.1", "tcu-3 brake-2 YES 2026.2", "tcu-4 brake-2 YES 2026.3"],
    },
  ],
  transitionTables: [{ columns: ["tcu", "brake"], rows: ["tcu-3 * YES"] }],
};

describe("whoever hears of the search", () => {
  it("hears of each node, and changes no answer", () => {
    let nodes = 0;
    const heard = (more: number) => (nodes += more);
    for (let seed = 1; seed <= 50; seed += 1) {
      const system = overStones(randomSystem(seed), seed);
      expect(findPlan(system, { heard })).toEqual(findPlan(system));
    }
    expect(nodes).toBeGreaterThan(50);
  });
});

describe("the seed's System", () => {
  it("goes from v.1 to v.2: the gateway first, then both boards together", () => {
    const answer = plan(seedSketch);
    expect(answer).toEqual({
      kind: "plan",
      plan: {
        stages: [
          {
            systemVersion: "v.2",
            groups: [
              [
                {
                  component: "G13",
                  componentType: "gateway",
                  from: "gateway-v1",
                  to: "gateway-v2",
                  allowedBy: [{ file: "transit1.yaml", line: 3, row: "gateway-v2 rtos-v1 YES" }],
                },
              ],
              [
                {
                  component: "R456",
                  componentType: "rtos",
                  from: "rtos-v1",
                  to: "rtos-v2",
                  allowedBy: [{ file: "ends1.yaml", line: 4, row: "gateway-v2 rtos-v2 YES v.2" }],
                },
                {
                  component: "R998",
                  componentType: "rtos",
                  from: "rtos-v1",
                  to: "rtos-v2",
                  allowedBy: [{ file: "ends1.yaml", line: 4, row: "gateway-v2 rtos-v2 YES v.2" }],
                },
              ],
            ],
          },
        ],
        cost: { installs: 3, stages: 1, exposure: 0, groups: 2 },
        optimal: true,
        bound: { installs: 3, stages: 1, exposure: 0, groups: 2 },
        pointOfNoReturn: null,
      },
    });
  });

  it("goes back from v.2 to v.1: both boards first", () => {
    const types = {
      gateway: { versions: ["gateway-v1", "gateway-v2"], wanted: "gateway-v1" },
      rtos: { versions: ["rtos-v1", "rtos-v2"], wanted: "rtos-v1" },
    };
    const components = [
      { id: "G13", type: "gateway", start: "gateway-v2" },
      { id: "R456", type: "rtos", start: "rtos-v2" },
      { id: "R998", type: "rtos", start: "rtos-v2" },
    ];
    expect(told(plan({ ...seedSketch, types, components }))).toEqual([
      "R456 rtos-v2>rtos-v1, R998 rtos-v2>rtos-v1",
      "G13 gateway-v2>gateway-v1",
      "= v.1",
    ]);
  });

  it("has nothing to do on v.2", () => {
    const components = seedSketch.components.map((component) => ({
      ...component,
      start: `${component.type}-v2`,
    }));
    expect(plan({ ...seedSketch, components })).toEqual({
      kind: "plan",
      plan: {
        stages: [],
        cost: { installs: 0, stages: 0, exposure: 0, groups: 0 },
        optimal: true,
        bound: { installs: 0, stages: 0, exposure: 0, groups: 0 },
        pointOfNoReturn: null,
      },
    });
  });

  it("goes on where one board is ahead, though that is not acceptable", () => {
    const components = [
      { id: "G13", type: "gateway" },
      { id: "R456", type: "rtos", start: "rtos-v2" },
      { id: "R998", type: "rtos" },
    ];
    // R998 may not join the first group: it would be a second board ahead of the gateway.
    expect(told(plan({ ...seedSketch, components }))).toEqual([
      "G13 gateway-v1>gateway-v2",
      "R998 rtos-v1>rtos-v2",
      "= v.2",
    ]);
  });

  it("has no plan without its YES row, and names what forbids it", () => {
    const [table] = seedSketch.transitionTables;
    const rows = table.rows.filter((row) => !row.includes("YES"));
    expect(plan({ ...seedSketch, transitionTables: [{ ...table, rows }] })).toEqual({
      kind: "no-plan",
      isIrreducible: true,
      isAlone: false,
      stuck: null,
      reason: "No order of the updates passes acceptable states only.",
      core: [
        {
          kind: "unlisted",
          table: "transit1",
          rule: { file: "transit1.yaml", line: 1, row: rows[0] },
          columns: pair,
          versions: [1, 0],
        },
        noRow("transit1", 2),
      ],
    });
  });

  it("updates one board after the other where only one may be in flight", () => {
    const types = {
      ...seedSketch.types,
      rtos: { versions: ["rtos-v1", "rtos-v2"], maxParallel: 1 },
    };
    expect(told(plan({ ...seedSketch, types }))).toEqual([
      "G13 gateway-v1>gateway-v2",
      "R456 rtos-v1>rtos-v2",
      "R998 rtos-v1>rtos-v2",
      "= v.2",
    ]);
  });
});

describe("stages", () => {
  it("rest in an end state before a Component is installed a second time", () => {
    expect(told(plan(steppingStone))).toEqual([
      "T tcu-2>tcu-3",
      "B brake-1>brake-2",
      "= 2026.2",
      "T tcu-3>tcu-4",
      "= 2026.3",
    ]);
  });

  it("are impossible where there is no end state to rest in", () => {
    const endTables = [
      {
        columns: ["tcu", "brake"],
        rows: ["tcu-2 brake-1 YES 2026.1", "tcu-4 brake-2 YES 2026.3"],
      },
    ];
    expect(told(plan({ ...steppingStone, endTables }))).toBe("no-plan");
  });
});

describe("a Component that cannot roll back", () => {
  it("is updated last where the tables leave it free, though that takes one group more", () => {
    const answer = plan({
      types: { a: { versions: ["a1", "a2"] }, b: { versions: ["b1", "b2"] } },
      components: [
        { id: "A", type: "a", supportsRollback: false },
        { id: "B", type: "b" },
      ],
      endTables: [{ columns: ["a", "b"], rows: ["a1 b1 YES one", "a2 b2 YES two"] }],
      transitionTables: [{ columns: ["a", "b"], rows: ["* * YES"] }],
    });
    expect(told(answer)).toEqual(["B b1>b2", "A a1>a2", "= two"]);
    expect(answer.kind === "plan" && answer.plan.pointOfNoReturn).toEqual({ stage: 0, group: 1 });
    expect(answer.kind === "plan" && answer.plan.cost.exposure).toBe(0);
  });
});

describe("Components that reboot the host", () => {
  const sketch: SystemSketch = {
    types: {
      a: { versions: ["a1", "a2"] },
      b: { versions: ["b1", "b2"] },
      c: { versions: ["c1", "c2"] },
    },
    components: [
      { id: "A", type: "a", rebootsHost: true },
      { id: "B", type: "b" },
      { id: "C", type: "c" },
    ],
    endTables: [{ columns: ["a", "b", "c"], rows: ["a1 b1 c1 YES one", "a2 b2 c2 YES two"] }],
    transitionTables: [
      { columns: ["b", "c"], rows: ["b2 c1 YES"] },
      { columns: ["a"], rows: ["* YES"] },
    ],
  };

  it("come in the last group where that costs nothing", () => {
    expect(told(plan(sketch))).toEqual(["B b1>b2", "A a1>a2, C c1>c2", "= two"]);
  });
});

describe("a hand-written order", () => {
  const numbered = (gateway: number, rtos: number) => ({
    gateway: { versions: ["gateway-v1", "gateway-v2"], order: gateway },
    rtos: { versions: ["rtos-v1", "rtos-v2"], order: rtos },
  });

  it("is the plan where there are no tables", () => {
    const { components } = seedSketch;
    expect(told(plan({ types: numbered(2, 1), components }))).toEqual([
      "R456 rtos-v1>rtos-v2, R998 rtos-v1>rtos-v2",
      "G13 gateway-v1>gateway-v2",
      "= null",
    ]);
  });

  it("puts types without a number behind the others, one after the other", () => {
    const types = {
      a: { versions: ["a1", "a2"] },
      b: { versions: ["b1", "b2"], order: 7 },
      c: { versions: ["c1", "c2"] },
    };
    const components = [
      { id: "A", type: "a" },
      { id: "B", type: "b" },
      { id: "C", type: "c" },
      { id: "C2", type: "c" },
    ];
    expect(told(plan({ types, components }))).toEqual([
      "B b1>b2",
      "A a1>a2",
      "C c1>c2, C2 c1>c2",
      "= null",
    ]);
  });

  it("that agrees with the tables is the plan", () => {
    expect(told(plan({ ...seedSketch, types: numbered(1, 2) }))).toEqual([
      "G13 gateway-v1>gateway-v2",
      "R456 rtos-v1>rtos-v2, R998 rtos-v1>rtos-v2",
      "= v.2",
    ]);
  });

  it("is told as far as plans have to keep it", () => {
    const types = (a: number | undefined, b: number | undefined, c: number | undefined) => ({
      a: { versions: ["a1", "a2"], ...(a !== undefined && { order: a }) },
      b: { versions: ["b1", "b2"], ...(b !== undefined && { order: b }) },
      c: { versions: ["c1"], ...(c !== undefined && { order: c }) },
    });
    const components = ["a", "b", "c"].map((type) => ({ id: type.toUpperCase(), type }));
    const use = (...orders: Parameters<typeof types>) =>
      writtenOrder(systemOf({ types: types(...orders), components }));
    expect(use(undefined, undefined, 1)).toBe("none");
    expect(use(1, undefined, undefined)).toBe("none");
    expect(use(1, undefined, 2)).toBe("some");
    expect(use(1, 1, undefined)).toBe("all");
  });

  it("that breaks a row is no plan, and the row is named", () => {
    expect(plan({ ...seedSketch, types: numbered(1, 1) })).toEqual({
      kind: "no-plan",
      reason:
        'Group 1 of the hand-written order updates "G13", "R456", "R998" when the tables do not allow it: transit1.yaml:2 says NO.',
      core: [noRow("transit1", 2)],
      isIrreducible: false,
      isAlone: false,
      stuck: null,
    });
  });

  it("that leads where no row allows it is no plan, and no row that says YES is blamed", () => {
    const transitionTables = [
      { name: "t", columns: ["gateway", "rtos"], rows: ["gateway-v2 rtos-v1 YES"] },
    ];
    expect(plan({ ...seedSketch, types: numbered(2, 1), transitionTables })).toEqual({
      kind: "no-plan",
      reason:
        'Group 1 of the hand-written order updates "R456", "R998" when the tables do not allow it: no row of "t" allows gateway "gateway-v1" with rtos "rtos-v2".',
      core: [
        {
          kind: "unlisted",
          table: "t",
          rule: { file: "t.yaml", line: 1, row: "gateway-v2 rtos-v1 YES" },
          columns: pair,
          versions: [0, 1],
        },
      ],
      isIrreducible: false,
      isAlone: false,
      stuck: null,
    });
  });
});

describe("where a version is reached in several ways", () => {
  it("the nogoods name it as if there were one", () => {
    const sketch = systemOf({
      types: { a: { versions: ["a1", "a2", "a3"] }, b: { versions: ["b1", "b2"], wanted: "b1" } },
      components: [
        { id: "A", type: "a" },
        { id: "B", type: "b" },
      ],
      endTables: [
        { columns: ["a", "b"], rows: ["a1 b1 YES v.1", "a2 b2 YES v.2", "a3 b1 YES v.3"] },
      ],
      transitionTables: [{ columns: ["a", "b"], rows: ["a3 b2 YES"] }],
    });
    const places = [
      { version: 0, hops: [1, 2] },
      { version: 1, hops: [] },
      { version: 1, hops: [3] },
      { version: 2, hops: [] },
    ];
    const system = {
      ...sketch,
      components: sketch.components.map((component) =>
        component.id === "A" ? { ...component, ways: { start: 0, places } } : component,
      ),
    };
    expect(findPlan(system)).toMatchObject({
      core: [
        { kind: "unlisted", versions: [0, 1] },
        { kind: "unlisted", versions: [1, 0] },
      ],
    });
  });
});

describe("tables of a device beside a Manifest without transition tables", () => {
  const own = {
    types: {
      gateway: { versions: ["gateway-v1", "gateway-v2", "gateway-v9"], wanted: "gateway-v2" },
      rtos: { versions: ["rtos-v1", "rtos-v2"], maxParallel: 1 },
    },
    components: seedSketch.components,
    endTables: [
      {
        columns: ["gateway", "rtos"],
        rows: [
          "gateway-v1 rtos-v1 YES v.1",
          "gateway-v1 rtos-v2 YES v.1a",
          "gateway-v2 rtos-v2 YES v.2",
        ],
      },
    ],
    endStatesOnly: true,
  } satisfies SystemSketch;
  const harmless = { columns: ["gateway"], allowByDefault: true, rows: ["gateway-v9 NO"] };

  it("a written order that passes another state is no plan, and that state is named", () => {
    const types = {
      gateway: { ...own.types.gateway, order: 1 },
      rtos: { ...own.types.rtos, order: 2 },
    };
    expect(plan({ ...own, types })).toMatchObject({
      reason: `Group 1 of the hand-written order updates "G13" when the tables do not allow it: no row allows the state that this leads to.`,
      core: [{ kind: "unlisted", table: "ends1", versions: [1, 0, 0] }],
    });
  });

  it("do not open a way through states that are no end states", () => {
    const reason =
      "Without a transition table only end states may be passed through, and no order of the updates does.";
    const none = {
      kind: "no-plan",
      core: [],
      isIrreducible: false,
      isAlone: false,
      reason,
      stuck: null,
    };
    expect(plan(own)).toEqual(none);
    expect(plan({ ...own, transitionTables: [harmless] })).toEqual(none);
  });

  it("forbid what end states alone would allow, and are named", () => {
    const both = { ...own, components: seedSketch.components.slice(0, 2) };
    expect(plan(both).kind).toBe("plan");
    expect(plan({ ...both, transitionTables: [harmless] })).toMatchObject({ kind: "plan" });
    const rows = ["gateway-v1 rtos-v2 NO"];
    const strict = { columns: ["gateway", "rtos"], allowByDefault: true, rows };
    expect(plan({ ...both, transitionTables: [harmless, strict] })).toEqual({
      kind: "no-plan",
      core: [noRow("transit2", 1)],
      isIrreducible: true,
      isAlone: false,
      reason:
        "Only end states may be passed through, for the Manifest has no transition table, and no order of the updates does that and keeps the other rules.",
      stuck: null,
    });
  });

  it("that do not accept the start leave the Manifest's as strict as it was", () => {
    const odd = { name: "device", columns: ["gateway"], rows: ["gateway-v2 YES new"] };
    expect(plan({ ...own, endTables: [...own.endTables, odd] }).kind).toBe("no-plan");
  });
});

describe("a transition table in whose columns nobody stands", () => {
  it("refuses nothing: all goes in one group", () => {
    const heater = { columns: ["gateway", "heater"], rows: ["gateway-v1 heater-v1 NO"] };
    const types = { ...seedSketch.types, heater: { versions: ["heater-v1"] } };
    expect(plan({ ...seedSketch, types, transitionTables: [heater] })).toMatchObject({
      kind: "plan",
      plan: { cost: { installs: 3, stages: 1, groups: 1 } },
    });
  });
});

describe("several end tables", () => {
  it("must all accept; the device's own may forbid what the Manifest allows", () => {
    const strict = {
      name: "device",
      columns: ["gateway", "rtos"],
      rows: ["gateway-v1 * YES old", "gateway-v2 rtos-v2 NO"],
    };
    const answer = plan({ ...seedSketch, endTables: [...seedSketch.endTables, strict] });
    expect(answer).toEqual({
      kind: "no-plan",
      core: [],
      isIrreducible: false,
      isAlone: false,
      reason:
        'The wanted state is not an acceptable end state: gateway "gateway-v2", rtos "rtos-v2".',
      stuck: null,
    });
  });

  it("are all named where several refuse what is wanted", () => {
    const strict = {
      name: "device",
      columns: ["gateway", "rtos"],
      rows: ["gateway-v1 * YES old"],
    };
    const own = {
      columns: ["gateway", "rtos"],
      rows: ["gateway-v1 rtos-v1 YES v.1", "gateway-v2 rtos-v2 NO"],
    };
    expect(plan({ ...seedSketch, endTables: [own, strict] })).toMatchObject({
      reason:
        'The wanted state is not an acceptable end state: gateway "gateway-v2", rtos "rtos-v2". Each of these tables refuses it: ends1.yaml:2, device.yaml:1.',
    });
  });
});

describe("the node limit", () => {
  it("ends in an honest undecided", () => {
    expect(findPlan(systemOf(steppingStone), { nodeLimit: 1 })).toEqual({
      kind: "undecided",
      nodes: 1,
    });
  });
});

describe("a table of fifty columns", () => {
  it("with a thousand NO rows ends in a plan", { timeout: 120_000 }, () => {
    const names = Array.from({ length: 50 }, (_, at) => `c${at}`);
    const all = (version: string) => names.map(() => version).join(" ");
    const { between } = dice(1);
    const cell = () => ["old", "new", "*"][between(0, 2)] ?? "*";
    const rows = Array.from({ length: 1000 }, () => `${names.map(cell).join(" ")} NO`);
    const answer = findPlan(
      systemOf({
        types: Object.fromEntries(names.map((name) => [name, { versions: ["old", "new"] }])),
        components: names.map((name) => ({ id: name.toUpperCase(), type: name })),
        endTables: [{ columns: names, rows: [`${all("old")} YES v.1`, `${all("new")} YES v.2`] }],
        transitionTables: [{ columns: names, allowByDefault: true, rows }],
      }),
    );
    expect(answer).toMatchObject({ kind: "plan", plan: { cost: { installs: 50, stages: 1 } } });
  });
});

describe("very many Components", () => {
  const gatewayAnd = (count: number, maxParallel: number) => ({
    types: {
      gateway: { versions: ["old", "new"] },
      board: { versions: ["old", "new"], maxParallel },
    },
    components: [
      { id: "G", type: "gateway" },
      ...Array.from({ length: count }, (_, at) => ({ id: `B${String(at)}`, type: "board" })),
    ],
    endTables: [{ columns: ["gateway", "board"], rows: ["old old YES v.1", "new new YES v.2"] }],
  });

  it("one at a time, where a table speaks of two of them and of another one, are planned to the last", () => {
    const count = inTier(300, 2000);
    const answer = plan({
      ...gatewayAnd(count, 1),
      transitionTables: [
        { columns: ["board", "board", "gateway"], allowByDefault: true, rows: ["new old old NO"] },
      ],
    });
    expect(answer).toMatchObject({
      kind: "plan",
      plan: { optimal: true, cost: { installs: count + 1, stages: 1, groups: count + 1 } },
    });
  });

  it("of which each waits for one of two others are planned", () => {
    const count = inTier(60, 200);
    const names = Array.from({ length: count }, (_, at) => `c${String(at)}`);
    const all = (version: string) => names.map(() => version).join(" ");
    const answer = plan({
      types: Object.fromEntries(names.map((name) => [name, { versions: ["old", "new"] }])),
      components: names.map((name) => ({ id: name.toUpperCase(), type: name })),
      endTables: [{ columns: names, rows: [`${all("old")} YES v.1`, `${all("new")} YES v.2`] }],
      transitionTables: names.slice(2).map((name, at) => ({
        name: `before ${name}`,
        columns: [`c${String(at)}`, `c${String(at + 1)}`, name],
        allowByDefault: true,
        rows: ["old old new NO"],
      })),
    });
    expect(answer).toMatchObject({
      kind: "plan",
      plan: { cost: { installs: count, stages: 1, groups: count / 2 } },
    });
  });

  it("that may stand in the columns of a table in far too many ways are left undecided", () => {
    const ids = (type: string, count: number) =>
      Array.from({ length: count }, (_, at) => ({ id: `${type}${String(at)}`, type }));
    const components = [...ids("gateway", 14), ...ids("board", 1400)];
    const answer = plan({
      types: { gateway: { versions: ["old", "new"] }, board: { versions: ["old", "new"] } },
      components,
      endTables: [{ columns: ["gateway", "board"], rows: ["* * YES v"] }],
      transitionTables: [
        // Each of them is named, so that no two are alike.
        ...components.map(({ id, type }) => ({ columns: [`${type}@${id}`], rows: ["* YES"] })),
        { columns: ["gateway", "board", "board"], rows: [] },
      ],
    });
    expect(answer.kind).toBe("undecided");
  });
});
