import type { Artifact } from "../artifact/types.ts";
import type { ArtifactName } from "../core/ids.ts";
import type { WantedArtifact } from "../manifest/available-artifacts.ts";
import type { ArtifactLocation } from "../manifest/location.ts";

/** One that is wanted, by its name. */
export interface NamedArtifact {
  readonly wanted: WantedArtifact;
  readonly name: ArtifactName;
}

/** An Artifact that the Manifest names, found; its header has been read and verified. */
export interface LocatedArtifact {
  readonly wanted: WantedArtifact;
  readonly artifact: Artifact;
  readonly location: ArtifactLocation;
  /** How people find it. */
  readonly name: string;
  /** Bytes of the whole file. */
  readonly size: number;
}
