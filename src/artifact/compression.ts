import { createGunzip, type Gunzip } from "node:zlib";
import { type Decompressors, DecompressError } from "../platform/types.ts";
import { refused } from "./artifact-error.ts";
import { freeBuffer, type BufferLending } from "./buffer-lending.ts";

/** How the tars inside an Artifact may be compressed. */
export type Compression = "none" | "gzip" | "xz" | "zstd";

/** The name endings that go with each; one that lies is refused, because the real parsers go by it. */
export const suffixOf: Readonly<Record<Compression, string>> = {
  none: "",
  gzip: ".gz",
  xz: ".xz",
  zstd: ".zst",
};

/** How many leading bytes tell the compression. */
export const magicBytes = 6;

/** Tells the compression from the first bytes; whatever has no known mark is taken for uncompressed. */
export function compressionOf(head: Uint8Array): Compression {
  for (const { mark, compression } of marks) {
    if (mark.every((byte, at) => head[at] === byte)) return compression;
  }
  return "none";
}

const marks = [
  { mark: [0x1f, 0x8b], compression: "gzip" },
  { mark: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], compression: "xz" },
  { mark: [0x28, 0xb5, 0x2f, 0xfd], compression: "zstd" },
] as const;

/**
 * Bytes that are inflated at once: 1 MiB is fastest where an Artifact is read alone or beside a few; 80 KiB keep fifty
 * that are streamed at the same time within 140 MB in all. 16 KiB took no less, and twice the processor's time; 64 KiB
 * are what newer Nodes share among small buffers, and such a size could not be let go.
 */
export const inflateChunk = { alone: 1024 * 1024, among: 80 * 1024 } as const;

/** How the uncompressed bytes are to come. */
export interface Unpacking {
  /** Bytes that are inflated at once: the largest piece. */
  readonly chunkBytes: number;
  readonly buffers: BufferLending;
}

/**
 * Streams `source`, whose pieces may be lent, uncompressed; ArtifactError where it is broken, cut short or goes on
 * after its end.
 */
export async function* uncompressed(
  file: string,
  compression: Compression,
  source: AsyncIterable<Uint8Array>,
  decompressors: Decompressors | null,
  unpacking: Unpacking,
): AsyncGenerator<Uint8Array> {
  switch (compression) {
    case "none":
      yield* source;
      return;
    case "gzip":
      yield* gunzip(file, source, unpacking);
      return;
    case "xz":
    case "zstd":
      yield* byProgram(file, compression, source, decompressors);
      return;
  }
}

/**
 * Streams gzip, whose pieces may be lent, uncompressed, its trailer read and checked; ArtifactError where anything but
 * zeroes less is wrong.
 */
export async function* gunzip(
  file: string,
  source: AsyncIterable<Uint8Array>,
  { chunkBytes, buffers }: Unpacking,
): AsyncGenerator<Uint8Array> {
  const engine = createGunzip({ chunkSize: chunkBytes });
  const fed = feed(engine, source);
  let last: Uint8Array | null = null;
  try {
    for await (const chunk of engine) {
      const piece = bytesOf(chunk);
      yield piece;
      if (buffers === "lent" && isFull(piece)) releaseBuffer(piece, chunkBytes);
      last = piece;
    }
  } catch (error) {
    throw isZlibError(error) ? broken(file, "gzip", error.message) : error;
  } finally {
    engine.destroy();
  }
  // Node ends quietly where zeros follow the trailer; all that was fed must have been used.
  if (!fed.toItsEnd || engine.bytesWritten !== fed.bytes) {
    throw broken(file, "gzip", "something follows its end");
  }
  // The engine has ended of itself, so it fills nothing any more.
  if (buffers === "lent" && last !== null) releaseBuffer(last, chunkBytes);
}

/** A source that breaks destroys the engine, so that whoever reads from that meets the very error. */
function feed(engine: Gunzip, source: AsyncIterable<Uint8Array>) {
  const fed = { bytes: 0, toItsEnd: false };
  async function all(): Promise<void> {
    for await (const piece of source) {
      fed.bytes += piece.length;
      if (!(await isTaken(engine, piece))) return;
    }
    fed.toItsEnd = true;
    engine.end();
  }
  all().catch((error: unknown) => {
    engine.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return fed;
}

/** Waits until the engine has used all of it: a piece may be lent. False where it wants no more of them. */
function isTaken(engine: Gunzip, piece: Uint8Array): Promise<boolean> {
  return new Promise((settle) => {
    // An engine that is at its end, or destroyed, may never call back.
    const refuse = () => settle(false);
    engine.once("close", refuse);
    engine.write(piece, (error) => {
      engine.off("close", refuse);
      settle(error === null || error === undefined);
    });
  });
}

/**
 * Whether the buffer that a piece lies in is full up to its end. The engine fills one after the other, and has done
 * with one only then.
 */
function isFull({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
  return byteOffset + byteLength === buffer.byteLength;
}

/** Frees what a piece lay in, if that was nobody else's. */
function releaseBuffer({ buffer }: Uint8Array, chunkBytes: number): void {
  if (isOfEngine(buffer, chunkBytes)) freeBuffer(buffer);
}

/**
 * Whether the engine has made a buffer for itself; one that is freed already has no bytes. Several small pieces come
 * joined, maybe in the memory that Node shares among all small buffers of the process. That has `Buffer.poolSize` or a
 * few bytes more.
 */
export function isOfEngine({ byteLength }: ArrayBufferLike, chunkBytes: number): boolean {
  return byteLength === chunkBytes && chunkBytes > Buffer.poolSize;
}

async function* byProgram(
  file: string,
  compression: "xz" | "zstd",
  source: AsyncIterable<Uint8Array>,
  decompressors: Decompressors | null,
): AsyncGenerator<Uint8Array> {
  if (decompressors === null) throw programMissing(file, compression);
  try {
    yield* decompressors.decompress(compression, source);
  } catch (error) {
    if (!(error instanceof DecompressError)) throw error;
    if (error.reason === "program-missing") throw programMissing(file, error.program);
    throw broken(file, compression, error.message);
  }
}

function broken(file: string, compression: Compression, detail: string) {
  return refused(
    "archive-compression",
    file,
    `The ${compression} data in "${file}" is broken: ${detail}.`,
    {
      hint: "The file was damaged on its way: copy or download it again.",
    },
  );
}

function programMissing(file: string, program: string) {
  return refused(
    "decompressor-missing",
    file,
    `"${file}" is compressed with ${program}, and the program "${program}" is not there.`,
    { hint: `Install "${program}", or make the Artifact with gzip.` },
  );
}

function isZlibError(error: unknown): error is Error {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    error.code.startsWith("Z_")
  );
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError("a byte stream gave something that is not bytes");
}
