import type { Deployment } from "../../src/deployment/deployment.ts";
import type { Begin } from "../../src/deployment/records.ts";
import { groundingOf } from "../../src/planner/constraints/grounding.ts";
import { deploymentModel, type Told } from "../../src/simulate/deployment-model.ts";
import { type Answers, realMachine, type Situation } from "../../src/simulate/situation.ts";

/**
 * All that can come of a deployment, in a second way: situations are told apart by all that is known of them, written
 * out, and gone through in the order of the faults that they take. Nothing is packed and nothing taken for alike.
 */
export function exploredByForce(
  begin: Begin,
  answers: Answers,
  faults: number,
): ReadonlyMap<string, { readonly found: Told; readonly faults: number }> {
  const grounding = groundingOf(begin.system);
  const model = deploymentModel(begin, { machine: realMachine, answers, grounding });
  const found = new Map<string, { readonly found: Told; readonly faults: number }>();
  const met = new Set<string>();
  let coming: readonly Situation[] = [model.initial];
  for (let taken = 0; taken <= faults; taken += 1) {
    const further: Situation[] = [];
    const note = (finding: ReturnType<typeof model.atStep>, by: number) => {
      if (finding !== null && !found.has(finding.key))
        found.set(finding.key, { found: finding.found, faults: by });
    };
    for (const first of coming) {
      for (let at: Situation | null = first; at !== null;) {
        const text = written(at);
        if (met.has(text)) break;
        met.add(text);
        const here: Situation = at;
        for (const { next } of taken < faults ? model.faults(here) : []) {
          note(model.atStep(here, next), taken + 1);
          further.push(next);
        }
        const next: Situation | null = model.onward(here);
        note(next === null ? model.atEnd(here) : model.atStep(here, next), taken);
        at = next;
      }
    }
    coming = further;
  }
  return found;
}

/** Without what is only told of how it came about. */
function written({ deployment, ...rest }: Situation): string {
  const { begin: _, run, runs: __, failure, isTold: ___, ...known }: Deployment = deployment;
  return JSON.stringify([known, run.bootId, failure === null, rest]);
}
