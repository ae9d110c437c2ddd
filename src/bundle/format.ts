import { encodePax } from "tar-stream/headers.js";
import { encodeHeader, paddingOf } from "../artifact/tar-header.ts";

/** Names and bytes of the bundle's format, version 1. */

/** `version` holds exactly this: there is one way to write a bundle, so that no byte of it can be changed unseen. */
export const versionContent = new TextEncoder().encode(
  '{"format":"mender-orchestrator-bundle","version":1}',
);

/** The entries that are ours, in their order; the Artifacts follow. */
export const entryName = {
  version: "version",
  checksums: "checksums",
  signature: "checksums.sig",
  manifest: "manifest.yaml",
} as const;

/**
 * All that comes before the content of an entry: its header, with an extended one before it where name or size need it.
 */
export function entryHead(name: string, size: number): Uint8Array {
  const plain = encodeHeader({ name, flag: "0", size });
  if (plain !== null) return plain;
  const encoded = encodePax({ name, pax: { size: String(size) } });
  const pax = encodeHeader({ name: "pax", flag: "x", size: encoded.length });
  // What an extended header overrides stands in the plain one as a name and a size that fit every reader.
  const overridden = encodeHeader({ name: "entry", flag: "0", size: 0 });
  if (pax === null || overridden === null) throw new Error("a short header must fit");
  return joined([pax, encoded, new Uint8Array(paddingOf(encoded.length)), overridden]);
}

/** How many bytes an entry takes in the tar. */
export function entryBytes(name: string, size: number): number {
  return entryHead(name, size).length + size + paddingOf(size);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
