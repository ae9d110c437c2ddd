import { join } from "node:path";
import { Sha256 } from "../../core/ids.ts";
import type { FileKind, Files } from "../../platform/types.ts";

/** A file in the cache's directory. */
export interface CacheFile {
  /** In its directory. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
}

/** An Artifact that was verified before it got its name, which is the sum of the whole file. */
export interface CacheEntry extends CacheFile {
  readonly sha256: Sha256;
}

/** What lies in the cache's directory. */
export interface CacheContents {
  readonly entries: readonly CacheEntry[];
  /** What a process that was killed has not brought to its end; or one that is at work. */
  readonly partial: readonly CacheFile[];
  /** What `fetch` brought, one for each Manifest. */
  readonly records: readonly CacheFile[];
  /** Nothing of ours: it is told of, and left alone. */
  readonly foreign: readonly (CacheFile & { readonly kind: FileKind })[];
}

const entryName = /^([0-9a-f]{64})\.mender$/;
const fillingName = /^\.filling-[0-9a-f]{32}$/;
const recordName = /^fetched-[0-9a-f]{16}\.json$/;
/** Under which a record is written. */
const newRecordName = /^\.fetched-[0-9a-f]{16}\.json\.tmp$/;

/** Every file by what its name tells; nothing where there is no such directory. Throws FileError. */
export function listCache(files: Files, directory: string): CacheContents {
  const entries: CacheEntry[] = [];
  const partial: CacheFile[] = [];
  const records: CacheFile[] = [];
  const foreign: (CacheFile & { readonly kind: FileKind })[] = [];
  const names = files.status(directory) === null ? [] : files.list(directory);
  for (const name of names) {
    const path = join(directory, name);
    const status = files.status(path);
    // Removed since.
    if (status === null) continue;
    const { kind, size: bytes } = status;
    const file = { name, path, bytes };
    const sum = entryName.exec(name)?.[1];
    if (kind !== "file") foreign.push({ ...file, kind });
    else if (sum !== undefined) entries.push({ ...file, sha256: Sha256.parse(sum) });
    else if (fillingName.test(name) || newRecordName.test(name)) partial.push(file);
    else if (recordName.test(name)) records.push(file);
    else foreign.push({ ...file, kind });
  }
  return { entries, partial, records, foreign };
}

export function entryPath(directory: string, sha256: Sha256): string {
  return join(directory, `${sha256}.mender`);
}

/** `id`: 32 hexadecimal digits. */
export function fillingPath(directory: string, id: string): string {
  return join(directory, `.filling-${id}`);
}

/** `id`: 16 hexadecimal digits. */
export function recordPath(directory: string, id: string): string {
  return join(directory, `fetched-${id}.json`);
}
