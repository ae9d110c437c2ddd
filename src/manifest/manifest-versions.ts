import type { ComponentType, Version } from "../core/ids.ts";
import { fileArtifactName } from "./available-artifacts.ts";
import { knownVersions, type KnownVersions, namesIn } from "./cell-versions.ts";
import type { ArtifactReference, Manifest, WantedType } from "./manifest.ts";
import { inOrder, namedVersions, namingTables } from "./named-versions.ts";
import { versionNamed } from "./version.ts";

/** The versions that a Manifest itself speaks of, without any device and any file. */
export function manifestVersions({
  constraints,
  componentTypes,
}: Pick<Manifest, "constraints" | "componentTypes">): ReadonlyMap<ComponentType, KnownVersions> {
  const types = componentTypes.map(({ type }) => type);
  const named = namedVersions(namingTables(constraints, types), types);
  return new Map(
    componentTypes.map((wanted) => [
      wanted.type,
      knownVersions(
        inOrder([
          ...(named.get(wanted.type) ?? []),
          ...artifactVersions(wanted),
          ...saidVersions(wanted),
        ]),
        new Set(),
        wanted.numbers,
      ),
    ]),
  );
}

/** Of its Artifacts, by name or by that of the file. */
export function artifactVersions({ target, steppingStones }: WantedType): readonly Version[] {
  return [target, ...steppingStones].map(({ name, path }: ArtifactReference) =>
    versionNamed(name ?? fileArtifactName(path ?? "") ?? ""),
  );
}

/** Those of which the type itself speaks beside its Artifacts. */
export function saidVersions({ edges, versions }: WantedType): readonly Version[] {
  const cells = edges?.rows.flatMap(({ from, to }) => [from, to]) ?? [];
  return [...versions, ...cells.flatMap(namesIn)];
}
