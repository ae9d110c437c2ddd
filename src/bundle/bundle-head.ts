import { asResult } from "../artifact/artifact-error.ts";
import { readAll } from "../artifact/buffer-lending.ts";
import { gunzip, inflateChunk } from "../artifact/compression.ts";
import { blockBytes } from "../artifact/tar-header.ts";
import type { ByteSource } from "../platform/types.ts";
import { formatMark } from "./bundle-version.ts";
import { isGzip, isTarHead } from "./unpack.ts";

/** The header of the first entry, and the start of its content. */
const headBytes = 2 * blockBytes;

/** The first bytes of a tar, or of what gzip has compressed; fewer where that is broken. */
export async function bundleHead(source: ByteSource): Promise<Uint8Array> {
  const unpacking = { chunkBytes: inflateChunk.among, buffers: "kept" } as const;
  const bytes = (await isGzip(source))
    ? gunzip(source.name, readAll(source, unpacking), unpacking)
    : source.read(0, Math.min(headBytes, source.size));
  const pieces: Uint8Array[] = [];
  let length = 0;
  await asResult(source.name, async () => {
    for await (const piece of bytes) {
      pieces.push(piece);
      length += piece.length;
      if (length >= headBytes) break;
    }
  });
  return Buffer.concat(pieces).subarray(0, headBytes);
}

/**
 * Whether a tar begins as a bundle does: with our `version`, or, where it was packed by hand, with a directory, an
 * Artifact or a YAML file. It may be none all the same, which opening it tells.
 */
export function isBundleHead(head: Uint8Array): boolean {
  if (!isTarHead(head)) return false;
  const text = new TextDecoder("latin1").decode(head);
  const [name = ""] = text.slice(0, nameBytes).split("\0", 1);
  if (name === "version") return text.slice(blockBytes).startsWith(formatMark);
  return /(\/|\.mender|\.ya?ml)$/.test(name) || text[typeAt] === "L" || text[typeAt] === "x";
}

const nameBytes = 100;
/** Of the letter that tells the type of an entry; `L` and `x` come before one with a long name. */
const typeAt = 156;
