import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type Headers, pack } from "tar-stream";
import { collect } from "./byte-sources.ts";

/** An entry of a tar as tar-stream writes it. */
export interface TarPart {
  readonly name: string;
  readonly content: Uint8Array | string;
  readonly headers?: Partial<Headers>;
}

/** A tar written by tar-stream: an author independent of our reader. */
export async function tar(parts: readonly TarPart[]): Promise<Uint8Array> {
  const stream = pack();
  for (const { name, content, headers } of parts) {
    const bytes = Buffer.from(content);
    const link = headers?.type !== undefined && headers.type !== "file";
    if (link) stream.entry({ name, mtime: new Date(0), ...headers });
    else stream.entry({ name, mtime: new Date(0), size: bytes.length, ...headers }, bytes);
  }
  stream.finalize();
  return collect(stream);
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The parts of an Artifact before they are put together: a test changes one and packs. */
export interface ArtifactParts {
  readonly version: string;
  readonly headerInfo: unknown;
  readonly typeInfo: unknown;
  readonly headerName: string;
  readonly dataName: string;
  /** The header tar's own entries; default: header-info and type-info of above. */
  readonly header: readonly TarPart[] | null;
  readonly files: readonly TarPart[];
  /** How header and data are compressed. */
  readonly compress: (tar: Uint8Array) => Uint8Array;
  /** The lines of `manifest`, or what a test makes of the right ones. */
  readonly manifest: (lines: readonly string[]) => string;
  /** The outer entries, or what a test makes of the right ones. */
  readonly entries: (parts: readonly TarPart[]) => readonly TarPart[];
}

/** A sound Artifact for Components of type `gateway`: `gateway-v2`, with two payload files. */
export const soundArtifact: ArtifactParts = {
  version: '{"format":"mender","version":3}',
  headerInfo: {
    payloads: [{ type: "gateway-image" }],
    artifact_provides: { artifact_name: "gateway-v2" },
    artifact_depends: { device_type: ["gateway"] },
  },
  typeInfo: {
    type: "gateway-image",
    artifact_provides: { "rootfs-image.gateway.version": "gateway-v2" },
    clears_artifact_provides: ["rootfs-image.gateway.*"],
  },
  headerName: "header.tar.gz",
  dataName: "data/0000.tar.gz",
  header: null,
  files: [
    { name: "image.bin", content: "the new gateway" },
    { name: "notes.txt", content: "" },
  ],
  compress: gzipSync,
  manifest: (lines) => lines.map((line) => `${line}\n`).join(""),
  entries: (parts) => parts,
};

/** Puts an Artifact together, right where `changes` does not say otherwise. */
export async function buildArtifact(changes: Partial<ArtifactParts> = {}): Promise<Uint8Array> {
  const parts = { ...soundArtifact, ...changes };
  const headerParts = parts.header ?? [
    { name: "header-info", content: JSON.stringify(parts.headerInfo) },
    { name: "headers/0000/type-info", content: JSON.stringify(parts.typeInfo) },
  ];
  const header = parts.compress(await tar(headerParts));
  const data = parts.compress(await tar(parts.files));
  const lines = [
    ...parts.files.map(({ name, content }) => `${sha256(content)}  data/0000/${name}`),
    `${sha256(header)}  ${parts.headerName}`,
    `${sha256(parts.version)}  version`,
  ];
  return tar(
    parts.entries([
      { name: "version", content: parts.version },
      { name: "manifest", content: parts.manifest(lines) },
      { name: parts.headerName, content: header },
      { name: parts.dataName, content: data },
    ]),
  );
}
