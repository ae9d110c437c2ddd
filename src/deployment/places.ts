import type { SystemState } from "../manifest/system.ts";
import { type Places, placeAfter } from "../planner/model/standing.ts";
import type { Deployment } from "./deployment.ts";
import { versionIn } from "./state-of.ts";

/**
 * Where on their ways the Components are that have what the stage found: where the stages before it have led. What the
 * stage itself brings can only be undone, so that its place does not matter.
 */
export function placesOf({ begin, stage }: Deployment, state: SystemState): Places {
  const { system, plan } = begin;
  const made = plan.stages.slice(0, stage).flatMap(({ groups }) => groups.flat());
  return system.components.map((component, index) => {
    const versions = made
      .filter((step) => step.component === component.id)
      .map(({ to }) => versionIn(system, index, to) ?? -1);
    return state[index] === (versions.at(-1) ?? component.start)
      ? placeAfter(component, versions)
      : null;
  });
}
