import type { Artifact } from "../artifact/types.ts";
import { ArtifactName, type ComponentType } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { withoutSuffix } from "./cell.ts";
import type { ArtifactReference, Manifest } from "./manifest.ts";
import type { Cell } from "./table.ts";

/** An Artifact that the Manifest names, not looked for yet. */
export interface WantedArtifact {
  readonly type: ComponentType;
  readonly role: "target" | "stepping-stone";
  readonly reference: ArtifactReference;
}

/** One that was found, or is known by its name only. */
export interface AvailableArtifact {
  readonly type: ComponentType;
  readonly role: "target" | "stepping-stone";
  readonly name: ArtifactName;
  /** Null: planned by its name. */
  readonly artifact: Artifact | null;
  /** What the Manifest says beside it: the versions from which it may be installed. Null: nothing. */
  readonly depends: Cell | null;
}

/** Every Artifact that the Manifest names: for each type the wanted one, then its stepping stones. */
export function wantedArtifacts({
  componentTypes,
}: Pick<Manifest, "componentTypes">): readonly WantedArtifact[] {
  return componentTypes.flatMap(({ type, target, steppingStones }) => [
    { type, role: "target" as const, reference: target },
    ...steppingStones.map((reference) => ({ type, role: "stepping-stone" as const, reference })),
  ]);
}

/** The wanted Artifact as it was found. */
export function availableArtifact(wanted: WantedArtifact, artifact: Artifact): AvailableArtifact {
  const { type, role, reference } = wanted;
  return { type, role, name: artifact.name, artifact, depends: reference.depends };
}

/** The wanted Artifact by its name, or where it has none, by that of its file: for planning without files. */
export function artifactByName(wanted: WantedArtifact): AvailableArtifact {
  const { type, role, reference } = wanted;
  return { type, role, name: nameOf(reference), artifact: null, depends: reference.depends };
}

/** The name that stands in for that of the Artifact at the path; null where the path ends in none. */
export function fileArtifactName(path: string): ArtifactName | null {
  const file = path.split("/").at(-1) ?? "";
  const [name] = [withoutSuffix(file), file].flatMap((text) => {
    const parsed = ArtifactName.safeParse(text);
    return parsed.success ? [parsed.data] : [];
  });
  return name ?? null;
}

/** Where the Manifest gives a name and the Artifact at its path has another one; the path wins. */
export function nameNotes(wanted: WantedArtifact, { name }: AvailableArtifact): readonly Problem[] {
  const { reference } = wanted;
  if (reference.name === null || reference.name === name) return [];
  return [
    {
      code: "artifact-name-differs",
      message: `The Artifact at "${reference.path ?? ""}" is called "${name}", not "${reference.name}".`,
      at: reference.at,
      expected: reference.name,
      got: name,
      hint: "Correct the name or the path in the Manifest; the file is what will be installed.",
    },
  ];
}

function nameOf({ name, path }: ArtifactReference): ArtifactName {
  if (name !== null) return name;
  const parsed = fileArtifactName(path ?? "");
  if (parsed === null) throw new Error("an Artifact without a name in a Manifest that was read");
  return parsed;
}
