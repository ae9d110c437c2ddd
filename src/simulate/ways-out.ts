import { contingencyPlanning } from "../deployment/contingency-plan.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { Replanned } from "../deployment/records.ts";
import type { Grounding } from "../planner/constraints/grounding.ts";
import type { Steps } from "../planner/model/budget.ts";
import { Unfinished } from "./checker/model.ts";

/** Finds ways out, and throws Unfinished where one takes longer than a turn: whoever asks again goes on with it. */
export type WaysOut = (deployment: Deployment) => Replanned;

/** So many steps of a search are made in one turn: some tens of milliseconds. */
const stepsOfTurn = 10;

/** What tells them apart is kept with the answers, up to so many characters. */
const mostKept = 4_000_000;

export function waysOut(grounding: Grounding): WaysOut {
  const found = new Map<string, Replanned>();
  const begun = new Map<string, Steps<Replanned>>();
  let kept = 0;
  return (deployment) => {
    const { direction, stage, members } = deployment;
    const key = JSON.stringify([direction, stage, members]);
    const known = found.get(key);
    if (known !== undefined) return known;
    const search = begun.get(key) ?? contingencyPlanning(deployment, grounding);
    for (let steps = 0; steps < stepsOfTurn; steps += 1) {
      const step = search.next();
      if (step.done !== true) continue;
      begun.delete(key);
      if (kept > mostKept) {
        found.clear();
        kept = 0;
      }
      found.set(key, step.value);
      kept += key.length;
      return step.value;
    }
    begun.set(key, search);
    throw new Unfinished();
  };
}
