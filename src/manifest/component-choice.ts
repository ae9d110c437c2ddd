import type { ComponentId, Version } from "../core/ids.ts";
import type { AvailableArtifact } from "./available-artifacts.ts";
import { artifactsAlong, type InstallEdges, type InstallEdgesInput } from "./install-edges.ts";

/** Which Artifacts one Component gets: of those of one release the first that may be installed on what it is then. */
export interface ComponentChoice {
  readonly component: ComponentId;
  /** All that it may get on any way. */
  readonly possible: ReadonlySet<AvailableArtifact>;
  /** For each version on a way from where it is now, what brings it there; null where nothing does. */
  readonly along: (way: readonly Version[]) => readonly (AvailableArtifact | null)[];
}

export function componentChoice(
  component: ComponentId,
  input: InstallEdgesInput,
  found: InstallEdges | null,
): ComponentChoice {
  return {
    component,
    possible: found?.chosen ?? new Set(),
    along: (way) => artifactsAlong(input, way),
  };
}
