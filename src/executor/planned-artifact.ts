import { type Provides, type UnmetDepend, unmetDepends } from "../artifact/matching.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { PlannedArtifact, TopologyComponent } from "../deployment/records.ts";
import type { Task } from "./ports.ts";

/** What the step of the Component may install: one Artifact, or several of one release. */
export function candidatesFor(
  artifacts: readonly PlannedArtifact[],
  { id, componentType }: Pick<TopologyComponent, "id" | "componentType">,
  version: string | undefined,
): readonly PlannedArtifact[] {
  return artifacts.filter(
    (planned) =>
      planned.componentType === componentType &&
      planned.version === version &&
      planned.components?.includes(id) !== false,
  );
}

/** Of several the first whose depends are met by what the Component provides. */
export function choosePlanned(
  { deployment, member }: Pick<Task, "deployment" | "member">,
  component: TopologyComponent,
  provides: Provides,
): Result<PlannedArtifact> {
  const candidates = candidatesFor(deployment.begin.artifacts, component, member.step?.to);
  const [first, ...others] = candidates;
  if (first === undefined) throw new Error(`no Artifact of ${component.id} for its step`);
  if (others.length === 0) return ok(first);
  const fitting = candidates.find((one) => unmet(one, component, provides).length === 0);
  return fitting === undefined ? fail(noneFits(first, component, provides)) : ok(fitting);
}

/** The one that was chosen when the work dir was made. */
export function chosenArtifact(
  { deployment, member }: Pick<Task, "deployment" | "member">,
  component: TopologyComponent,
): PlannedArtifact {
  const candidates = candidatesFor(deployment.begin.artifacts, component, member.step?.to);
  const chosen = candidates.find(({ identity }) => identity === member.artifact);
  const found = chosen ?? candidates[0];
  if (found === undefined) throw new Error(`no Artifact of ${component.id} for its step`);
  return found;
}

function unmet(
  { depends = {} }: PlannedArtifact,
  { componentType }: TopologyComponent,
  provides: Provides,
): readonly UnmetDepend[] {
  return unmetDepends(provides, componentType, { depends: new Map(Object.entries(depends)) });
}

function noneFits(
  planned: PlannedArtifact,
  component: TopologyComponent,
  provides: Provides,
): Problem {
  const [first] = unmet(planned, component, provides);
  const found = first?.found ?? null;
  return {
    code: "artifact-depends-unmet",
    message: `None of the Artifacts of "${planned.name}" can be installed on "${component.id}" as it is now.`,
    ...(first !== undefined && { expected: `${first.key}=${first.wanted.join(" or ")}` }),
    got: found === null ? "nothing" : `"${found}"`,
    hint: "Something else changed the Component. Install again: the plan is then made from what is there.",
  };
}
