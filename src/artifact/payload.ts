import { createHash } from "node:crypto";
import type { ByteSource, Decompressors } from "../platform/types.ts";
import { refused } from "./artifact-error.ts";
import { wrongSum } from "./artifact-manifest.ts";
import { type ByteReader, readBytes } from "./byte-reader.ts";
import { inflateChunk, magicBytes, uncompressed, type Unpacking } from "./compression.ts";
import { demandSuffix } from "./header-tar.ts";
import { readAll } from "./buffer-lending.ts";
import { demandLast, demandSame, openArtifact } from "./layout.ts";
import { demandEnd } from "./tar-audit.ts";
import { nextEntry, takePadding, type TarEntry } from "./tar-reader.ts";
import type { Artifact, PayloadFile, PayloadStream } from "./types.ts";

/**
 * Streams the payload files in the order they lie in. Every checksum is verified on the way: a violation throws
 * ArtifactError before the content ends, and once the last file is through the whole archive has been checked. What the
 * medium throws (FileError) comes through. An Artifact with state scripts is refused: here nobody would run them.
 * With `buffers: "lent"` those of a content are.
 */
export async function* streamPayload(
  source: ByteSource,
  artifact: Artifact,
  decompressors: Decompressors | null = null,
  unpacking: Unpacking = { chunkBytes: inflateChunk.among, buffers: "kept" },
): AsyncGenerator<PayloadStream> {
  const file = source.name;
  if (artifact.hasStateScripts) throw stateScripts(file);
  const reader = readBytes(file, readAll(source, unpacking));
  try {
    const { artifact: found, data } = await openArtifact(file, reader, [], decompressors);
    demandSame(file, found, artifact);
    yield* payloadOf(file, reader, data, artifact, decompressors, unpacking);
    await demandEnd(file, reader);
  } finally {
    await reader.close();
  }
}

/** The payload of an Artifact whose reader stands at its first byte; reads on to the end-of-archive blocks. */
export async function* payloadOf(
  file: string,
  reader: ByteReader,
  data: TarEntry,
  artifact: Artifact,
  decompressors: Decompressors | null,
  unpacking: Unpacking,
): AsyncGenerator<PayloadStream> {
  const label = `${file}:${data.name}`;
  const head = await reader.take(Math.min(magicBytes, data.size));
  const compression = demandSuffix(file, data.name, head);
  const packed = joined(head, reader.stream(data.size - head.length));
  const unpacked = uncompressed(label, compression, packed, decompressors, unpacking);
  const inner = readBytes(label, unpacked);
  try {
    yield* files(file, label, inner, artifact.payloadFiles);
    await demandEnd(label, inner);
  } finally {
    await inner.close();
  }
  await takePadding(file, reader, data.size);
  await demandLast(file, reader);
}

/** Exactly the listed files, each once and whole. */
async function* files(
  file: string,
  label: string,
  inner: ByteReader,
  listed: readonly PayloadFile[],
): AsyncGenerator<PayloadStream> {
  const missing = new Map(listed.map((each) => [each.name, each]));
  for (;;) {
    const entry = await nextEntry(label, inner);
    if (entry === null) break;
    if (entry.kind !== "file") {
      throw refused(
        "archive-forbidden-entry",
        file,
        `"${entry.name}" in "${label}" is not a regular file.`,
        {
          expected: "regular files only",
          got: entry.kind,
        },
      );
    }
    const expected = missing.get(entry.name);
    if (expected === undefined) throw unlisted(file, entry.name);
    missing.delete(entry.name);

    let whole = false;
    async function* content(known: PayloadFile, size: number) {
      const hash = createHash("sha256");
      for await (const piece of inner.stream(size)) {
        hash.update(piece);
        yield piece;
      }
      const got = hash.digest("hex");
      if (got !== known.sha256) throw wrongSum(file, `data/0000/${known.name}`, known.sha256, got);
      whole = true;
    }
    yield { name: entry.name, size: entry.size, content: content(expected, entry.size) };
    if (!whole)
      throw new Error(`"${entry.name}" must be read to its end before the next file is asked for`);
    await takePadding(label, inner, entry.size);
  }
  for (const { name } of missing.values()) throw absent(file, name);
}

async function* joined(
  head: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  yield* rest;
}

function stateScripts(file: string) {
  return refused(
    "artifact-state-scripts",
    file,
    `"${file}" holds state scripts, which would not run.`,
    {
      expected: "an Artifact without state scripts",
      hint: "Make it without --script, or let the Interface take the whole Artifact (NeedsUnpackedArtifact=No).",
    },
  );
}

function unlisted(file: string, name: string) {
  return refused(
    "artifact-manifest-invalid",
    file,
    `"${file}" holds "${name}", which its manifest does not list.`,
    {
      hint: "Do not install it: get the file again from where it was made.",
    },
  );
}

function absent(file: string, name: string) {
  return refused(
    "artifact-manifest-invalid",
    file,
    `"${file}" lacks "${name}", which its manifest lists.`,
    {
      hint: "Get the file again from where it was made.",
    },
  );
}
