import type { Sha256 } from "../../core/ids.ts";
import type { CachePorts, WantedBytes } from "./artifact-cache.ts";
import type { BlockSums } from "./blocks.ts";
import { type CacheEntry, listCache } from "./contents.ts";
import { isNeeded, type Needs } from "./evict.ts";
import type { Filled } from "./filling.ts";
import { type IndexedEntry, indexed, type SoundEntry, soundEntries } from "./indexed.ts";

export interface KnownEntry extends IndexedEntry {
  /** It is an Artifact, and signed where that is demanded. */
  readonly isUsable: boolean;
}

/** Nobody loses an entry for a key that was changed: it stays for whom it is needed, and is not used. */
export async function knownEntries(
  ports: CachePorts,
  entries: readonly CacheEntry[],
): Promise<readonly KnownEntry[]> {
  const signed = await indexed(ports, entries);
  const isRefused = ({ artifact }: IndexedEntry): boolean => !artifact.ok && ports.keys.length > 0;
  const again = await indexed({ ...ports, keys: [] }, signed.filter(isRefused));
  const unsigned = new Map(again.map((entry) => [entry.sha256, entry]));
  return signed.map((entry) => ({
    ...(unsigned.get(entry.sha256) ?? entry),
    isUsable: entry.artifact.ok,
  }));
}

/** What lies in the cache, as far as this process knows. */
export interface CacheEntries {
  all(): readonly KnownEntry[];
  usable(): readonly SoundEntry[];
  /** The entry that is this Artifact. */
  of(wanted: WantedBytes): SoundEntry | null;
  /** Sums by which the blocks of an entry are verified; null: it was not read whole yet. */
  sumsOf(sha256: Sha256): BlockSums | null;
  setSums(sha256: Sha256, sums: BlockSums): void;
  /** Takes up what was made here, unless it is there already. Throws FileError. */
  admit(filled: Filled): Promise<void>;
  /** Throws FileError; what was removed by then is gone. */
  remove(entries: readonly CacheEntry[]): void;
  /** They have been removed. */
  forget(entries: readonly Pick<CacheEntry, "sha256">[]): void;
  unneeded(needs: Needs): readonly KnownEntry[];
}

/** `discard`: removes a file and tells where it cannot. */
export function cacheEntries(
  ports: CachePorts,
  found: readonly KnownEntry[],
  discard: (path: string) => void,
): CacheEntries {
  const { files, directory } = ports;
  const entries = new Map(found.map((entry) => [entry.sha256, entry]));
  const proved = new Map<Sha256, BlockSums>();

  const all = () => [...entries.values()];
  const usable = () => soundEntries(all().filter(({ isUsable }) => isUsable));

  function forget(gone: readonly Pick<CacheEntry, "sha256">[]): void {
    for (const { sha256 } of gone) {
      entries.delete(sha256);
      proved.delete(sha256);
    }
  }

  return {
    all,
    usable,
    of(wanted) {
      const isWanted = ({ artifact, bytes, sha256 }: SoundEntry): boolean =>
        artifact.identity === wanted.identity &&
        bytes === wanted.size &&
        (wanted.pin === undefined || sha256 === wanted.pin);
      return usable().find(isWanted) ?? null;
    },
    sumsOf: (sha256) => proved.get(sha256) ?? null,
    setSums(sha256, sums) {
      proved.set(sha256, sums);
    },
    async admit(filled) {
      if (entries.get(filled.sha256)?.isUsable === true) return;
      const entry = listCache(files, directory).entries.find(
        ({ sha256 }) => sha256 === filled.sha256,
      );
      if (entry === undefined) return;
      const [read] = await knownEntries(ports, [entry]);
      if (read === undefined) return;
      if (read.artifact.ok && !read.isUsable) {
        // Its reader was given another signature with the header.
        discard(read.path);
        return;
      }
      entries.set(read.sha256, read);
      proved.set(read.sha256, filled.sums);
    },
    remove(gone) {
      for (const entry of gone) {
        files.remove(entry.path);
        forget([entry]);
      }
    },
    forget,
    unneeded: (needs) => all().filter((entry) => !isNeeded(entry, needs)),
  };
}
