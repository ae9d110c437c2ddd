import { ArtifactError, asResult, refused } from "../artifact/artifact-error.ts";
import { gunzip, inflateChunk } from "../artifact/compression.ts";
import { readAll } from "../artifact/buffer-lending.ts";
import type { Result } from "../core/result.ts";
import { type ByteSource, FileError, type Files } from "../platform/types.ts";
import { notWritten } from "./not-written.ts";
import { readAt } from "./tar-index.ts";

/** What is left free on the file system when a bundle is unpacked; bytes. */
const reservedBytes = 16 * 1024 * 1024;

/** Whether the file is compressed with gzip. False as well where it cannot be read: opening it tells why. */
export async function isGzip(source: ByteSource): Promise<boolean> {
  return hasBytes(source, 0, [0x1f, 0x8b]);
}

/** Whether the file is a tar by its first header, and so a bundle rather than a Manifest. */
export async function isTar(source: ByteSource): Promise<boolean> {
  return hasBytes(source, tarMark.at, tarMark.bytes);
}

/** The same, told from the first bytes. */
export function isTarHead(head: Uint8Array): boolean {
  return tarMark.bytes.every((byte, at) => head[tarMark.at + at] === byte);
}

/** `ustar` */
const tarMark = { at: 257, bytes: [0x75, 0x73, 0x74, 0x61, 0x72] };

/** Unpacks a gzip file into a new file at `path`; gives its size in bytes. Where it fails, no file stays. */
export function unpackGzip(
  source: ByteSource,
  path: string,
  files: Files,
): Promise<Result<number>> {
  return asResult(source.name, async () => {
    const directory = path.slice(0, path.lastIndexOf("/")) || "/";
    try {
      const free = files.freeBytes(directory);
      const unpacking = { chunkBytes: inflateChunk.alone, buffers: "lent" } as const;
      const unpacked = gunzip(source.name, readAll(source, unpacking), unpacking);
      return await files.writeStream(path, within(source.name, unpacked, free));
    } catch (error) {
      const ours = error instanceof FileError && [path, directory].includes(error.path);
      throw ours ? new ArtifactError(notWritten(source, error)) : error;
    }
  });
}

/** `free`: bytes on the file system before anything was unpacked. */
async function* within(file: string, bytes: AsyncIterable<Uint8Array>, free: number) {
  const room = Math.max(free - reservedBytes, 0);
  let total = 0;
  for await (const piece of bytes) {
    total += piece.length;
    if (total > room) {
      const message = `There is not enough space to unpack "${file}": ${free} bytes are free, ${reservedBytes} are kept free, and more than ${room} are needed.`;
      throw refused("not-enough-space", file, message, {
        expected: `more than ${free} bytes free`,
        got: `${free} bytes`,
        hint: "Make room, or give the bundle uncompressed: it is then read in place.",
      });
    }
    yield piece;
  }
}

async function hasBytes(
  source: ByteSource,
  offset: number,
  bytes: readonly number[],
): Promise<boolean> {
  if (source.size < offset + bytes.length) return false;
  const found = await asResult(source.name, () => readAt(source, offset, bytes.length));
  return found.ok && bytes.every((byte, at) => found.value[at] === byte);
}
