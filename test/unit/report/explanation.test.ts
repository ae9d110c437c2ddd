import { expect, test } from "vitest";
import type { ComponentType } from "../../../src/core/ids.ts";
import type { System } from "../../../src/manifest/system.ts";
import { explain, type WhyNot } from "../../../src/planner/explain.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { coreLines } from "../../../src/report/nogood-text.ts";
import { explanationJson } from "../../../src/report/explanation-json.ts";
import { explanationLines } from "../../../src/report/explanation-text.ts";
import type { PlannedSystem } from "../../../src/report/planned.ts";
import { plainStyle } from "../../../src/report/style.ts";
import { seedSketch, systemOf } from "../../support/planner-systems.ts";

function plannedOf(system: System): PlannedSystem {
  return {
    manifest: "m",
    system,
    from: { systemVersion: null, components: [] },
    toVersion: null,
    writtenOrder: "none",
    artifactOf: () => null,
    placesOf: () => null,
    whyNot: null,
    notes: [],
  };
}

test("of the numbers of a long written order those near the rows and the first are told, unless each is known to matter", () => {
  const names = Array.from({ length: 13 }, (_, index) => `t${String(index)}`);
  const system = systemOf({
    types: Object.fromEntries(names.map((name, order) => [name, { versions: ["v"], order }])),
    components: [],
    transitionTables: [{ name: "transit", columns: ["t12"], rows: [] }],
  });
  const rule = { file: "m.yaml", line: 90, row: "| v | NO |" };
  const why: WhyNot = {
    kind: "no-plan",
    core: [
      { kind: "row", table: "transit", rule },
      ...names.map((_, type) => ({ kind: "order" as const, type })),
    ],
    isIrreducible: false,
    isAlone: true,
    farthest: null,
    nearest: "undecided",
    repairs: [],
    areRepairsComplete: false,
  };
  const placesOf = (type: ComponentType) => {
    const place = { file: "m.yaml", line: 10 + Number(type.slice(1)) };
    return { order: place, artifact: place, prefer: "newest" as const, closed: () => [] };
  };
  const places = { system, placesOf };
  const number = (at: number) =>
    `  m.yaml:${String(10 + at)}  the order of "t${String(at)}" is written by hand: ${String(at)}`;
  const numbers = names.map((_, at) => number(at));
  const head = [
    "Together these rules forbid it, whatever the others say:",
    "  m.yaml:90  | v | NO |",
  ];
  expect(coreLines(places, why, plainStyle)).toEqual([
    ...head,
    ...numbers.slice(12),
    ...numbers.slice(0, 9),
    "  and 3 more numbers that are written by hand",
    "  Not reduced further: some of them may not be needed.",
  ]);
  expect(coreLines(places, { ...why, isIrreducible: true }, plainStyle)).toEqual([
    ...head,
    ...numbers,
  ]);
  const fewer = { ...why, core: why.core.slice(0, 12) };
  expect(coreLines(places, fewer, plainStyle)).toContain(numbers[10]);
});

test("an order that may not be the only one is not told as if it were", () => {
  const system = systemOf(seedSketch);
  const answer = findPlan(system);
  const explanation = explain(system, answer);
  if (explanation.kind !== "plan") throw new Error(explanation.kind);
  const report = {
    planned: plannedOf(system),
    answer,
    explanation: { ...explanation, isProved: false },
  };
  const order = `The order of the plan for "m":
  R456 and R998 after G13: the other order is forbidden by
    transit1.yaml:2  gateway-v1 rtos-v2 NO`;
  const unproved =
    "Not proved: it was not found out within the limit whether some states are part of an end state, so another order may be allowed.";
  expect(explanationLines(report, plainStyle).join("\n")).toBe(`${order}\n${unproved}`);
  expect(explanationLines({ ...report, explanation }, plainStyle).join("\n")).toBe(order);
  expect(explanationJson(report)).toMatchObject({ order: [{ after: ["G13"] }], proved: false });
  expect(explanationJson({ ...report, explanation })).toMatchObject({ proved: true });
});

test("a combination keeps every column, also where two are of one type", () => {
  const versions = ["rtos-v1", "rtos-v2"];
  const system = systemOf({
    types: { rtos: { versions } },
    components: [
      { id: "R456", type: "rtos" },
      { id: "R998", type: "rtos" },
    ],
    endTables: [{ columns: ["rtos"], rows: ["rtos-v1 YES v.1", "rtos-v2 YES v.2"] }],
    transitionTables: [{ columns: ["rtos", "rtos"], rows: [] }],
  });
  const answer = findPlan(system);
  const explanation = explain(system, answer);
  const report = { planned: plannedOf(system), answer, explanation };
  expect(explanationJson(report)).toMatchObject({
    core: [{ kind: "unlisted", combination: { rtos: versions.toReversed() } }],
  });
  // Either order of the two needs the row, so one combination that is added would not do.
  expect(explanationLines(report, plainStyle).slice(-2)).toEqual([
    "This would open a way:",
    '  add the end state R456 rtos-v1, R998 rtos-v2, in a row that allows rtos-v1 and rtos-v2 of "rtos"',
  ]);
});

test("where what can be installed depends on the way, it is told that no more than the answer was decided", () => {
  const sketch = systemOf({
    types: { a: { versions: ["a1", "a2"] }, b: { versions: ["b1", "b2"] } },
    components: [
      { id: "A", type: "a" },
      { id: "B", type: "b" },
    ],
    endTables: [{ columns: ["a", "b"], rows: ["a1 b1 YES v.1", "a2 b2 YES v.2"] }],
    transitionTables: [{ columns: ["a", "b"], rows: ["a1 b2 NO"] }],
  });
  const places = [
    { version: 0, hops: [1] },
    { version: 1, hops: [2] },
    { version: 0, hops: [] },
  ];
  const system = {
    ...sketch,
    components: sketch.components.map((component) =>
      component.id === "A" ? { ...component, ways: { start: 0, places } } : component,
    ),
  };
  const answer = findPlan(system);
  const report = { planned: plannedOf(system), answer, explanation: explain(system, answer) };
  expect(explanationLines(report, plainStyle).at(-1)).toBe(
    "What can be installed on A depends on what was there before: how far one gets, and what would open a way, was not decided.",
  );
  expect(explanationJson(report)).toEqual({
    type: "explanation",
    manifest: "m",
    answer: "no-plan",
    unexplained: "ways",
    notes: [],
    exit: 14,
  });
});
