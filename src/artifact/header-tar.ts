import type { Decompressors } from "../platform/types.ts";
import { refused } from "./artifact-error.ts";
import { readBytes, type ByteReader } from "./byte-reader.ts";
import {
  type Compression,
  compressionOf,
  inflateChunk,
  suffixOf,
  uncompressed,
} from "./compression.ts";
import { headerInvalid, type HeaderFiles } from "./headers.ts";
import { limits } from "./limits.ts";
import { isSafePart } from "./safe-name.ts";
import { demandEnd } from "./tar-audit.ts";
import { nextEntry, takePadding } from "./tar-reader.ts";

export interface HeaderTar extends HeaderFiles {
  readonly hasStateScripts: boolean;
}

/** Unpacks the header tar, whose checksum has been verified; ArtifactError where it holds anything out of place. */
export async function readHeaderTar(
  file: string,
  name: string,
  bytes: Uint8Array,
  decompressors: Decompressors | null,
): Promise<HeaderTar> {
  const label = `${file}:${name}`;
  const compression = demandSuffix(file, name, bytes);
  const unpacked = uncompressed(label, compression, once(bytes), decompressors, {
    chunkBytes: inflateChunk.among,
    buffers: "kept",
  });
  const reader = readBytes(label, bounded(label, unpacked));
  try {
    return await readFiles(file, label, reader);
  } finally {
    await reader.close();
  }
}

/** The compression that the content shows; ArtifactError where the name says another. */
export function demandSuffix(file: string, name: string, head: Uint8Array): Compression {
  const compression = compressionOf(head);
  const wanted = suffixOf[compression];
  if (!name.endsWith(`.tar${wanted}`)) {
    throw refused(
      "archive-compression",
      file,
      `"${name}" in "${file}" is not compressed as its name says.`,
      {
        expected: name.slice(name.lastIndexOf(".tar")),
        got: `.tar${wanted}`,
        hint: "Make the Artifact again with `mender-artifact`.",
      },
    );
  }
  return compression;
}

/** header-info, then scripts, then type-info, then perhaps meta-data. */
async function readFiles(file: string, label: string, reader: ByteReader): Promise<HeaderTar> {
  let headerInfo: Uint8Array | null = null;
  let typeInfo: Uint8Array | null = null;
  let metaData: Uint8Array | null = null;
  const scripts = new Set<string>();

  for (let count = 1; ; count += 1) {
    const entry = await nextEntry(label, reader);
    if (entry === null) break;
    if (entry.kind !== "file") throw headerInvalid(file, entry.name, "is not a regular file");
    if (count > limits.headerEntries) throw tooLarge(label, `${limits.headerEntries} entries`);

    const script = entry.name.startsWith("scripts/") ? entry.name.slice("scripts/".length) : null;
    if (entry.name === "header-info" && headerInfo === null) {
      headerInfo = await smallFile(label, reader, entry.size);
    } else if (headerInfo === null) {
      throw headerInvalid(file, entry.name, "comes before `header-info`");
    } else if (script !== null && isSafePart(script) && !scripts.has(script) && typeInfo === null) {
      scripts.add(script);
      await pass(reader.stream(entry.size));
    } else if (entry.name === "headers/0000/type-info" && typeInfo === null) {
      typeInfo = await smallFile(label, reader, entry.size);
    } else if (entry.name === "headers/0000/meta-data" && typeInfo !== null && metaData === null) {
      metaData = await smallFile(label, reader, entry.size);
    } else {
      throw headerInvalid(file, entry.name, "has no place there in the header");
    }
    await takePadding(label, reader, entry.size);
  }
  await demandEnd(label, reader);
  if (headerInfo === null) throw headerInvalid(file, "header-info", "is missing");
  if (typeInfo === null) throw headerInvalid(file, "headers/0000/type-info", "is missing");
  return { headerInfo, typeInfo, metaData, hasStateScripts: scripts.size > 0 };
}

async function smallFile(label: string, reader: ByteReader, size: number): Promise<Uint8Array> {
  if (size > limits.headerFile) throw tooLarge(label, `${limits.headerFile} bytes in one file`);
  return await reader.take(size);
}

async function pass(content: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = content[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}

/** Guards against a header that unpacks without end. */
async function* bounded(label: string, source: AsyncIterable<Uint8Array>) {
  let total = 0;
  for await (const piece of source) {
    total += piece.length;
    if (total > limits.headerUnpacked)
      throw tooLarge(label, `${limits.headerUnpacked} bytes unpacked`);
    yield piece;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function tooLarge(label: string, limit: string) {
  return refused("archive-too-large", label, `The header "${label}" is too large.`, {
    expected: `at most ${limit}`,
    hint: "Put large files into the payload.",
  });
}
