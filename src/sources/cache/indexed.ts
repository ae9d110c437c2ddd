import { readArtifact } from "../../artifact/artifact.ts";
import { asResult } from "../../artifact/artifact-error.ts";
import type { VerifyKey } from "../../artifact/keys.ts";
import type { Artifact } from "../../artifact/types.ts";
import { byName } from "../../bundle/by-name.ts";
import type { ArtifactName, ComponentType } from "../../core/ids.ts";
import { inOrder } from "../../core/in-order.ts";
import type { Result } from "../../core/result.ts";
import type { Decompressors, Files } from "../../platform/types.ts";
import { type CacheEntry, listCache } from "./contents.ts";

/** An entry and what its header says; nothing but the entry itself is believed about that. */
export interface IndexedEntry extends CacheEntry {
  /** A problem where it is none, or where keys are given and none of them has signed it. */
  readonly artifact: Result<Artifact>;
}

export interface IndexPorts {
  readonly files: Files;
  readonly decompressors: Decompressors | null;
  /** One of them must have signed each; none demands nothing. */
  readonly keys: readonly VerifyKey[];
}

/** Each holds a file open. */
const readAtOnce = 4;

/** Reads the header of every entry. */
export async function indexed(
  { files, decompressors, keys }: IndexPorts,
  entries: readonly CacheEntry[],
): Promise<readonly IndexedEntry[]> {
  return await inOrder(entries, readAtOnce, async (entry) => {
    const read = await asResult(entry.path, async () => {
      const source = files.openSource(entry.path);
      try {
        return await readArtifact(source, keys, decompressors);
      } finally {
        source.close();
      }
    });
    return { ...entry, artifact: read.ok ? read.value : read };
  });
}

/** An entry that is an Artifact, and signed where that is demanded. */
export interface SoundEntry extends CacheEntry {
  readonly artifact: Artifact;
}

export function soundEntries(all: readonly IndexedEntry[]): readonly SoundEntry[] {
  return all.flatMap(({ artifact, ...entry }) =>
    artifact.ok ? [{ ...entry, artifact: artifact.value }] : [],
  );
}

/**
 * The Artifacts of a release that the cache holds for a Component type, by the rules of a bundle: the smallest first,
 * ties by name. Its entries are only looked at, so no lock is needed. Throws FileError where the directory cannot be
 * listed.
 */
export async function cachedCandidates(
  ports: IndexPorts,
  directory: string,
  name: ArtifactName,
  type: ComponentType,
): Promise<readonly SoundEntry[]> {
  const { entries } = listCache(ports.files, directory);
  const sound = soundEntries(await indexed(ports, entries));
  return byName(
    sound.map((entry) => ({
      artifact: entry.artifact,
      entryName: entry.name,
      size: entry.bytes,
      entry,
    })),
    name,
    type,
  ).map(({ entry }) => entry);
}

/** What the Mender Server lists of an Artifact; null: it does not say. */
export interface ListedArtifact {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly provides: ReadonlyMap<string, string>;
  readonly depends: ReadonlyMap<string, readonly string[]> | null;
  readonly clears: readonly string[] | null;
}

/**
 * The entry that is the listed Artifact as far as the listing tells: the same name, size, provides, and depends and
 * clears where these are listed. Two such that differ nevertheless are told apart by their identity, once the header of
 * the listed one is known.
 */
export function entryOfListed<T extends SoundEntry>(
  all: readonly T[],
  listed: ListedArtifact,
): T | null {
  const isListed = ({ artifact, bytes }: T): boolean =>
    artifact.name === listed.name &&
    bytes === listed.size &&
    isSubset(listed.provides, artifact.provides) &&
    isSubset(artifact.provides, withName(listed)) &&
    (listed.depends === null || isSameDepends(listed.depends, artifact.depends)) &&
    (listed.clears === null || isSameSet(listed.clears, artifact.clears ?? []));
  return all.find(isListed) ?? null;
}

/** A listing may tell the name apart from the provides. */
function withName({ name, provides }: ListedArtifact): ReadonlyMap<string, string> {
  return new Map([["artifact_name", name], ...provides]);
}

function isSubset(some: ReadonlyMap<string, string>, all: ReadonlyMap<string, string>): boolean {
  return [...some].every(([key, value]) => all.get(key) === value);
}

function isSameDepends(
  one: ReadonlyMap<string, readonly string[]>,
  other: ReadonlyMap<string, readonly string[]>,
): boolean {
  return (
    one.size === other.size &&
    [...one].every(([key, values]) => isSameSet(values, other.get(key) ?? []))
  );
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  const all = new Set(other);
  return new Set(one).size === all.size && one.every((value) => all.has(value));
}
