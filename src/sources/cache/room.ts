import { FileError, type Files } from "../../platform/types.ts";

/** What is left free on the file system of the cache, for the journal and the work dirs; bytes. */
export const reservedBytes = 16 * 1024 * 1024;

export interface RoomAsked {
  /** Of the Artifact that is to be stored. */
  readonly bytes: number;
  /** That will still be written for others. */
  readonly pendingBytes: number;
  /** Of all that lies there, whole or not. */
  readonly storedBytes: number;
  /** Free on the file system. */
  readonly freeBytes: number;
  /** The whole cache; null: no limit. */
  readonly maxBytes: number | null;
}

/** The directory itself, or the lowest one above it that is there: where what it needs is made. Throws FileError. */
export function nearestThere(files: Pick<Files, "status">, directory: string): string {
  const parent = directory.slice(0, directory.lastIndexOf("/"));
  if (parent === "") return "/";
  return files.status(directory) === null ? nearestThere(files, parent) : directory;
}

/** Why nothing can be written there, as far as that is known without writing; null: nothing speaks against it. */
export function whyUnwritable(
  files: Pick<Files, "status" | "demandWritable">,
  directory: string,
): FileError | null {
  try {
    files.demandWritable(nearestThere(files, directory));
    return null;
  } catch (error) {
    if (error instanceof FileError) return error;
    throw error;
  }
}

/**
 * Of entries that nobody needs the fewest whose removal makes room, the largest first; null where not even all of them
 * do.
 */
export function makeRoom<T extends { readonly bytes: number }>(
  asked: RoomAsked,
  unneeded: readonly T[],
): readonly T[] | null {
  const removed: T[] = [];
  let short = shortOf(asked);
  for (const entry of unneeded.toSorted((one, other) => other.bytes - one.bytes)) {
    if (short <= 0) break;
    removed.push(entry);
    short -= entry.bytes;
  }
  return short <= 0 ? removed : null;
}

/** Bytes that would have to go; not above 0 where there is room. */
export function shortOf(asked: RoomAsked): number {
  const { bytes, pendingBytes, storedBytes, freeBytes, maxBytes } = asked;
  const wanted = bytes + pendingBytes;
  const ofDisk = wanted + reservedBytes - freeBytes;
  return maxBytes === null ? ofDisk : Math.max(ofDisk, storedBytes + wanted - maxBytes);
}
