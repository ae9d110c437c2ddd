import type { Sha256 } from "../../core/ids.ts";
import type { Problem } from "../../core/problem.ts";
import type { FileError } from "../../platform/types.ts";
import type { CacheEntry } from "./contents.ts";
import { reservedBytes, type RoomAsked } from "./room.ts";

interface Wanted {
  readonly name: string;
  readonly size: number;
  readonly identity: Sha256;
}

export function noRoom({ name, size }: Wanted, directory: string, asked: RoomAsked): Problem {
  const { maxBytes, freeBytes, storedBytes } = asked;
  const limit = maxBytes === null ? "" : ` of at most ${maxBytes}`;
  return {
    code: "not-enough-space",
    message: `The cache "${directory}" has no room for "${name}" of ${size} bytes: ${storedBytes} bytes${limit} are in use, ${freeBytes} are free on the disk, and ${reservedBytes} of those are kept free.`,
    at: { file: directory },
    expected: `room for ${size} bytes`,
    hint: "Call cache clean, free some space there, or raise ArtifactsCache.MaxSizeBytes.",
  };
}

export function notKept({ name }: Wanted, directory: string, error: FileError): Problem {
  return {
    code: error.code === "ENOSPC" ? "not-enough-space" : "cache-not-written",
    message: `The cache "${directory}" cannot keep "${name}": ${error.message}.`,
    at: { file: directory },
    got: error.code,
    hint: "Check the disk of the cache, its space and its permissions; or switch off ArtifactsCache.Enabled.",
  };
}

export function notStored({ name }: Wanted, directory: string): Problem {
  return {
    code: "cache-not-written",
    message: `"${name}" could not be stored in the cache "${directory}".`,
    at: { file: directory },
    hint: "Check the disk of the cache, its space and its permissions.",
  };
}

export function cacheUnusable(directory: string, error: FileError): Problem {
  return {
    code: "cache-not-written",
    message: `The cache "${directory}" cannot be used: ${error.message}.`,
    at: { file: error.path === "" ? directory : error.path },
    got: error.code,
    hint: "Check the disk of the cache and its permissions; or switch off ArtifactsCache.Enabled.",
  };
}

export function cacheDamaged({ path }: CacheEntry, why: string): Problem {
  return {
    code: "cache-damaged",
    message: `"${path}" of the cache was damaged and has been removed: ${why}.`,
    at: { file: path },
    hint: "It is fetched again. If this comes back, the disk is failing.",
  };
}

export function another({ name, identity }: Wanted, got: Sha256): Problem {
  return {
    code: "source-changed",
    message: `"${name}" is another Artifact than the one that was chosen.`,
    at: { file: name },
    expected: `the Artifact whose manifest has the checksum ${identity}`,
    got,
    hint: "Call the command again: it chooses among what there is now.",
  };
}
