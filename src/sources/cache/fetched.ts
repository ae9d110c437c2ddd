import { createHash } from "node:crypto";
import * as z from "zod";
import { Sha256 } from "../../core/ids.ts";
import { parseJson } from "../../core/json.ts";
import { FileError, type Files } from "../../platform/types.ts";
import { type CacheFile, listCache, recordPath } from "./contents.ts";

/**
 * What `fetch` brought for a Manifest that is not committed yet. It lies beside the entries, one small file for each
 * Manifest, for it has to outlive deployments of other Manifests, of which the journal knows nothing.
 */
const Fetched = z
  .strictObject({
    format: z.literal(1),
    at: z.iso.datetime(),
    /** The name of the Manifest. */
    manifest: z.string(),
    /** The entries that it needs. */
    artifacts: z.array(Sha256).readonly(),
  })
  .readonly();
export type Fetched = z.infer<typeof Fetched>;

/** No record gets near it; bytes. */
const maxRecordBytes = 1024 * 1024;

/**
 * Notes durably what the entries are for; a later fetch of a Manifest of this name takes its place. Throws FileError.
 */
export function noteFetched(
  files: Files,
  directory: string,
  fetched: Omit<Fetched, "format">,
): void {
  const text = `${JSON.stringify({ format: 1, ...fetched })}\n`;
  files.writeDurably(pathFor(directory, fetched.manifest), new TextEncoder().encode(text));
}

/** The Manifest is committed: from now on its Artifacts stay for what else needs them only. Throws FileError. */
export function forgetFetched(files: Files, directory: string, manifest: string): void {
  files.remove(pathFor(directory, manifest));
}

export interface FetchedRecords {
  readonly fetched: readonly Fetched[];
  /** Records that cannot be read: nobody knows what they are for. */
  readonly damaged: readonly CacheFile[];
}

/** Throws FileError where the directory cannot be listed. */
export function readFetched(files: Files, directory: string): FetchedRecords {
  const fetched: Fetched[] = [];
  const damaged: CacheFile[] = [];
  for (const record of listCache(files, directory).records) {
    const read = readRecord(files, record.path);
    if (read === null) damaged.push(record);
    else fetched.push(read);
  }
  return { fetched, damaged };
}

/** Null: it is damaged. One that the disk does not give may be sound: that throws FileError. */
function readRecord(files: Files, path: string): Fetched | null {
  const bytes = readWhole(files, path);
  if (bytes === null) return null;
  try {
    return Fetched.safeParse(parseJson(new TextDecoder().decode(bytes))).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Null: it is larger than any record, or no file. */
function readWhole(files: Files, path: string): Uint8Array | null {
  try {
    return files.read(path, maxRecordBytes);
  } catch (error) {
    if (error instanceof FileError && noRecord.has(error.code)) return null;
    throw error;
  }
}

const noRecord: ReadonlySet<string> = new Set(["EFBIG", "EISDIR", "EINVAL", "ELOOP"]);

/** Names of Manifests may hold what names of files must not. */
function pathFor(directory: string, manifest: string): string {
  return recordPath(directory, createHash("sha256").update(manifest).digest("hex").slice(0, 16));
}
