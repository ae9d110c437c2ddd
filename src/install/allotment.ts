import type { ComponentId } from "../core/ids.ts";
import type { AvailableArtifact } from "../manifest/available-artifacts.ts";
import type { ComponentChoice } from "../manifest/component-choice.ts";
import { versionNamed } from "../manifest/version.ts";
import type { Answer, Plan, Step } from "../planner/model/plan.ts";
import type { LocatedArtifact } from "../sources/located.ts";
import type { ArtifactCandidates } from "./artifacts.ts";

/** Which Artifact each Component gets, where a release has several for its type. */
export interface Allotment {
  /** Those that some Component may get, and those that are the only ones of their release. */
  readonly located: readonly LocatedArtifact[];
  /** The Components that may get it, on the plan's way or on another; null: all of its type, for it is the only one. */
  readonly takersOf: (located: LocatedArtifact) => readonly ComponentId[] | null;
  /** What a step of the plan installs; null: it is known by name only. */
  readonly ofStep: (step: PlannedStep) => LocatedArtifact | null;
}

export type PlannedStep = Pick<Step, "component" | "componentType" | "from" | "to">;

export function allot(
  each: ArtifactCandidates["each"],
  choices: readonly ComponentChoice[],
  answer: Answer,
): Allotment {
  const takers = new Map(
    each.flatMap(({ candidates }) =>
      candidates.length < 2 ? [] : candidates.map((one) => [one, whoMayGet(one, choices)] as const),
    ),
  );
  const located = each.flatMap(({ candidates }) => {
    const taken = candidates.filter((one) => takers.get(one)?.length !== 0);
    return taken.length > 0 ? taken : candidates.slice(0, 1);
  });
  const steps =
    answer.kind === "plan"
      ? stepsOf(answer.plan, choices, located)
      : new Map<string, LocatedArtifact>();
  return {
    located,
    takersOf: (one) => takers.get(one) ?? null,
    ofStep: (step) => steps.get(keyOf(step)) ?? onlyOne(located, step),
  };
}

function whoMayGet(
  located: LocatedArtifact,
  choices: readonly ComponentChoice[],
): readonly ComponentId[] {
  return choices.flatMap(({ component, possible }) =>
    [...possible].some((available) => isSame(located, available)) ? [component] : [],
  );
}

/** By where a Component is then: what it provides is known as far as the way there. */
function stepsOf(
  { stages }: Plan,
  choices: readonly ComponentChoice[],
  located: readonly LocatedArtifact[],
): ReadonlyMap<string, LocatedArtifact> {
  const ways = new Map<ComponentId, Step[]>();
  for (const step of stages.flatMap(({ groups }) => groups.flat())) {
    const way = ways.get(step.component);
    if (way === undefined) ways.set(step.component, [step]);
    else way.push(step);
  }
  const found = new Map<string, LocatedArtifact>();
  for (const { component, along } of choices) {
    const steps = ways.get(component) ?? [];
    const artifacts = along(steps.map(({ to }) => to));
    for (const [index, step] of steps.entries()) {
      const available = artifacts[index] ?? null;
      const one = located.find((candidate) => available !== null && isSame(candidate, available));
      if (one !== undefined) found.set(keyOf(step), one);
    }
  }
  return found;
}

function isSame({ wanted, artifact }: LocatedArtifact, available: AvailableArtifact): boolean {
  return available.type === wanted.type && available.artifact === artifact;
}

function keyOf({ component, from, to }: PlannedStep): string {
  return JSON.stringify([component, from, to]);
}

function onlyOne(
  located: readonly LocatedArtifact[],
  { componentType, to }: PlannedStep,
): LocatedArtifact | null {
  const found = located.filter(
    ({ wanted, artifact }) => wanted.type === componentType && versionNamed(artifact.name) === to,
  );
  return found[0] ?? null;
}
