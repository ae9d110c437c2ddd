import { asResult, refused } from "../artifact/artifact-error.ts";
import type { VerifyKey } from "../artifact/keys.ts";
import type { Result } from "../core/result.ts";
import type { ByteSource } from "../platform/types.ts";
import { partOf } from "./entry-content.ts";
import { openFormatted } from "./formatted.ts";
import { openPlain } from "./plain.ts";
import { indexTar } from "./tar-index.ts";
import type { BundleContent } from "./types.ts";
import { isGzip } from "./unpack.ts";

/** A bundle whose structure, signature and Manifest have been checked; its Artifacts have not been read. */
export interface Bundle extends BundleContent {
  /** The file it is. */
  readonly name: string;
}

/**
 * Opens a bundle in place: headers are read by seeking, the Artifacts not at all. With keys, only a bundle signed by
 * one of them will do. The file must be an uncompressed tar; a gzip one is for `unpackGzip` first.
 */
export function openBundle(
  source: ByteSource,
  keys: readonly VerifyKey[],
): Promise<Result<Bundle>> {
  return asResult(source.name, async () => {
    if (await isGzip(source)) throw compressed(source.name);
    const index = await indexTar(source);
    const open = index.entries[0]?.name === "version" ? openFormatted : openPlain;
    return { name: source.name, ...(await open(source, index, keys)) };
  });
}

/**
 * An Artifact of the bundle as a file of its own, read in place. Reading all of it from its start verifies its
 * checksum: a change throws ArtifactError at the end. Null where the bundle has no such entry.
 */
export function entrySource(bundle: Bundle, source: ByteSource, entry: string): ByteSource | null {
  const found = bundle.entries.find(({ name }) => name === entry);
  return found === undefined ? null : partOf(source, found);
}

function compressed(file: string) {
  return refused(
    "bundle-compressed",
    file,
    `"${file}" is compressed and cannot be read in place.`,
    {
      expected: "an uncompressed tar",
      got: "gzip",
      hint: "Unpack it with `gunzip` first.",
    },
  );
}
