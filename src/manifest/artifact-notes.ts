import type { Manifest } from "./manifest.ts";
import type { Problem } from "../core/problem.ts";
import { type AvailableArtifact, type WantedArtifact } from "./available-artifacts.ts";

/** A wanted Artifact and what stands for it. */
export interface StandIn {
  readonly wanted: WantedArtifact;
  readonly available: AvailableArtifact;
}

/** No more are told by name. */
const maxTold = 10;

/** One note for all that are planned by their names. */
export function byNameNote(artifacts: readonly StandIn[]): readonly Problem[] {
  const missing = artifacts.filter(({ available }) => available.artifact === null);
  const [first] = missing;
  if (first === undefined) return [];
  const names = missing
    .slice(0, maxTold)
    .map(({ available }) => `"${available.name}" (${available.type})`)
    .join(", ");
  const more = missing.length > maxTold ? ` and ${missing.length - maxTold} more` : "";
  return [
    {
      code: "artifact-not-at-hand",
      message: `Known by name only, for the files are not at hand: ${names}${more}.`,
      at: first.wanted.reference.at,
      hint: `What they depend on, provide and clear was not checked, nor their signatures; only the Manifest's "depends" counts. Put the files in their places, or give the bundle.`,
    },
  ];
}

/** Each path at which nothing lies. */
export function missingPathNotes(artifacts: readonly StandIn[]): readonly Problem[] {
  return artifacts.flatMap(({ wanted: { type, reference }, available }) => {
    const { path, at } = reference;
    if (available.artifact !== null || path === null) return [];
    return [
      {
        code: "artifact-not-at-hand" as const,
        message: `There is no Artifact at "${path}" for the Component type "${type}".`,
        at,
        got: path,
        hint: `Put the file there, or correct the path; what it depends on was not checked.`,
      },
    ];
  });
}

/** Nothing says from where they may be installed, so that a plan may lead over them where no device can. */
export function uncheckedStoneNotes(
  artifacts: readonly StandIn[],
  { componentTypes }: Pick<Manifest, "componentTypes">,
): readonly Problem[] {
  const edged = new Set(
    componentTypes.flatMap(({ type, edges }) => (edges === null ? [] : [type])),
  );
  return artifacts.flatMap(({ wanted: { role, type, reference }, available }) => {
    const isSaid = reference.depends !== null || edged.has(type);
    if (role !== "stepping-stone" || available.artifact !== null || isSaid) return [];
    return [
      {
        code: "stepping-stone-unchecked" as const,
        message: `Nothing says from which versions the stepping stone "${available.name}" of "${type}" may be installed: its file is not at hand, and it has neither "depends" nor edges.`,
        at: reference.at,
        hint: `It counts as installable from all of them. Put the file in its place, or add "depends" or edges.`,
      },
    ];
  });
}
