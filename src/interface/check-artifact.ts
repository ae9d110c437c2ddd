import { createHash } from "node:crypto";
import type { ComponentType } from "../core/ids.ts";
import type { ByteSource } from "../platform/types.ts";

/** The payload that the checker makes up: more than a pipe holds, nothing at all, and next to nothing. */
const payload: readonly TarPart[] = [
  { name: "check-large.bin", content: new Uint8Array(200_000).fill(0x2e) },
  { name: "check-empty.bin", content: new Uint8Array(0) },
  { name: "check-small.bin", content: bytesOf("made up by interface check\n") },
];

/**
 * A sound Artifact for a Component type, uncompressed, in memory. With `isBroken` one byte of its last payload file
 * is wrong.
 */
export function madeUpArtifact(componentType: ComponentType, isBroken: boolean): ByteSource {
  const version = bytesOf('{"format":"mender","version":3}');
  const header = tar([
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
  const files = isBroken ? payload.map(withChangedFirstByte) : payload;
  const bytes = tar([
    { name: "version", content: version },
    { name: "manifest", content: bytesOf(manifest) },
    { name: "header.tar", content: header },
    { name: "data/0000.tar", content: tar(files) },
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

function withChangedFirstByte({ name, content }: TarPart, at: number): TarPart {
  const isLast = at === payload.length - 1;
  return {
    name,
    content: isLast ? content.map((byte, index) => (index === 0 ? byte ^ 1 : byte)) : content,
  };
}

interface TarPart {
  readonly name: string;
  readonly content: Uint8Array;
}

/** POSIX ustar of small regular files. */
function tar(parts: readonly TarPart[]): Uint8Array {
  const blocks = parts.flatMap(({ name, content }) => [
    entryHeader(name, content.length),
    content,
    new Uint8Array((512 - (content.length % 512)) % 512),
  ]);
  return joined([...blocks, new Uint8Array(1024)]);
}

function entryHeader(name: string, size: number): Uint8Array {
  const header = new Uint8Array(512);
  const put = (at: number, text: string) => header.set(bytesOf(text), at);
  const octal = (value: number) => `${value.toString(8).padStart(11, "0")}\0`;
  put(0, name);
  put(100, "0000644\0");
  put(108, "0000000\0");
  put(116, "0000000\0");
  put(124, octal(size));
  put(136, octal(0));
  put(148, "        ");
  put(156, "0");
  put(257, "ustar\x0000");
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return header;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
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
