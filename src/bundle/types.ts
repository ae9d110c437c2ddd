import type { Sha256 } from "../core/ids.ts";
import type { PayloadSize } from "./entry-list.ts";

/** What a bundle holds. */
export interface BundleContent {
  /**
   * Of all that it holds: the checksum of its `checksums`, whoever has signed them. A tar packed by hand has none, so
   * there it is its Manifest's.
   */
  readonly identity: Sha256;
  readonly manifest: { readonly entry: string; readonly bytes: Uint8Array };
  /** The Artifacts, in the order they lie in. */
  readonly entries: readonly BundleEntry[];
  /** It carries a signature, checked or not. */
  readonly signed: boolean;
  /** The name of the key that its signature is of; null where no keys were given. */
  readonly verifiedBy: string | null;
  /** A tar made by hand, without `version` and checksums. */
  readonly plain: boolean;
}

export interface BundleEntry {
  readonly name: string;
  /** Bytes from the start of the bundle. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /** Null in a plain bundle. */
  readonly sha256: Sha256 | null;
  /**
   * Set where a key that was given has signed that all of the Artifact was verified before its checksum was taken:
   * bytes that have the checksum need not be unpacked to know that they are sound.
   */
  readonly vouched: PayloadSize | null;
}
