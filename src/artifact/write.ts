import { createHash } from "node:crypto";
import { Sha256 } from "../core/ids.ts";
import type { ByteSource } from "../platform/types.ts";
import { ArtifactError } from "./artifact-error.ts";
import { writeChecksumList } from "./checksum-list.ts";
import { sign, type SigningKey } from "./keys.ts";
import { blockBytes, encodeHeader, paddingOf } from "./tar-header.ts";

/** What an Artifact with one payload file is made of. */
export interface ArtifactInput {
  readonly name: string;
  /** What it may be installed on: the values of `device_type`. */
  readonly deviceTypes: readonly string[];
  readonly payloadType: string;
  /** Beside `artifact_name`. */
  readonly provides: Readonly<Record<string, string>>;
  readonly clears: readonly string[];
  readonly payload: { readonly name: string; readonly source: ByteSource };
  /** Null: unsigned. */
  readonly key: SigningKey | null;
}

/**
 * Lays out a Mender Artifact, version 3, uncompressed: the same input gives the same bytes. The payload is
 * read twice, for its checksum and for its place; throws ArtifactError where it changes in between.
 */
export async function writeArtifact(input: ArtifactInput): Promise<AsyncIterable<Uint8Array>> {
  const { payload, key } = input;
  const version = text(`{"format":"mender","version":3}`);
  const header = headerTar(input);
  const sums = [
    { name: `data/0000/${payload.name}`, sha256: await sumOf(payload.source) },
    { name: "header.tar", sha256: shaOf(header) },
    { name: "version", sha256: shaOf(version) },
  ];
  const manifest = writeChecksumList(sums);
  const [payloadSum] = sums;
  return chunks();

  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* entry("version", version);
    yield* entry("manifest", manifest);
    if (key !== null) yield* entry("manifest.sig", text(sign(manifest, key)));
    yield* entry("header.tar", header);
    const { size } = payload.source;
    const dataBytes = blockBytes + size + paddingOf(size) + endOfArchive.length;
    yield head("data/0000.tar", dataBytes);
    yield head(payload.name, size);
    yield* unchanged(payload.source, payloadSum?.sha256);
    yield new Uint8Array(paddingOf(size));
    // The inner archive ends, then the outer one; whole blocks need no padding between.
    yield endOfArchive;
    yield endOfArchive;
  }
}

const endOfArchive = new Uint8Array(2 * blockBytes);

function headerTar(input: ArtifactInput): Uint8Array {
  const headerInfo = {
    payloads: [{ type: input.payloadType }],
    artifact_provides: { artifact_name: input.name },
    artifact_depends: { device_type: input.deviceTypes },
  };
  const typeInfo = {
    type: input.payloadType,
    artifact_provides: input.provides,
    clears_artifact_provides: input.clears,
  };
  return Buffer.concat([
    ...entry("header-info", text(JSON.stringify(headerInfo))),
    ...entry("headers/0000/type-info", text(JSON.stringify(typeInfo))),
    endOfArchive,
  ]);
}

function entry(name: string, content: Uint8Array): readonly Uint8Array[] {
  return [head(name, content.length), content, new Uint8Array(paddingOf(content.length))];
}

function head(name: string, size: number): Uint8Array {
  const block = encodeHeader({ name, flag: "0", size });
  if (block !== null) return block;
  throw new ArtifactError({
    code: "archive-too-large",
    message: `"${name}" of ${String(size)} bytes does not fit into an Artifact.`,
    expected: "at most 8 GiB, and a name of at most 100 bytes",
    hint: "Let the bundle hold fewer Artifacts, or name the Artifacts in the Manifest by where they lie.",
  });
}

/** The payload once more, demanded to be what was summed. */
async function* unchanged(
  source: ByteSource,
  expected: string | undefined,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of source.read(0, source.size)) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest("hex") === expected) return;
  throw new ArtifactError({
    code: "artifact-checksum",
    message: `"${source.name}" changed while it was wrapped.`,
    hint: "Leave the file alone and call the command again.",
  });
}

async function sumOf(source: ByteSource): Promise<Sha256> {
  const hash = createHash("sha256");
  for await (const chunk of source.read(0, source.size)) hash.update(chunk);
  return Sha256.parse(hash.digest("hex"));
}

function shaOf(bytes: Uint8Array): Sha256 {
  return Sha256.parse(createHash("sha256").update(bytes).digest("hex"));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
