import type { VerifyKey } from "../artifact/keys.ts";
import type { Bundle } from "../bundle/bundle.ts";
import type { ByteSource, Decompressors, Files } from "../platform/types.ts";

/** Where the Artifacts of a Manifest may lie. */
export interface Places {
  readonly files: Files;
  readonly decompressors: Decompressors;
  /** One of them must have signed every Artifact; none demands nothing. */
  readonly keys: readonly VerifyKey[];
  /** Null: the Manifest came alone. */
  readonly bundle: OpenBundle | null;
  /** The directory of a Manifest that came alone. */
  readonly beside: {
    /** Absolute. */
    readonly path: string;
    /** As people named it, for messages; empty for where they are. */
    readonly name: string;
  };
}

export interface OpenBundle {
  /** Absolute. */
  readonly path: string;
  readonly bundle: Bundle;
  readonly source: ByteSource;
}
