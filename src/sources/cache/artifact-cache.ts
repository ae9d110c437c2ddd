import type { Sha256 } from "../../core/ids.ts";
import type { Problem } from "../../core/problem.ts";
import type { Result } from "../../core/result.ts";
import type { ByteSource, Clock } from "../../platform/types.ts";
import type { Needs } from "./evict.ts";
import type { IndexPorts, SoundEntry } from "./indexed.ts";

export interface CachePorts extends IndexPorts {
  readonly clock: Pick<Clock, "randomId" | "now">;
  /** Absolute. */
  readonly directory: string;
  /** Bytes; null: no limit. */
  readonly maxBytes: number | null;
  /** Whether what is read is kept. Else what lies there is used, and only `store` adds to it. */
  readonly isFilled: boolean;
  /**
   * Called with what went wrong with the cache itself: once each, and never because of that does anything else fail.
   */
  readonly tell: (problem: Problem) => void;
}

/** An Artifact as it is known before its bytes are there. */
export interface WantedBytes {
  /** How people find it, for messages. */
  readonly name: string;
  /** The sum of its `manifest`, by which it is found. */
  readonly identity: Sha256;
  /** Bytes of the whole file. */
  readonly size: number;
  /** The sum of the whole file, if only that will do: the same Artifact may have been signed again. */
  readonly pin?: Sha256 | undefined;
}

/** Where an Artifact comes from if it is not in the cache. Nothing is asked for before the first byte is read. */
export type Origin = () => ByteSource & { readonly close?: () => void };

export interface CachedSource extends ByteSource {
  /**
   * The reader has verified all of it: payload sums, signature, identity. Only then does it become an entry; durable
   * once this resolves. Never throws for what the disk does.
   */
  keep(): Promise<void>;
  /** To be called once, when nobody reads from it any more. */
  close(): void;
}

/** The cache of the one process that holds the lock. */
export interface ArtifactCache {
  /** Artifacts that lie here, signed where that is demanded, as far as their headers tell. */
  entries(): readonly SoundEntry[];
  /** Whether it is one of them. */
  holds(wanted: WantedBytes): boolean;
  /** All who have the same Artifact open at the same time share one download of it. */
  open(wanted: WantedBytes, origin: Origin): CachedSource;
  /** Brings an Artifact here, verified whole, or finds that it is here already. */
  store(wanted: WantedBytes, origin: Origin): Promise<Result<Sha256>>;
  /** Notes durably for which Manifest entries were stored. Throws FileError. */
  noteFetched(manifest: string, artifacts: readonly Sha256[]): void;
  /** Says what the running deployment may need: no room is made at the cost of that. Until then none is made at all. */
  protect(identities: Needs["identities"]): void;
  /**
   * A deployment has ended: removes what neither it has used nor was fetched for a Manifest that is not committed yet.
   * May be called again for the same one.
   */
  settle(ended: {
    readonly used: Needs["identities"];
    /** The name of its Manifest; null: it was not committed. */
    readonly committed: string | null;
  }): void;
  /**
   * The disk is full, and an update needs room on it: gives up what is being filled, which is told, and else removes
   * entries that nobody needs. False: there is nothing to give.
   */
  giveWay(): Promise<boolean>;
  /** Waits for what is still at work behind sources that were closed. */
  idle(): Promise<void>;
}
