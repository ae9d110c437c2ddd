import type { Artifact } from "../artifact/types.ts";
import type { ArtifactName, ComponentType } from "../core/ids.ts";

/** An Artifact of a bundle, as far as it matters to whoever looks for one by its name. */
export interface Candidate {
  readonly artifact: Artifact;
  /** The entry's. */
  readonly entryName: string;
  /** Bytes of the entry. */
  readonly size: number;
}

/**
 * One release may have several Artifacts of one name: those for this type, the smallest first, ties by the entry's
 * name.
 */
export function byName<T extends Candidate>(
  all: readonly T[],
  name: ArtifactName,
  type: ComponentType,
): readonly T[] {
  return all
    .filter(({ artifact }) => artifact.name === name && isFor(artifact, type))
    .toSorted((one, other) => one.size - other.size || (one.entryName < other.entryName ? -1 : 1));
}

export function isFor({ depends }: Artifact, type: ComponentType): boolean {
  return depends.get("device_type")?.includes(type) ?? true;
}
