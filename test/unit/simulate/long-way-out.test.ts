import { expect, test } from "vitest";
import * as z from "zod";
import { syntheticBegin } from "../../../src/deployment/synthetic-begin.ts";
import { groundingOf } from "../../../src/planner/constraints/grounding.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { check } from "../../../src/simulate/checker/check.ts";
import { deploymentModel } from "../../../src/simulate/deployment-model.ts";
import { answersOf } from "../../../src/simulate/simulate.ts";
import { realMachine, type Situation } from "../../../src/simulate/situation.ts";
import { waysOut } from "../../../src/simulate/ways-out.ts";
import { tangledSystem } from "../../support/tangled.ts";

const Coverage = z.object({ situations: z.number() });

/** A System of which a way out takes more than ten thousand nodes. */
const system = tangledSystem(12, 3);
const answer = findPlan(system);
if (answer.kind !== "plan") throw new Error("there is no plan to explore");
const first = syntheticBegin(system, answer.plan);

/** From where the hub, which cannot go back, is installed and the next group is about to be. */
function checking(turns: "in turns" | "at once") {
  const grounding = groundingOf(system);
  const setting = { machine: realMachine, answers: answersOf(system), grounding };
  const model = deploymentModel(
    first,
    turns === "in turns" ? { ...setting, wayOut: waysOut(grounding) } : setting,
  );
  let initial: Situation | null = model.initial;
  while (initial !== null) {
    const intent = initial.deployment.open?.intent;
    if (intent?.round === "ArtifactInstall" && intent.group === 1) break;
    initial = model.onward(initial);
  }
  if (initial === null) throw new Error("there is no second group");
  return check({ ...model, initial }, { faults: 1, situations: 400 });
}

/** What is found, and how often one could look at signals meanwhile. */
function looked(turns: "in turns" | "at once") {
  const steps = checking(turns);
  let looks = 0;
  let step = steps.next(null);
  for (; step.done !== true; step = steps.next(null)) looks += 1;
  return { found: step.value, looks };
}

test("a way out that takes long is searched for in turns, and what comes of it is the same", () => {
  const turns = looked("in turns");
  const whole = looked("at once");
  expect(turns.looks).toBeGreaterThan(whole.looks);
  expect(turns.found).toEqual(whole.found);
  expect(whole.found.found.length).toBeGreaterThan(1);
});

test("it is given up in the middle of one", () => {
  const steps = checking("in turns");
  const { situations } = Coverage.parse(steps.next(null).value);
  expect(situations).toBeLessThan(400);
  expect(steps.next("signal")).toMatchObject({
    done: true,
    value: { givenUp: "signal", situations },
  });
});
