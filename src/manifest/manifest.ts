import type { ArtifactName, ComponentType, Sha256, Version } from "../core/ids.ts";
import type { Place } from "../core/problem.ts";
import type { EdgeTable } from "./edges.ts";
import type { Preferred } from "./preference.ts";
import type { Cell } from "./table.ts";
import type { Constraints } from "./written-constraints.ts";
import type { Topology } from "./topology.ts";
import type { NumberForm } from "./version-number.ts";

/** The wanted state of a System, whichever form it was written in. */
export interface Manifest {
  readonly file: string;
  readonly name: string;
  /** Null: the first Manifests need not say. */
  readonly systemTypes: { readonly names: readonly string[]; readonly at: Place } | null;
  /** In the order of the file. */
  readonly componentTypes: readonly WantedType[];
  readonly constraints: Constraints | null;
  /** Counts releases, so that an older bundle is told from a newer one. */
  readonly sequence: number | null;
  /** RFC 3339. */
  readonly expires: string | null;
  /** The Components that a Manifest of the first form names itself: they stand in where there is no Topology. */
  readonly inlineTopology: Topology | null;
}

/** What Components of one type are to become. */
export interface WantedType {
  readonly type: ComponentType;
  readonly target: ArtifactReference;
  readonly steppingStones: readonly ArtifactReference[];
  /** How the numbers of its versions are told from their names. */
  readonly numbers: NumberForm;
  /** Versions that exist, whether or not anything here gives them. */
  readonly versions: readonly Version[];
  /** Which of its versions to rest in on the way, where plans cost the same. */
  readonly prefer: Preferred;
  /** Null: the Artifacts alone say over what they may be installed. */
  readonly edges: EdgeTable | null;
  /** The hand-written order group, 1 to 100. */
  readonly order: number | null;
  /** Where that is written. */
  readonly orderAt: Place | null;
  readonly maxParallel: number | null;
  /** Null: not said. */
  readonly supportsRollback: boolean | null;
  readonly at: Place;
}

/** An Artifact by its name, by where it lies, or both; then the path wins if the file exists. */
export interface ArtifactReference {
  readonly name: ArtifactName | null;
  readonly path: string | null;
  /** Null: any of that name, or at that path. */
  readonly pin: Pin | null;
  /** The versions from which it may be installed; null: what the Artifact says. */
  readonly depends: Cell | null;
  readonly at: Place;
}

/** The checksum that the whole file of an Artifact must have. */
export interface Pin {
  readonly sha256: Sha256;
  readonly at: Place;
}
