import { expect, test } from "vitest";
import { syntheticBegin } from "../../../src/deployment/synthetic-begin.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { groundingOf } from "../../../src/planner/constraints/grounding.ts";
import { check } from "../../../src/simulate/checker/check.ts";
import { deploymentModel } from "../../../src/simulate/deployment-model.ts";
import { exploring } from "../../../src/simulate/explore.ts";
import { answersOf } from "../../../src/simulate/simulate.ts";
import { realMachine } from "../../../src/simulate/situation.ts";
import { tangledSystem } from "../../support/tangled.ts";

/** A System of which one way out takes many thousand nodes. */
const system = tangledSystem(12, 3);
const answer = findPlan(system);
if (answer.kind !== "plan") throw new Error("there is no plan to explore");
const first = syntheticBegin(system, answer.plan);
const answers = answersOf(system);
const scope = { faults: 1, limit: 8000 };

test("a way out that takes long is searched for in turns, and what comes of it is the same", () => {
  const steps = exploring(first, answers, { ...scope, merging: "none" });
  const turns = new Map<number, number>();
  let step = steps.next(null);
  for (; step.done !== true; step = steps.next(null)) {
    const { situations } = step.value;
    turns.set(situations, (turns.get(situations) ?? 0) + 1);
  }
  expect(Math.max(...turns.values())).toBeGreaterThan(1);

  const setting = { machine: realMachine, answers, grounding: groundingOf(system) };
  const whole = check(deploymentModel(first, setting), { faults: 1, situations: scope.limit });
  let at = whole.next(null);
  while (at.done !== true) at = whole.next(null);
  const { situations, found } = at.value;
  expect(step.value.situations).toBe(situations);
  const ends = step.value.ends.map(({ outcome, world, faults }) => ({ outcome, world, faults }));
  const expected = found.flatMap(({ found: told, faults }) =>
    told.kind === "end" ? [{ outcome: told.end.outcome, world: told.end.world, faults }] : [],
  );
  expect(ends).toEqual(expected);
});

test("it is given up in the middle of one", () => {
  const steps = exploring(first, answers, scope);
  let before = -1;
  let step = steps.next(null);
  while (step.done !== true && step.value.situations !== before) {
    before = step.value.situations;
    step = steps.next(null);
  }
  const end = steps.next("signal");
  expect(end).toMatchObject({ done: true, value: { givenUp: "signal", situations: before } });
});
