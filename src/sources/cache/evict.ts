import type { Sha256 } from "../../core/ids.ts";
import type { Files } from "../../platform/types.ts";
import { listCache } from "./contents.ts";
import { readFetched } from "./fetched.ts";
import type { IndexedEntry } from "./indexed.ts";

/** Who may still need an entry. */
export interface Needs {
  /** The identities of the Artifacts of a deployment; "unknown": of an older journal, so it may be any. */
  readonly identities: ReadonlySet<Sha256> | "unknown";
  /** The sums of what was fetched for Manifests that are not committed yet. */
  readonly sums: ReadonlySet<Sha256>;
}

/** What the records of `fetch` in the directory keep. Throws FileError. */
export function neededSums(files: Files, directory: string): ReadonlySet<Sha256> {
  const { fetched } = readFetched(files, directory);
  return new Set(fetched.flatMap(({ artifacts }) => artifacts));
}

export function isNeeded({ sha256, artifact }: IndexedEntry, { identities, sums }: Needs): boolean {
  if (sums.has(sha256)) return true;
  if (identities === "unknown") return true;
  return artifact.ok && identities.has(artifact.value.identity);
}

/** What was removed; bytes are of all of it. */
export interface Removed {
  readonly entries: readonly IndexedEntry[];
  readonly bytes: number;
}

/**
 * Removes the entries that nobody needs, and every record that cannot be read. Under the lock only. Throws FileError.
 */
export function evict(
  files: Files,
  directory: string,
  all: readonly IndexedEntry[],
  needs: Needs,
): Removed {
  const entries = all.filter((entry) => !isNeeded(entry, needs));
  for (const { path } of entries) files.remove(path);
  for (const { path } of readFetched(files, directory).damaged) files.remove(path);
  return { entries, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Removes what killed processes have not brought to their end. Under the lock only. Throws FileError. */
export function sweepPartial(files: Files, directory: string): number {
  const { partial } = listCache(files, directory);
  for (const { path } of partial) files.remove(path);
  return partial.reduce((sum, { bytes }) => sum + bytes, 0);
}
