import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { gunzip, inflateChunk, isOfEngine } from "../../../src/artifact/compression.ts";
import { verifyArtifact } from "../../../src/artifact/verify.ts";
import { nodeDecompressors } from "../../../src/platform/decompress.ts";
import { type ArtifactParts, buildArtifact } from "../../support/artifacts.ts";
import { collect, lent, memorySource } from "../../support/byte-sources.ts";
import { needs } from "../../support/needs.ts";

const decompressors = nodeDecompressors();

async function verify(changes: Partial<ArtifactParts>, pieceBytes?: number) {
  return verifyArtifact(
    memorySource("a.mender", await buildArtifact(changes), pieceBytes),
    [],
    decompressors,
  );
}

const none = {
  compress: (tar: Uint8Array) => tar,
  headerName: "header.tar",
  dataName: "data/0000.tar",
};
const gzip = { headerName: "header.tar.gz", dataName: "data/0000.tar.gz" };
/** Compresses the payload only in this way; the header, which comes first, with plain gzip. */
function payloadOnly(compress: (tar: Uint8Array) => Uint8Array): Partial<ArtifactParts> {
  let calls = 0;
  return { ...gzip, compress: (tar) => ((calls += 1) === 1 ? gzipSync(tar) : compress(tar)) };
}

describe("an Artifact without compression", () => {
  it("is read", async () => expect(await verify(none)).toMatchObject({ ok: true }));
});

describe("a gzip Artifact", () => {
  it("is read, in pieces of any size", async () => {
    expect(await verify(gzip, 1)).toMatchObject({ ok: true });
    expect(await verify(gzip, 1_000_000)).toMatchObject({ ok: true });
  });

  it("may be written as several members", async () => {
    const members = (tar: Uint8Array) =>
      Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))]);

    expect(await verify(payloadOnly(members))).toMatchObject({ ok: true });
  });

  it.each([
    [
      "a trailer cut off",
      (tar: Uint8Array) => gzipSync(tar).subarray(0, -8),
      "unexpected end of file",
    ],
    [
      "half a trailer",
      (tar: Uint8Array) => gzipSync(tar).subarray(0, -1),
      "unexpected end of file",
    ],
    [
      "zeros behind",
      (tar: Uint8Array) => Buffer.concat([gzipSync(tar), new Uint8Array(600)]),
      "something follows its end",
    ],
    [
      "one zero behind",
      (tar: Uint8Array) => Buffer.concat([gzipSync(tar), new Uint8Array(1)]),
      "something follows its end",
    ],
    [
      "garbage behind",
      (tar: Uint8Array) => Buffer.concat([gzipSync(tar), Buffer.from("garbage")]),
      "incorrect header check",
    ],
    ["a wrong checksum", (tar: Uint8Array) => flipped(gzipSync(tar), -8), "incorrect data check"],
    ["a wrong length", (tar: Uint8Array) => flipped(gzipSync(tar), -4), "incorrect length check"],
  ])("is refused with %s", async (_, compress, detail) => {
    for (const pieceBytes of [1, 512, 100_000]) {
      expect(await verify(payloadOnly(compress), pieceBytes)).toEqual({
        ok: false,
        problems: [
          {
            code: "archive-compression",
            message: `The gzip data in "a.mender:data/0000.tar.gz" is broken: ${detail}.`,
            at: { file: "a.mender:data/0000.tar.gz" },
            hint: "The file was damaged on its way: copy or download it again.",
          },
        ],
      });
    }
  });

  it("is refused where a second archive follows the first", async () => {
    const twice = (tar: Uint8Array) => gzipSync(Buffer.concat([tar, tar]));

    expect(await verify(payloadOnly(twice))).toMatchObject({
      ok: false,
      problems: [{ code: "archive-trailing-data" }],
    });
  });

  it("is refused where the archive in it has no end", async () => {
    const cut = (tar: Uint8Array) => gzipSync(tar.subarray(0, -512));

    expect(await verify(payloadOnly(cut))).toMatchObject({
      ok: false,
      problems: [{ code: "archive-truncated" }],
    });
  });
});

describe.each([
  ["xz", ".xz"],
  ["zstd", ".zst"],
])("a %s Artifact", (program, suffix) => {
  const names = { headerName: `header.tar${suffix}`, dataName: `data/0000.tar${suffix}` };
  const compress = (tar: Uint8Array) => execFileSync(program, ["-c"], { input: tar });

  it.skipIf(!needs(program))("is read", async () => {
    expect(await verify({ ...names, compress })).toMatchObject({ ok: true });
  });

  it.skipIf(!needs(program)).each([
    ["cut short", (bytes: Uint8Array) => bytes.subarray(0, -6)],
    ["followed by garbage", (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from("garbage")])],
    ["changed", (bytes: Uint8Array) => flipped(bytes, -20)],
  ])("is refused where it is %s", async (_, change) => {
    const result = await verify({ ...names, compress: (tar) => change(compress(tar)) });

    expect(result).toMatchObject({ ok: false, problems: [{ code: "archive-compression" }] });
  });

  it("needs its program", async () => {
    const artifact = await buildArtifact({ ...names, compress: () => magic(program) });
    const problem = {
      code: "decompressor-missing",
      message: `"a.mender:header.tar${suffix}" is compressed with ${program}, and the program "${program}" is not there.`,
      at: { file: `a.mender:header.tar${suffix}` },
      hint: `Install "${program}", or make the Artifact with gzip.`,
    };
    const nowhere = nodeDecompressors({ PATH: "/nonexistent" });

    for (const port of [nowhere, null]) {
      expect(await verifyArtifact(memorySource("a.mender", artifact), [], port)).toEqual({
        ok: false,
        problems: [problem],
      });
    }
  });
});

describe("a name that says another compression than the content has", () => {
  it.each([
    [{ ...none, headerName: "header.tar.gz" }, ".tar.gz", ".tar"],
    [{ ...gzip, headerName: "header.tar" }, ".tar", ".tar.gz"],
    [{ ...gzip, headerName: "header.tar.xz" }, ".tar.xz", ".tar.gz"],
    [{ ...gzip, dataName: "data/0000.tar.zst" }, ".tar.zst", ".tar.gz"],
  ])("is refused, as the real parsers do", async (changes, expected, got) => {
    expect(await verify(changes)).toMatchObject({
      ok: false,
      problems: [{ code: "archive-compression", expected, got }],
    });
  });
});

describe("gzip that is lent", () => {
  const content = randomBytes(1_000_000);
  const packed = gzipSync(content);
  const chunkBytes = inflateChunk.among;

  /** Small pieces that are spoilt once the next one is asked for. */
  async function* source() {
    for (let at = 0; at < packed.length; at += 999) yield* lent(packed.subarray(at, at + 999));
  }

  it("gives the same bytes, and each piece is gone once the next one is asked for", async () => {
    const pieces: Uint8Array[] = [];
    const copies: Uint8Array[] = [];
    for await (const piece of gunzip("a", source(), { chunkBytes, buffers: "lent" })) {
      pieces.push(piece);
      copies.push(Buffer.from(piece));
    }

    expect(content.equals(Buffer.concat(copies))).toBe(true);
    // Those of the last buffer, which was not filled, are gone as well.
    expect(copies.reduce((sum, { length }) => sum + length, 0) % chunkBytes).not.toBe(0);
    expect(pieces.filter(({ length }) => length > 0)).toEqual([]);
  });

  it("stays where it is kept", async () => {
    const pieces: Uint8Array[] = [];
    for await (const piece of gunzip("a", source(), { chunkBytes, buffers: "kept" })) {
      pieces.push(piece);
    }

    expect(content.equals(Buffer.concat(pieces))).toBe(true);
  });

  it.each(["alone", "among"] as const)(
    "never takes Node's shared memory for its own, whatever size that has (%s)",
    async (company) => {
      const usual = Buffer.poolSize;
      try {
        for (const poolSize of [usual, 64 * 1024, 128 * 1024, 1024 * 1024]) {
          Buffer.poolSize = poolSize;
          usePool(2 * poolSize);
          const shared = Buffer.allocUnsafe(1).buffer;
          expect(shared.byteLength).toBeGreaterThanOrEqual(poolSize);
          expect(isOfEngine(shared, inflateChunk[company])).toBe(false);
          const lentPieces = gunzip("a", source(), {
            chunkBytes: inflateChunk[company],
            buffers: "lent",
          });
          const copies: Uint8Array[] = [];
          for await (const piece of lentPieces) {
            copies.push(Buffer.from(piece));
            // What comes meanwhile is in small pieces, which Node joins in the shared memory.
            await turns(10);
          }
          expect(content.equals(Buffer.concat(copies))).toBe(true);
          expect(usePool(100)).toBe(true);
        }
      } finally {
        Buffer.poolSize = usual;
        usePool(2 * usual);
      }
    },
  );

  it("lets go of its source where nobody reads on", async () => {
    let closed = false;
    async function* watched() {
      try {
        for (;;) yield* source();
      } finally {
        closed = true;
      }
    }

    for await (const piece of gunzip("a", watched(), { chunkBytes, buffers: "lent" })) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    await expect.poll(() => closed).toBe(true);
  });

  it("lets go of its source where something follows the end", async () => {
    let closed = false;
    async function* watched() {
      try {
        yield* source();
        for (;;) yield new Uint8Array(100);
      } finally {
        closed = true;
      }
    }

    await expect(collect(gunzip("a", watched(), { chunkBytes, buffers: "lent" }))).rejects.toThrow(
      'The gzip data in "a" is broken',
    );
    await expect.poll(() => closed).toBe(true);
  });

  it("passes on what its source throws", async () => {
    async function* broken() {
      yield packed.subarray(0, 300_000);
      throw new Error("the medium is gone");
    }

    await expect(collect(gunzip("a", broken(), { chunkBytes, buffers: "lent" }))).rejects.toThrow(
      "the medium is gone",
    );
  });
});

describe("the programs that decompress", () => {
  for (const program of ["xz", "zstd"] as const) {
    it.skipIf(!needs(program))(`take what is only lent (${program})`, async () => {
      const content = randomBytes(500_000);
      const packed = execFileSync(program, ["-c"], { input: content });
      async function* source() {
        for (let at = 0; at < packed.length; at += 999) yield* lent(packed.subarray(at, at + 999));
      }

      const unpacked = await collect(decompressors.decompress(program, source()));

      expect(content.equals(unpacked)).toBe(true);
    });
  }

  it.skipIf(!needs("xz"))(
    "pass on what their source throws, not what they make of it",
    async () => {
      const packed = execFileSync("xz", ["-c"], { input: Buffer.alloc(100_000, "x") });
      async function* broken() {
        yield packed.subarray(0, 30);
        throw new Error("the medium is gone");
      }

      await expect(collect(decompressors.decompress("xz", broken()))).rejects.toThrow(
        "the medium is gone",
      );
    },
  );

  it.skipIf(!needs("xz"))("end when nobody reads on, and let go of the source", async () => {
    const packed = execFileSync("xz", ["-c"], { input: Buffer.alloc(10_000_000, "x") });
    let closed = false;
    async function* source() {
      try {
        for (;;) yield packed;
      } finally {
        closed = true;
      }
    }

    for await (const piece of decompressors.decompress("xz", source())) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    await expect.poll(() => closed).toBe(true);
  });
});

/** Takes small pieces of the shared memory, until there are so many bytes of it; false where it was taken away. */
function usePool(bytes: number): boolean {
  for (let taken = 0; taken < bytes; taken += 100) {
    if (Buffer.allocUnsafe(100).length !== 100) return false;
  }
  return true;
}

/** Lets whoever has something to do at the moment do it. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((settle) => setImmediate(settle));
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Buffer.from(bytes);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}

function magic(program: string): Uint8Array {
  return program === "xz"
    ? Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])
    : Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]);
}
