import { expect, test } from "vitest";
import { explain } from "../../../src/planner/explain.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { explanationJson } from "../../../src/report/explanation-json.ts";
import { explanationLines } from "../../../src/report/explanation-text.ts";
import type { PlannedSystem } from "../../../src/report/planned.ts";
import { plainStyle } from "../../../src/report/style.ts";
import { seedSketch, systemOf } from "../../support/planner-systems.ts";

const planned: PlannedSystem = {
  manifest: "m",
  from: { systemVersion: null, components: [] },
  toVersion: null,
  writtenOrder: "none",
  artifactOf: () => null,
  placesOf: () => null,
  whyNot: null,
  notes: [],
};

test("an order that may not be the only one is not told as if it were", () => {
  const system = systemOf(seedSketch);
  const answer = findPlan(system);
  const explanation = explain(system, answer);
  if (explanation.kind !== "plan") throw new Error(explanation.kind);
  const report = { planned, system, answer, explanation: { ...explanation, isProved: false } };
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
