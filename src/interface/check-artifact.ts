import { createHash } from "node:crypto";
import { tarOf } from "../artifact/tar-writer.ts";
import type { ComponentType } from "../core/ids.ts";
import type { ByteSource } from "../platform/types.ts";

/** More than a pipe holds. */
const large: TarPart = { name: "check-large.bin", content: new Uint8Array(200_000).fill(0x2e) };

/** The payloads that the checker makes up: several files, an empty one among them, or a single one. */
const payloads: Readonly<Record<MadeUp, readonly TarPart[]>> = {
  three: [
    large,
    { name: "check-empty.bin", content: new Uint8Array(0) },
    { name: "check-small.bin", content: bytesOf("made up by interface check\n") },
  ],
  one: [large],
};

/** How many payload files it has. */
export type MadeUp = "three" | "one";

/**
 * A sound Artifact for a Component type, uncompressed, in memory. With `isBroken` one byte of its last payload file
 * is wrong.
 */
export async function madeUpArtifact(
  componentType: ComponentType,
  madeUp: MadeUp,
  isBroken: boolean,
): Promise<ByteSource> {
  const payload = payloads[madeUp];
  const version = bytesOf('{"format":"mender","version":3}');
  const header = await tarOf([
    {
      name: "header-info",
      content: json({
        payloads: [{ type: "interface-check" }],
        artifact_provides: { artifact_name: "interface-check" },
        artifact_depends: { device_type: [componentType] },
      }),
    },
    {
      name: "headers/0000/type-info",
      content: json({
        type: "interface-check",
        artifact_provides: { "interface-check.version": "1" },
        clears_artifact_provides: ["interface-check.*"],
      }),
    },
  ]);
  const manifest = [
    ...payload.map(({ name, content }) => `${sumOf(content)}  data/0000/${name}\n`),
    `${sumOf(header)}  header.tar\n`,
    `${sumOf(version)}  version\n`,
  ].join("");
  const files = isBroken ? withChangedByte(payload) : payload;
  const bytes = await tarOf([
    { name: "version", content: version },
    { name: "manifest", content: bytesOf(manifest) },
    { name: "header.tar", content: header },
    { name: "data/0000.tar", content: await tarOf(files) },
  ]);
  return {
    name: "interface-check.mender",
    size: bytes.length,
    // oxlint-disable-next-line require-await
    async *read(offset, length) {
      const end = offset + length;
      for (let at = offset; at < end; at += pieceBytes)
        yield bytes.subarray(at, Math.min(end, at + pieceBytes));
    },
  };
}

const pieceBytes = 64 * 1024;

/** The first byte of the last file. */
function withChangedByte(payload: readonly TarPart[]): readonly TarPart[] {
  return payload.map(({ name, content }, at) => {
    const isLast = at === payload.length - 1;
    const changed = content.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
    return { name, content: isLast ? changed : content };
  });
}

interface TarPart {
  readonly name: string;
  readonly content: Uint8Array;
}

function sumOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function json(value: unknown): Uint8Array {
  return bytesOf(JSON.stringify(value));
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
