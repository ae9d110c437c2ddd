import type { Result } from "../core/result.ts";
import type { ByteSource, Decompressors } from "../platform/types.ts";
import { asResult } from "./artifact-error.ts";
import { readBytes } from "./byte-reader.ts";
import { inflateChunk, type Unpacking } from "./compression.ts";
import type { VerifyKey } from "./keys.ts";
import { openArtifact } from "./layout.ts";
import { readAll } from "./buffer-lending.ts";
import { payloadOf } from "./payload.ts";
import { demandEnd } from "./tar-audit.ts";
import type { Artifact, PayloadFile } from "./types.ts";

/** An Artifact of which every byte has been read. */
export interface VerifiedArtifact {
  readonly artifact: Artifact;
  /** In the order they lie in; sizes in bytes. */
  readonly files: readonly (PayloadFile & { readonly size: number })[];
  /** Header and payload are compressed in the same way: whoever can read the one can read the other. */
  readonly isPackedAlike: boolean;
}

/**
 * How many Artifacts are best verified at the same time: while the sums of one are taken the other is inflated. More
 * would take memory, most of all where `xz` works for them.
 */
export const verifiedAtOnce = 2;

/** Reads all of an Artifact and checks everything there is to check. */
export function verifyArtifact(
  source: ByteSource,
  keys: readonly VerifyKey[],
  decompressors: Decompressors | null = null,
): Promise<Result<VerifiedArtifact>> {
  const unpacking: Unpacking = { chunkBytes: inflateChunk.alone, buffers: "lent" };
  return asResult(source.name, () =>
    verifyStream(source.name, readAll(source, unpacking), keys, decompressors, unpacking),
  );
}

/** As verifyArtifact, of bytes that come by once and may be lent; ArtifactError at the first thing that is wrong. */
export async function verifyStream(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  keys: readonly VerifyKey[],
  decompressors: Decompressors | null,
  unpacking: Unpacking,
): Promise<VerifiedArtifact> {
  const reader = readBytes(file, chunks);
  try {
    const { artifact, header, data } = await openArtifact(file, reader, keys, decompressors);
    const sums = new Map(artifact.payloadFiles.map(({ name, sha256 }) => [name, sha256]));
    const files: (PayloadFile & { readonly size: number })[] = [];
    const payload = payloadOf(file, reader, data, artifact, decompressors, unpacking);
    for await (const { name, size, content } of payload) {
      for await (const _ of content);
      const sha256 = sums.get(name);
      if (sha256 !== undefined) files.push({ name, size, sha256 });
    }
    await demandEnd(file, reader);
    return { artifact, files, isPackedAlike: suffix(header) === suffix(data.name) };
  } finally {
    await reader.close();
  }
}

/** What says in the name of a tar how that is compressed. */
function suffix(name: string): string {
  return name.slice(name.indexOf(".tar"));
}
