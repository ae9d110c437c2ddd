import type { ArtifactName, Sha256 } from "../core/ids.ts";

/** The header of a Mender Artifact, verified against its manifest; payload checksums come while streaming. */
export interface Artifact {
  /** The SHA-256 of its `manifest`, which covers everything in it: two with the same one are the same Artifact. */
  readonly identity: Sha256;
  readonly name: ArtifactName;
  readonly group: string | null;
  readonly payloadType: string;
  /** header-info's and type-info's together, `artifact_name` and `artifact_group` among them. */
  readonly provides: ReadonlyMap<string, string>;
  /** header-info's and type-info's together; every key must have one of its values. */
  readonly depends: ReadonlyMap<string, readonly string[]>;
  /** Globs (`*` only); null where the Artifact has no such field, which clears all. */
  readonly clears: readonly string[] | null;
  /** In the order of the Artifact's manifest. Sizes are known only once the payload was read. */
  readonly payloadFiles: readonly PayloadFile[];
  readonly hasStateScripts: boolean;
  /** As they stand in the Artifact, for the work dir. */
  readonly verbatim: {
    readonly headerInfo: Uint8Array;
    readonly typeInfo: Uint8Array;
    readonly metaData: Uint8Array | null;
  };
}

export interface PayloadFile {
  /** A single safe path part. */
  readonly name: string;
  readonly sha256: Sha256;
}

/** One payload file on its way: `content` must be read to its end before the next one is asked for. */
export interface PayloadStream {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array>;
}
