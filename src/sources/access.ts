import type { VerifyKey } from "../artifact/keys.ts";
import type { Artifact } from "../artifact/types.ts";
import type { Sha256 } from "../core/ids.ts";
import type { ArtifactLocation } from "../manifest/location.ts";
import type { ByteSource, Decompressors, Files } from "../platform/types.ts";
import type { ArtifactCache } from "./cache/artifact-cache.ts";
import type { MenderServer } from "./server/server.ts";

/** An Artifact whose bytes can be read until it is closed; its header has been verified. */
export interface OpenArtifact {
  readonly source: ByteSource;
  readonly artifact: Artifact;
  /** All of it was read and has proved right: a cache that it came through may keep it. */
  readonly keep: () => Promise<void>;
  readonly close: () => void;
}

/** What is needed to open Artifacts again, in this run or in a later one. */
export interface Access {
  readonly files: Files;
  readonly decompressors: Decompressors;
  readonly keys: readonly VerifyKey[];
  readonly supply: Supply;
}

/** What a plan knows of an Artifact, to find its bytes again. */
export interface PlannedBytes {
  readonly location: ArtifactLocation;
  /** Undefined: nobody knows which one it was, for the journal is of a time that did not tell. */
  readonly identity?: Artifact["identity"] | undefined;
  /** The sum of the whole file, if that is still to be checked. */
  readonly pin?: Sha256 | undefined;
}

/** Where the bytes of Artifacts come from that lie in no file of the user's. */
export interface Supply {
  readonly cache: ArtifactCache;
  /** In the datastore: what ways out may install and the cache cannot hold. Nothing else is put there. */
  readonly aside: ArtifactCache;
  readonly server: MenderServer;
  /** Headers that were read and verified in this run, by their identity: nobody asks for them twice. */
  readonly heads: Map<Sha256, Artifact>;
}

export type SuppliedLocation = Extract<ArtifactLocation, { kind: "cache" | "server" }>;
