import { interruptPolicy } from "../../install/interrupt-policy.ts";
import type { Planning } from "../../install/planning.ts";
import { startState } from "../../manifest/system-state.ts";
import type { Section } from "../../pictures/picture.ts";
import { risksSection } from "../../pictures/simulation-picture.ts";
import { exploringFrom, plannedFrom } from "../../simulate/simulate.ts";
import { toItsEnd } from "../../simulate/explore.ts";
import type { Context } from "./context.ts";

/** Larger plans are left to `simulate`. */
const mostInstalls = 16;
const mostSituations = 5_000;

/** Where the System ends with one fault, as far as that takes no more than a moment. */
export async function cheapRisks(
  { compute }: Context,
  { manifest, system, answer, survey, nodeLimit }: Planning,
): Promise<readonly Section[]> {
  if (answer.kind !== "plan" || answer.plan.stages.length === 0) return [];
  if (answer.plan.cost.installs > mostInstalls) return [leftOut];
  const what = { work: "simulating", name: manifest.name, most: null } as const;
  const exploration = await compute(what, (heard) => {
    const planned = plannedFrom(system, startState(system), { nodeLimit, heard });
    const how = {
      scope: { faults: 1, limit: mostSituations },
      policy: interruptPolicy(survey),
      nodeLimit,
    };
    const steps = exploringFrom(system, planned, how);
    return { ...planned, exploration: steps === null ? null : toItsEnd(steps) };
  });
  if (exploration.exploration === null || exploration.exploration.givenUp !== null)
    return [leftOut];
  return [
    risksSection({
      manifest: manifest.name,
      faults: 1,
      system,
      runs: [exploration],
      untried: 0,
      accepted: [],
      notes: [],
    }),
  ];
}

const leftOut: Section = {
  title: "Risks",
  lines: [`Not simulated: this plan is too large for a moment. "simulate" does it.`],
};
