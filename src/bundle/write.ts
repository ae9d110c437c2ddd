import { type SigningKey, sign } from "../artifact/keys.ts";
import { endBytes } from "../artifact/tar-header.ts";
import { packTar, partOf, type TarPart } from "../artifact/tar-writer.ts";
import type { ByteSource } from "../platform/types.ts";
import { summed } from "./entry-content.ts";
import { type ListedEntry, writeEntryList } from "./entry-list.ts";
import { entryBytes, entryHead, entryName, versionContent } from "./format.ts";

/** The bytes of a bundle on their way to a file. */
export interface BundleStream {
  /** Bytes. */
  readonly size: number;
  /** Throws ArtifactError where a source is not any more what it was when its checksum was taken. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** What lies below `checksums`: the Manifest first, then the Artifacts. */
export interface Part extends ListedEntry {
  readonly source: ByteSource;
}

/**
 * Lays out a bundle, signed where there is a key; the same parts give the same bytes. That Artifacts were verified is
 * told where it is signed only: from nobody in particular it is worth nothing.
 */
export function writeBundle(parts: readonly Part[], key: SigningKey | null): BundleStream {
  const listed = key === null ? parts.map((part) => ({ ...part, whole: null })) : parts;
  const checksums = writeEntryList(listed);
  const entries: readonly TarPart[] = [
    partOf(entryName.version, versionContent),
    partOf(entryName.checksums, checksums),
    ...(key === null
      ? []
      : [partOf(entryName.signature, new TextEncoder().encode(sign(checksums, key)))]),
    ...parts.map(({ name, sha256, source }) => ({
      name,
      size: source.size,
      content: summed(source.name, source.read(0, source.size), { name, sha256 }),
    })),
  ];
  const size = entries.reduce((sum, each) => sum + entryBytes(each.name, each.size), endBytes);
  return { size, chunks: packTar(entries, entryHead) };
}

/** Bytes in memory as a file. */
export function sourceOf(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,

    async *read(offset, length) {
      yield bytes.subarray(offset, offset + length);
    },
  };
}
