import { writeChecksumList } from "../artifact/checksum-list.ts";
import { type SigningKey, sign } from "../artifact/keys.ts";
import { paddingOf } from "../artifact/tar-header.ts";
import type { Sha256 } from "../core/ids.ts";
import type { ByteSource } from "../platform/types.ts";
import { summed } from "./entry-content.ts";
import { endOfArchive, entryBytes, entryHead, entryName, versionContent } from "./format.ts";

/** The bytes of a bundle on their way to a file. */
export interface BundleStream {
  /** Bytes. */
  readonly size: number;
  /** Throws ArtifactError where a source is not any more what it was when its checksum was taken. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** What lies below `checksums`: the Manifest first, then the Artifacts. */
export interface Part {
  readonly name: string;
  readonly sha256: Sha256;
  readonly source: ByteSource;
}

/** Lays out a bundle, signed where there is a key; the same parts give the same bytes. */
export function writeBundle(parts: readonly Part[], key: SigningKey | null): BundleStream {
  const checksums = writeChecksumList(parts);
  const heads: readonly (readonly [string, Uint8Array])[] = [
    [entryName.version, versionContent],
    [entryName.checksums, checksums],
    ...(key === null
      ? []
      : [[entryName.signature, new TextEncoder().encode(sign(checksums, key))] as const]),
  ];
  const size =
    heads.reduce((sum, [name, content]) => sum + entryBytes(name, content.length), 0) +
    parts.reduce((sum, { name, source }) => sum + entryBytes(name, source.size), 0) +
    endOfArchive.length;

  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const [name, content] of heads) {
      yield entryHead(name, content.length);
      yield content;
      yield new Uint8Array(paddingOf(content.length));
    }
    for (const { name, sha256, source } of parts) {
      yield entryHead(name, source.size);
      yield* summed(source.name, source.read(0, source.size), { name, sha256 });
      yield new Uint8Array(paddingOf(source.size));
    }
    yield endOfArchive;
  }
  return { size, chunks: chunks() };
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
