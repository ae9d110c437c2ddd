import { createHash } from "node:crypto";
import { Sha256 } from "../core/ids.ts";
import type { ByteSource } from "../platform/types.ts";
import { ArtifactError } from "./artifact-error.ts";
import { writeChecksumList } from "./checksum-list.ts";
import { sign, type SigningKey } from "./keys.ts";
import { blockBytes, endBytes, paddingOf } from "./tar-header.ts";
import { packTar, partOf, tarOf } from "./tar-writer.ts";

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
  const { name, source } = payload;
  const version = text(`{"format":"mender","version":3}`);
  const header = await headerTar(input);
  const payloadSum = await sumOf(source);
  const manifest = writeChecksumList([
    { name: `data/0000/${name}`, sha256: payloadSum },
    { name: "header.tar", sha256: shaOf(header) },
    { name: "version", sha256: shaOf(version) },
  ]);
  const data = packTar([{ name, size: source.size, content: unchanged(source, payloadSum) }]);
  const dataBytes = blockBytes + source.size + paddingOf(source.size) + endBytes;
  return packTar([
    partOf("version", version),
    partOf("manifest", manifest),
    ...(key === null ? [] : [partOf("manifest.sig", text(sign(manifest, key)))]),
    partOf("header.tar", header),
    { name: "data/0000.tar", size: dataBytes, content: data },
  ]);
}

function headerTar(input: ArtifactInput): Promise<Uint8Array> {
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
  return tarOf([
    { name: "header-info", content: text(JSON.stringify(headerInfo)) },
    { name: "headers/0000/type-info", content: text(JSON.stringify(typeInfo)) },
  ]);
}

/** The payload once more, demanded to be what was summed. */
async function* unchanged(source: ByteSource, expected: Sha256): AsyncGenerator<Uint8Array> {
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
