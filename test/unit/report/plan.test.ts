import { describe, expect, test } from "vitest";
import {
  ArtifactName,
  ComponentId,
  ComponentType,
  SystemVersion,
  Version,
} from "../../../src/core/ids.ts";
import type { Nogood } from "../../../src/planner/model/conflict.ts";
import type { Answer, NoPlan, Plan, Step } from "../../../src/planner/model/plan.ts";
import { answerLines } from "../../../src/report/answer-text.ts";
import { answerJson } from "../../../src/report/plan-json.ts";
import type { PlannedSystem } from "../../../src/report/planned.ts";
import { plainStyle } from "../../../src/report/style.ts";
import { seedSketch, systemOf } from "../../support/planner-systems.ts";

const mixed = { file: "m.yaml", line: 30, row: "| gateway-v2.mender | rtos-v1.mender | YES |" };
const v2 = { file: "m.yaml", line: 23, row: "| gateway-v2.mender | rtos-v2.mender | YES | v.2 |" };

function step(component: string, type: string, allowedBy: Step["allowedBy"]): Step {
  return {
    component: ComponentId.parse(component),
    componentType: ComponentType.parse(type),
    from: Version.parse(`${type}-v1`),
    to: Version.parse(`${type}-v2`),
    allowedBy,
  };
}

const cost = { installs: 3, stages: 1, exposure: 0, groups: 2 };

const plan: Plan = {
  stages: [
    {
      systemVersion: SystemVersion.parse("v.2"),
      groups: [
        [step("G13", "gateway", [mixed])],
        [step("R456", "rtos", [mixed, v2]), step("R998", "rtos", [mixed, v2])],
      ],
    },
  ],
  cost,
  optimal: true,
  bound: cost,
  pointOfNoReturn: null,
};

const none: NoPlan = {
  kind: "no-plan",
  core: [],
  isIrreducible: false,
  isAlone: false,
  reason: "No state between is acceptable.",
  stuck: null,
};

function noRow(line: number, row: string): Nogood {
  return { kind: "row", table: "transition_states", rule: { file: "m.yaml", line, row } };
}

const planned: PlannedSystem = {
  system: systemOf(seedSketch),
  manifest: "system-core-v2",
  from: {
    systemVersion: SystemVersion.parse("v.1"),
    components: [
      ["G13", "gateway"],
      ["R456", "rtos"],
      ["R998", "rtos"],
    ].map(([id, type]) => ({
      id: ComponentId.parse(id),
      type: ComponentType.parse(type),
      version: Version.parse(`${type}-v1`),
    })),
  },
  toVersion: SystemVersion.parse("v.2"),
  writtenOrder: "none",
  artifactOf: ({ to }) => ({
    name: ArtifactName.parse(to),
    source: null,
    bytes: null,
  }),
  placesOf: () => null,
  whyNot: null,
  notes: [],
};

const text = (answer: Answer, changes: Partial<PlannedSystem> = {}): string =>
  answerLines({ ...planned, ...changes }, answer, plainStyle, {
    width: 80,
    isUnicode: false,
  }).join("\n");

describe("for people", () => {
  test("a plan shows its groups, the rows that allow each, and what proves it", () => {
    expect(text({ kind: "plan", plan }))
      .toBe(`Plan for "system-core-v2" from v.1 to v.2: 3 installs in 2 order groups.

                   Stage 1 -> v.2
Group                1       2
G13   gateway  v1  --* v2
R456  rtos     v1  ----------* v2
R998  rtos     v1  ----------* v2

Ends in v.2:
  Group 1
    G13   gateway  gateway-v1 -> gateway-v2
      allowed by m.yaml:30  | gateway-v2.mender | rtos-v1.mender | YES |
  Group 2 (at the same time)
    R456  rtos     rtos-v1    -> rtos-v2
    R998  rtos     rtos-v1    -> rtos-v2
      allowed by m.yaml:30  | gateway-v2.mender | rtos-v1.mender | YES |
                 m.yaml:23  | gateway-v2.mender | rtos-v2.mender | YES | v.2 |

Best: it is proved that no acceptable plan costs less.
Way back: every step can be undone until its stage is committed.`);
  });

  test("stages, the point of no return and a gap to the bound are told in words", () => {
    const [stage] = plan.stages;
    if (stage === undefined) throw new Error("the plan has a stage");
    const staged: Plan = {
      stages: [stage, { ...stage, systemVersion: SystemVersion.parse("v.3") }],
      cost: { installs: 6, stages: 2, exposure: 1, groups: 4 },
      optimal: false,
      bound: { installs: 6, stages: 1, exposure: 0, groups: 3 },
      pointOfNoReturn: { stage: 1, group: 0 },
    };
    const shown = text({ kind: "plan", plan: staged }, { toVersion: SystemVersion.parse("v.3") });
    expect(shown).toContain(
      `Plan for "system-core-v2" from v.1 to v.3: 6 installs in 4 order groups and 2 stages.`,
    );
    expect(shown).toContain("\nStage 2 of 2, ends in v.3:\n  Group 1  <- point of no return\n");
    expect(shown).toContain(
      "Not proved to be the best: it costs 6 installs, 2 stages, exposure 1 and 4 order groups; no plan can cost less than 6, 1, 0 and 3.",
    );
    expect(shown).toContain(
      "Point of no return: group 1 of stage 2 (G13). A failure before it is rolled back; a failure behind it cannot be undone, and the System goes to the nearest acceptable end state instead.",
    );
  });

  test("an order that was written by hand is not called the best", () => {
    const stages = plan.stages.map((stage) => ({ ...stage, systemVersion: null }));
    const shown = text({ kind: "plan", plan: { ...plan, stages } }, { toVersion: null });
    expect(shown).toContain(`Plan for "system-core-v2": 3 installs in 2 order groups.

                   Stage 1
Group                1       2
G13   gateway  v1  --* v2
R456  rtos     v1  ----------* v2
R998  rtos     v1  ----------* v2

In this order:
  Group 1`);
    expect(shown).toContain(
      "\nBy hand: the Manifest has no tables, so its order is taken as it is.\n",
    );
  });

  test("the best that keeps a written order is not called the best of all", () => {
    const all = text({ kind: "plan", plan }, { writtenOrder: "all" });
    expect(all).toContain(
      "\nAs written: it is proved that no plan that keeps the order of the Manifest costs less; without it one might.\n",
    );
    const some = text({ kind: "plan", plan }, { writtenOrder: "some" });
    expect(some).toContain(
      "\nBest beside the order written for some types: it is proved that no plan that keeps it costs less; without it one might.\n",
    );
    const gap = { ...plan, optimal: false, bound: { ...cost, groups: 1 } };
    expect(text({ kind: "plan", plan: gap }, { writtenOrder: "some" })).toContain(
      "\nNot proved to be the best that keeps the written order: it costs 3 installs, 1 stage, exposure 0 and 2 order groups; no plan that keeps it can cost less than 3, 1, 0 and 1.\n",
    );
  });

  test("nothing to do is said, with what every Component has", () => {
    const empty: Plan = {
      stages: [],
      cost: { installs: 0, stages: 0, exposure: 0, groups: 0 },
      optimal: true,
      bound: { installs: 0, stages: 0, exposure: 0, groups: 0 },
      pointOfNoReturn: null,
    };
    expect(text({ kind: "plan", plan: empty }))
      .toBe(`Nothing to do for "system-core-v2": every Component has what it wants; the System is on v.1.
  G13   gateway  gateway-v1
  R456  rtos     rtos-v1
  R998  rtos     rtos-v1`);
  });

  test("no plan is told with the rules that forbid it", () => {
    const core = [noRow(28, "| gateway-v1.mender | rtos-v2.mender | NO |")];
    expect(text({ ...none, core }))
      .toBe(`There is no acceptable plan for "system-core-v2". No state between is acceptable.
This rule forbids it:
  m.yaml:28  | gateway-v1.mender | rtos-v2.mender | NO |`);
    const both = [...core, noRow(29, "| a | b | NO |")];
    expect(text({ ...none, core: both, isIrreducible: true })).toMatch(
      /acceptable\.\nTogether these rules forbid it:\n {2}m\.yaml:28 .*\n {2}m\.yaml:29 .*NO \|$/,
    );
    expect(text({ ...none, core: both })).toMatch(
      /\n {2}Not reduced further: some of them may not be needed\.$/,
    );
  });

  test("a search that was given up is no answer", () => {
    expect(text({ kind: "undecided", nodes: 300_000 }))
      .toBe(`Not decided: no plan for "system-core-v2" was found, and none was ruled out, within 300000 search nodes.
  hint: Split the update into smaller Manifests, or name an end state between as a stage of its own.`);
  });

  test("notes stand below the plan", () => {
    const note = {
      code: "unknown-field",
      message: "This is an old spelling.",
      at: { file: "m.yaml", line: 2 },
      hint: "Write it anew.",
    } as const;
    expect(text({ kind: "plan", plan }, { notes: [note] })).toMatch(
      /committed\.\n\nm\.yaml:2: warning: This is an old spelling\. \[unknown-field\]\n {2}hint: Write it anew\.$/,
    );
  });
});

describe("for tools", () => {
  test("a plan has the fixed shape", () => {
    const allowedBoth = [
      { file: "m.yaml", line: 30 },
      { file: "m.yaml", line: 23 },
    ];
    expect(JSON.parse(JSON.stringify(answerJson(planned, { kind: "plan", plan })))).toEqual({
      type: "plan",
      manifest: "system-core-v2",
      from: {
        system_version: "v.1",
        components: { G13: "gateway-v1", R456: "rtos-v1", R998: "rtos-v1" },
      },
      to: { system_version: "v.2" },
      stages: [
        {
          system_version: "v.2",
          groups: [
            [
              {
                component: "G13",
                component_type: "gateway",
                from: "gateway-v1",
                to: "gateway-v2",
                artifact: "gateway-v2",
                source: null,
                bytes: null,
                allowed_by: [{ file: "m.yaml", line: 30 }],
              },
            ],
            [
              {
                component: "R456",
                component_type: "rtos",
                from: "rtos-v1",
                to: "rtos-v2",
                artifact: "rtos-v2",
                source: null,
                bytes: null,
                allowed_by: allowedBoth,
              },
              {
                component: "R998",
                component_type: "rtos",
                from: "rtos-v1",
                to: "rtos-v2",
                artifact: "rtos-v2",
                source: null,
                bytes: null,
                allowed_by: allowedBoth,
              },
            ],
          ],
        },
      ],
      cost: { installs: 3, stages: 1, exposure: 0, groups: 2 },
      optimal: true,
      written_order: "none",
      point_of_no_return: null,
      bound: { installs: 3, stages: 1, exposure: 0, groups: 2 },
      notes: [],
    });
  });

  test("no plan and no decision carry their exit status", () => {
    const core = [noRow(28, "| a | b | NO |")];
    expect(answerJson(planned, { ...none, core })).toEqual({
      type: "no-plan",
      manifest: "system-core-v2",
      core: [{ file: "m.yaml", line: 28, row: "| a | b | NO |" }],
      irreducible: false,
      repair: [],
      all_repairs_tried: false,
      reason: "No state between is acceptable.",
      exit: 14,
      notes: [],
    });
    expect(answerJson(planned, { kind: "undecided", nodes: 12 })).toEqual({
      type: "undecided",
      manifest: "system-core-v2",
      nodes: 12,
      exit: 14,
      notes: [],
    });
  });
});
