import * as fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FileIo } from "../../../../src/platform/file-io.ts";
import { nodeFiles } from "../../../../src/platform/files.ts";
import { FileError, type Files } from "../../../../src/platform/types.ts";
import type { CachedSource } from "../../../../src/sources/cache/artifact-cache.ts";
import { sha256 } from "../../../support/artifacts.ts";
import { collect } from "../../../support/byte-sources.ts";
import { cacheIn, nowhere, remote, remoteArtifact } from "../../../support/caches.ts";
import { scratchDirectory } from "../../../support/scratch.ts";
import { mountSmallDisk, smallDisksWork } from "../../../support/small-disk.ts";

const megabyte = 1024 * 1024;
const files = nodeFiles();
const one = await remoteArtifact("gateway-v2", megabyte);
const other = await remoteArtifact("gateway-v3", megabyte / 2);

/** The sum of all that it gives. */
async function all(source: CachedSource): Promise<string> {
  return sha256(await collect(source.read(0, source.size, 100_000)));
}

async function readAndKeep(source: CachedSource): Promise<string> {
  const bytes = await all(source);
  await source.keep();
  source.close();
  return bytes;
}

/** Reads so much of it and stops there until it is told to go on. */
async function readSome(source: CachedSource, bytes: number) {
  const iterator = source.read(0, source.size)[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < bytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    pieces.push(new Uint8Array(next.value));
    length += next.value.length;
  }
  return {
    length,
    async rest(): Promise<string> {
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return sha256(Buffer.concat(pieces));
        pieces.push(new Uint8Array(next.value));
      }
    },
    stop: async () => {
      await iterator.return?.();
    },
  };
}

/** Writing is refused from the second block on. */
function refusing(code: string): Partial<FileIo> {
  const refused = () => Object.assign(new Error(code), { code });
  return {
    write(fd, bytes, offset, length, position, callback) {
      if (position >= 256 * 1024) callback(refused(), 0);
      else fs.write(fd, bytes, offset, length, position, callback);
    },
  };
}

function listed(directory: string): readonly string[] {
  return fs.readdirSync(join(directory, "artifacts")).toSorted();
}

function flipByte(path: string, at: number): void {
  const bytes = fs.readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  fs.writeFileSync(path, bytes);
}

describe("an Artifact that is read through the cache", () => {
  test("becomes an entry that has its sum for a name, once it was verified", async () => {
    const directory = scratchDirectory();
    const { cache, told } = await cacheIn(files, directory);
    const { origin, counts } = remote(one);
    const source = cache.open(one.wanted, origin());
    expect(await all(source)).toBe(one.sha256);
    expect(listed(directory)).not.toContain(`${one.sha256}.mender`);
    await source.keep();
    source.close();
    await cache.idle();
    expect(listed(directory)).toEqual([`${one.sha256}.mender`]);
    expect(sha256(fs.readFileSync(join(directory, "artifacts", `${one.sha256}.mender`)))).toBe(
      one.sha256,
    );
    expect(fs.statSync(join(directory, "artifacts", `${one.sha256}.mender`)).mode & 0o777).toBe(
      0o600,
    );
    expect(counts).toEqual({ bytes: one.bytes.length, requests: 1, closed: 1 });
    expect(told).toEqual([]);
  });

  test("leaves nothing where nobody says that it was right", async () => {
    const directory = scratchDirectory();
    const { cache } = await cacheIn(files, directory);
    const source = cache.open(one.wanted, remote(one).origin());
    await all(source);
    source.close();
    await cache.idle();
    expect(listed(directory)).toEqual([]);
  });

  test("leaves nothing where it was not read to its end", async () => {
    const directory = scratchDirectory();
    const { cache } = await cacheIn(files, directory);
    const source = cache.open(one.wanted, remote(one).origin());
    const reading = await readSome(source, 300_000);
    await reading.stop();
    await source.keep();
    source.close();
    await cache.idle();
    expect(listed(directory)).toEqual([]);
  });

  test("leaves nothing where who says so has not read all of it here", async () => {
    const directory = scratchDirectory();
    const { cache } = await cacheIn(files, directory);
    const { origin } = remote(one);
    const reader = cache.open(one.wanted, origin());
    const sayer = cache.open(one.wanted, origin());
    await all(reader);
    await collect(sayer.read(1000, sayer.size - 1000));
    await sayer.keep();
    reader.close();
    sayer.close();
    await cache.idle();
    expect(listed(directory)).toEqual([]);
  });

  test("comes from the cache the next time, in this process and in another", async () => {
    const directory = scratchDirectory();
    const { cache } = await cacheIn(files, directory);
    await readAndKeep(cache.open(one.wanted, remote(one).origin()));
    expect(await readAndKeep(cache.open(one.wanted, nowhere))).toBe(one.sha256);
    const later = await cacheIn(files, directory);
    expect(await readAndKeep(later.cache.open(one.wanted, nowhere))).toBe(one.sha256);
    expect(later.cache.entries().map(({ artifact }) => artifact.name)).toEqual(["gateway-v2"]);
  });

  test("is read from any offset, in pieces no larger than asked for", async () => {
    const { cache } = await cacheIn(files, scratchDirectory());
    await readAndKeep(cache.open(one.wanted, remote(one).origin()));
    const source = cache.open(one.wanted, nowhere);
    const pieces: number[] = [];
    for await (const piece of source.read(262_000, 1000, 300)) pieces.push(piece.length);
    expect(pieces).toEqual([144, 300, 300, 256]);
    expect(await collect(source.read(262_000, 1000))).toEqual(
      Buffer.from(one.bytes.subarray(262_000, 263_000)),
    );
    source.close();
  });

  test("is not kept where the cache is switched off, but what lies there is used", async () => {
    const directory = scratchDirectory();
    const off = await cacheIn(files, directory, { isFilled: false });
    const { origin, counts } = remote(one);
    await readAndKeep(off.cache.open(one.wanted, origin()));
    expect(fs.existsSync(join(directory, "artifacts"))).toBe(false);
    await readAndKeep((await cacheIn(files, directory)).cache.open(one.wanted, origin()));
    expect(counts.requests).toBe(2);
    const again = await cacheIn(files, directory, { isFilled: false });
    expect(await readAndKeep(again.cache.open(one.wanted, nowhere))).toBe(one.sha256);
  });
});

describe("several who read one Artifact at the same time", () => {
  test("share one download, however they keep step", async () => {
    const directory = scratchDirectory();
    const { cache, told } = await cacheIn(files, directory);
    const { origin, counts } = remote(one);
    const sources = Array.from({ length: 10 }, () => cache.open(one.wanted, origin()));
    const slow = await readSome(sources[0] ?? nowhere(), 1);
    const read = await Promise.all(sources.slice(1).map((source) => all(source)));
    for (const bytes of read) expect(bytes).toBe(one.sha256);
    expect(await slow.rest()).toBe(one.sha256);
    await Promise.all(sources.map((source) => source.keep()));
    for (const source of sources) source.close();
    await cache.idle();
    expect(counts).toEqual({ bytes: one.bytes.length, requests: 1, closed: 1 });
    expect(listed(directory)).toEqual([`${one.sha256}.mender`]);
    expect(told).toEqual([]);
  });

  test("do not wait for one that stands still", async () => {
    const { cache } = await cacheIn(files, scratchDirectory());
    const { origin, counts } = remote(one);
    const still = cache.open(one.wanted, origin());
    const quick = cache.open(one.wanted, origin());
    const stopped = await readSome(still, 1);
    expect(await all(quick)).toBe(one.sha256);
    await stopped.stop();
    still.close();
    quick.close();
    expect(counts.requests).toBe(1);
  });

  test("go on with the next one's source where the first one breaks, from there", async () => {
    const { cache } = await cacheIn(files, scratchDirectory());
    const { origin, counts } = remote(one);
    const first = cache.open(one.wanted, origin(600_000));
    const second = cache.open(one.wanted, origin());
    const results = await Promise.allSettled([all(first), all(second)]);
    expect(results[0]).toMatchObject({ status: "rejected", reason: { code: "ECONNRESET" } });
    expect(results[1]).toEqual({ status: "fulfilled", value: one.sha256 });
    await second.keep();
    first.close();
    second.close();
    await cache.idle();
    // At most a block was on its way when it broke.
    expect(counts.bytes).toBeLessThan(one.bytes.length + 256 * 1024);
    expect(cache.entries()).toHaveLength(1);
  });

  test("go on where the first one leaves, even if its source never answers again", async () => {
    const { cache } = await cacheIn(files, scratchDirectory());
    const { origin } = remote(one);
    const hanging = () => ({
      ...origin()(),
      // oxlint-disable-next-line require-yield
      async *read(): AsyncGenerator<Uint8Array> {
        await new Promise(() => {});
      },
    });
    const first = cache.open(one.wanted, hanging);
    const second = cache.open(one.wanted, origin());
    const never = first.read(0, first.size)[Symbol.asyncIterator]().next();
    never.catch(() => {});
    const reading = all(second);
    first.close();
    expect(await reading).toBe(one.sha256);
    second.close();
    await cache.idle();
  });

  test("each get the error of their own source where all break", async () => {
    const directory = scratchDirectory();
    const { cache, told } = await cacheIn(files, directory);
    const { origin } = remote(one);
    const sources = [1, 2, 3].map(() => cache.open(one.wanted, origin(300_000)));
    const results = await Promise.allSettled(sources.map((source) => all(source)));
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    for (const source of sources) source.close();
    await cache.idle();
    expect(listed(directory)).toEqual([]);
    expect(told).toEqual([]);
  });
});

describe("a cache that cannot be written", () => {
  test.each(["ENOSPC", "EROFS", "EIO"])("is told once and holds up nobody (%s)", async (code) => {
    const directory = scratchDirectory();
    const { cache, told } = await cacheIn(nodeFiles({ ...fs, ...refusing(code) }), directory);
    const { origin, counts } = remote(one);
    const sources = [1, 2, 3].map(() => cache.open(one.wanted, origin()));
    const read = await Promise.all(sources.map((source) => readAndKeep(source)));
    for (const bytes of read) expect(bytes).toBe(one.sha256);
    await cache.idle();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      code: code === "ENOSPC" ? "not-enough-space" : "cache-not-written",
      got: code,
    });
    expect(listed(directory)).toEqual([]);
    // The one who had begun goes on with what it had.
    expect(counts.requests).toBe(3);
  });

  test("is told before anybody reads where that can be known, and only if it is to be filled", async () => {
    const readOnly = nodeFiles({
      ...fs,
      accessSync() {
        throw Object.assign(new Error("EROFS"), { code: "EROFS" });
      },
    });
    const directory = scratchDirectory();
    const { cache, told } = await cacheIn(readOnly, directory);
    expect(told.map(({ message }) => message)).toEqual([
      `The cache "${directory}/artifacts" cannot be used: the file system is read-only.`,
    ]);
    expect(await readAndKeep(cache.open(one.wanted, remote(one).origin()))).toBe(one.sha256);
    expect(told).toHaveLength(1);
    const { codes } = await cacheIn(readOnly, directory, { isFilled: false });
    expect(codes()).toEqual([]);
  });

  test("lets a single reader go on with the request that it has begun", async () => {
    const { cache } = await cacheIn(
      nodeFiles({ ...fs, ...refusing("ENOSPC") }),
      scratchDirectory(),
    );
    const { origin, counts } = remote(one);
    expect(await readAndKeep(cache.open(one.wanted, origin()))).toBe(one.sha256);
    expect(counts).toEqual({ bytes: one.bytes.length, requests: 1, closed: 1 });
  });

  test("gives pieces that may be kept to who has not asked for lent ones", async () => {
    const { cache } = await cacheIn(
      nodeFiles({ ...fs, ...refusing("ENOSPC") }),
      scratchDirectory(),
    );
    const source = cache.open(one.wanted, remote(one).origin());
    const pieces: Uint8Array[] = [];
    for await (const piece of source.read(0, source.size)) pieces.push(piece);
    expect(sha256(Buffer.concat(pieces))).toBe(one.sha256);
    source.close();
  });

  test("because a file lies in its place is told, and read past", async () => {
    const directory = scratchDirectory();
    fs.writeFileSync(join(directory, "artifacts"), "not a directory");
    const { cache, codes } = await cacheIn(files, directory);
    expect(await readAndKeep(cache.open(one.wanted, remote(one).origin()))).toBe(one.sha256);
    expect(codes()).toEqual(["cache-not-written"]);
  });

  test("because its sync fails makes no entry", async () => {
    const directory = scratchDirectory();
    const failing: FileIo = {
      ...fs,
      fdatasync: (_, callback) => callback(Object.assign(new Error("EIO"), { code: "EIO" })),
    };
    const { cache, codes } = await cacheIn(nodeFiles(failing), directory);
    await readAndKeep(cache.open(one.wanted, remote(one).origin()));
    await cache.idle();
    expect(codes()).toEqual(["cache-not-written"]);
    expect(listed(directory)).toEqual([]);
  });

  test("and does not give back what was written to it is read past", async () => {
    const directory = scratchDirectory();
    const { cache, codes } = await cacheIn(files, directory);
    const { origin } = remote(one);
    const slow = cache.open(one.wanted, origin());
    const quick = cache.open(one.wanted, origin());
    const reading = await readSome(slow, 1);
    await all(quick);
    const [partial] = listed(directory);
    flipByte(join(directory, "artifacts", partial ?? ""), 600_000);
    expect(await reading.rest()).toBe(one.sha256);
    await quick.keep();
    slow.close();
    quick.close();
    await cache.idle();
    expect(codes()).toEqual(["cache-not-written"]);
    expect(listed(directory)).toEqual([]);
  });
});

describe.skipIf(!smallDisksWork())("a disk", () => {
  test("that runs full while an Artifact is written is told, and the reader gets all of it", async () => {
    const directory = scratchDirectory();
    mountSmallDisk(join(directory, "artifacts"), 20 * 1024);
    const { cache, told } = await cacheIn(files, directory);
    const { origin, counts } = remote(one);
    const source = cache.open(one.wanted, origin());
    const reading = await readSome(source, 1);
    expect(() => {
      fs.writeFileSync(join(directory, "artifacts", "theirs"), new Uint8Array(20 * megabyte));
    }).toThrow("ENOSPC");
    expect(await reading.rest()).toBe(one.sha256);
    await source.keep();
    source.close();
    await cache.idle();
    expect(told).toMatchObject([{ code: "not-enough-space", got: "ENOSPC" }]);
    expect(listed(directory)).toEqual(["theirs"]);
    expect(counts.requests).toBe(1);
  });

  test("that an update needs all of gets it at once, and the readers still get all of theirs", async () => {
    const directory = scratchDirectory();
    mountSmallDisk(directory, 20 * 1024);
    const { cache, told } = await cacheIn(files, directory);
    cache.protect(new Set());
    const sources = [1, 2].map(() => cache.open(one.wanted, remote(one).origin()));
    const readings = await Promise.all(sources.map((source) => readSome(source, 1)));
    const most = async function* () {
      for (let written = 0; written < 19; written += 1)
        yield await Promise.resolve(new Uint8Array(megabyte + 50_000));
    };
    const path = join(directory, "payload");
    expect(await files.writeStream(path, most(), () => cache.giveWay())).toBeGreaterThan(
      19 * megabyte,
    );
    expect(listed(directory)).toEqual([]);
    expect(await Promise.all(readings.map((reading) => reading.rest()))).toEqual([
      one.sha256,
      one.sha256,
    ]);
    for (const source of sources) {
      await source.keep();
      source.close();
    }
    await cache.idle();
    expect(told).toMatchObject([{ code: "not-enough-space" }]);
    expect(await cache.giveWay()).toBe(false);
  });

  test("that is smaller than one Artifact is never written to", async () => {
    const directory = scratchDirectory();
    mountSmallDisk(join(directory, "artifacts"), 512);
    const { cache, codes } = await cacheIn(files, directory);
    expect(await readAndKeep(cache.open(one.wanted, remote(one).origin()))).toBe(one.sha256);
    expect(codes()).toEqual(["not-enough-space"]);
    expect(listed(directory)).toEqual([]);
  });
});

describe("a damaged entry", () => {
  test.each([
    ["with a flipped bit", (path: string) => flipByte(path, 700_000)],
    ["with a flipped bit in its header", (path: string) => flipByte(path, 1200)],
    ["that was cut", (path: string) => fs.truncateSync(path, 700_000)],
  ])("%s is never given, but fetched again", async (_, damage) => {
    const directory = scratchDirectory();
    const path = join(directory, "artifacts", `${one.sha256}.mender`);
    await readAndKeep(
      (await cacheIn(files, directory)).cache.open(one.wanted, remote(one).origin()),
    );
    damage(path);
    const { cache } = await cacheIn(files, directory);
    const { origin, counts } = remote(one);
    const sources = [1, 2].map(() => cache.open(one.wanted, origin()));
    for (const bytes of await Promise.all(sources.map((source) => readAndKeep(source)))) {
      expect(bytes).toBe(one.sha256);
    }
    expect(counts.requests).toBe(1);
    await cache.idle();
    expect(sha256(fs.readFileSync(path))).toBe(one.sha256);
  });

  test("is told once", async () => {
    const directory = scratchDirectory();
    const path = join(directory, "artifacts", `${one.sha256}.mender`);
    await readAndKeep(
      (await cacheIn(files, directory)).cache.open(one.wanted, remote(one).origin()),
    );
    flipByte(path, 700_000);
    const { cache, told } = await cacheIn(files, directory);
    await readAndKeep(cache.open(one.wanted, remote(one).origin()));
    expect(told).toEqual([
      {
        code: "cache-damaged",
        message: `"${path}" of the cache was damaged and has been removed: its bytes are not those that were stored.`,
        at: { file: path },
        hint: "It is fetched again. If this comes back, the disk is failing.",
      },
    ]);
  });

  test("that is damaged while it is read is left where it is found, and the rest comes from the source", async () => {
    const directory = scratchDirectory();
    const path = join(directory, "artifacts", `${one.sha256}.mender`);
    const { cache, codes } = await cacheIn(files, directory);
    const { origin, counts } = remote(one);
    await readAndKeep(cache.open(one.wanted, origin()));
    const source = cache.open(one.wanted, origin());
    const reading = await readSome(source, 1);
    flipByte(path, 700_000);
    expect(await reading.rest()).toBe(one.sha256);
    source.close();
    await cache.idle();
    expect(codes()).toEqual(["cache-damaged"]);
    expect(fs.existsSync(path)).toBe(false);
    expect(counts.bytes).toBe(2 * one.bytes.length - 2 * 256 * 1024);
  });
});

describe("room", () => {
  const both = one.bytes.length + other.bytes.length;

  test("for one Artifact only is not taken from what the deployment may need", async () => {
    const directory = scratchDirectory();
    const { cache, codes } = await cacheIn(files, directory, { maxBytes: both - 1 });
    cache.protect(new Set([one.wanted.identity, other.wanted.identity]));
    await readAndKeep(cache.open(one.wanted, remote(one).origin()));
    expect(await readAndKeep(cache.open(other.wanted, remote(other).origin()))).toBe(other.sha256);
    expect(codes()).toEqual(["not-enough-space"]);
    expect(listed(directory)).toEqual([`${one.sha256}.mender`]);
  });

  test("is made of what nobody needs", async () => {
    const directory = scratchDirectory();
    const { cache, told } = await cacheIn(files, directory, { maxBytes: both - 1 });
    cache.protect(new Set([other.wanted.identity]));
    await readAndKeep(cache.open(one.wanted, remote(one).origin()));
    await readAndKeep(cache.open(other.wanted, remote(other).origin()));
    await cache.idle();
    expect(told).toEqual([]);
    expect(listed(directory)).toEqual([`${other.sha256}.mender`]);
  });

  test("is not made of what was fetched for a Manifest", async () => {
    const directory = scratchDirectory();
    const { cache, codes } = await cacheIn(files, directory, { maxBytes: both - 1 });
    cache.protect(new Set([other.wanted.identity]));
    const stored = await cache.store(one.wanted, remote(one).origin());
    expect(stored).toEqual({ ok: true, value: one.sha256 });
    cache.noteFetched("fleet-v2", [one.sha256]);
    await readAndKeep(cache.open(other.wanted, remote(other).origin()));
    expect(codes()).toEqual(["not-enough-space"]);
    expect(listed(directory)).toContain(`${one.sha256}.mender`);
  });

  test("is not made before it is known what the deployment needs", async () => {
    const { cache, codes } = await cacheIn(files, scratchDirectory(), { maxBytes: both - 1 });
    await readAndKeep(cache.open(one.wanted, remote(one).origin()));
    await readAndKeep(cache.open(other.wanted, remote(other).origin()));
    expect(codes()).toEqual(["not-enough-space"]);
  });

  test("counts what others are still going to write", async () => {
    const { cache, codes } = await cacheIn(files, scratchDirectory(), { maxBytes: both - 1 });
    const source = cache.open(one.wanted, remote(one).origin());
    const reading = await readSome(source, 1);
    await readAndKeep(cache.open(other.wanted, remote(other).origin()));
    expect(codes()).toEqual(["not-enough-space"]);
    await reading.stop();
    source.close();
  });

  test("is left on the disk for the journal", async () => {
    const tight: Files = {
      ...files,
      freeBytes: () => one.bytes.length + 16 * 1024 * 1024 - 1,
    };
    const { cache, told } = await cacheIn(tight, scratchDirectory());
    await readAndKeep(cache.open(one.wanted, remote(one).origin()));
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^The cache ".*" has no room for "gateway-v2" of \d+ bytes: 0 bytes are in use, \d+ are free on the disk, and 16777216 of those are kept free\.$/,
      ),
    ]);
  });
});

describe("what is stored", () => {
  test("is verified whole: bytes that are another Artifact's, or wrong, are no entry", async () => {
    const directory = scratchDirectory();
    const { cache } = await cacheIn(files, directory);
    const wrong = new Uint8Array(one.bytes);
    wrong[600_000] = (wrong[600_000] ?? 0) ^ 1;
    const spoilt = await cache.store(one.wanted, remote({ ...one, bytes: wrong }).origin());
    expect(spoilt).toMatchObject({ ok: false });
    const wanted = { ...one.wanted, identity: other.wanted.identity };
    const exchanged = await cache.store(wanted, remote(one).origin());
    expect(exchanged).toMatchObject({ ok: false, problems: [{ code: "source-changed" }] });
    await cache.idle();
    expect(listed(directory)).toEqual([]);
  });

  test("is not downloaded where there is no room, and that is an error", async () => {
    const { cache, told } = await cacheIn(files, scratchDirectory(), { maxBytes: 1000 });
    expect(await cache.store(one.wanted, nowhere)).toMatchObject({
      ok: false,
      problems: [{ code: "not-enough-space" }],
    });
    expect(told).toEqual([]);
  });

  test.each([
    ["its header", (path: string) => flipByte(path, 1200)],
    ["its end", (path: string) => fs.truncateSync(path, 1000)],
  ])("is there again where what lies in its place is damaged at %s", async (_, damage) => {
    const directory = scratchDirectory();
    await (await cacheIn(files, directory)).cache.store(one.wanted, remote(one).origin());
    damage(join(directory, "artifacts", `${one.sha256}.mender`));
    const { cache } = await cacheIn(files, directory);
    const stored = await cache.store(one.wanted, remote(one).origin());
    expect(stored).toEqual({ ok: true, value: one.sha256 });
    expect(await cache.store(one.wanted, nowhere)).toEqual(stored);
  });

  test("is stored even where the cache is switched off, and only once", async () => {
    const directory = scratchDirectory();
    const { cache } = await cacheIn(files, directory, { isFilled: false });
    await cache.store(one.wanted, remote(one).origin());
    expect(await cache.store(one.wanted, nowhere)).toEqual({ ok: true, value: one.sha256 });
  });
});

describe("at the end of a deployment", () => {
  test("what it did not use is removed, but what was fetched for a Manifest that is not committed", async () => {
    const directory = scratchDirectory();
    const third = await remoteArtifact("gateway-v4", 1000);
    const { cache } = await cacheIn(files, directory);
    for (const each of [one, other, third]) await cache.store(each.wanted, remote(each).origin());
    cache.noteFetched("fleet-v3", [other.sha256]);
    cache.settle({ used: new Set([third.wanted.identity]), committed: "fleet-v4" });
    await cache.idle();
    const entries = (): readonly string[] =>
      listed(directory).filter((name) => name.endsWith(".mender"));
    expect(entries()).toEqual([other, third].map((each) => `${each.sha256}.mender`).toSorted());
    cache.settle({ used: new Set([other.wanted.identity]), committed: "fleet-v3" });
    expect(listed(directory)).toEqual([`${other.sha256}.mender`]);
  });

  test("that failed, what was fetched for its own Manifest stays", async () => {
    const directory = scratchDirectory();
    const { cache } = await cacheIn(files, directory);
    await cache.store(one.wanted, remote(one).origin());
    cache.noteFetched("fleet-v2", [one.sha256]);
    cache.settle({ used: new Set(), committed: null });
    expect(listed(directory)).toContain(`${one.sha256}.mender`);
  });

  test("of which an older journal does not know what it used, everything stays", async () => {
    const directory = scratchDirectory();
    const { cache } = await cacheIn(files, directory);
    await cache.store(one.wanted, remote(one).origin());
    cache.settle({ used: "unknown", committed: "fleet-v2" });
    expect(listed(directory)).toEqual([`${one.sha256}.mender`]);
  });
});

describe("in the directory of the cache", () => {
  test("what lies whole is read even where what killed processes left cannot be swept", async () => {
    const directory = scratchDirectory();
    await (await cacheIn(files, directory)).cache.store(one.wanted, remote(one).origin());
    fs.writeFileSync(join(directory, "artifacts", `.filling-${"0".repeat(32)}`), "half");
    const readOnly: Files = {
      ...files,
      remove(path) {
        throw new FileError("EROFS", path, "the file system is read-only");
      },
    };
    const { cache, codes } = await cacheIn(readOnly, directory);
    expect(await readAndKeep(cache.open(one.wanted, nowhere))).toBe(one.sha256);
    expect(codes()).toEqual(["cache-not-written"]);
  });

  test("what killed processes left is swept, and what is not ours is left alone", async () => {
    const directory = scratchDirectory();
    const place = join(directory, "artifacts");
    fs.mkdirSync(join(place, `${"0".repeat(64)}.mender`), { recursive: true });
    for (const name of ["notes.txt", "gateway.mender", `${"A".repeat(64)}.mender`]) {
      fs.writeFileSync(join(place, name), "theirs");
    }
    fs.symlinkSync("/etc/passwd", join(place, `${"1".repeat(64)}.mender`));
    const foreign = listed(directory);
    fs.writeFileSync(join(place, `.filling-${"0".repeat(32)}`), "half");
    fs.writeFileSync(join(place, `.fetched-${"0".repeat(16)}.json.tmp`), "half");
    const { cache, told } = await cacheIn(files, directory);
    cache.settle({ used: new Set(), committed: null });
    expect(listed(directory)).toEqual(foreign);
    expect(told).toEqual([]);
  });

  test("a record that cannot be read protects nothing, and goes", async () => {
    const directory = scratchDirectory();
    const { cache } = await cacheIn(files, directory);
    await cache.store(one.wanted, remote(one).origin());
    cache.noteFetched("fleet-v2", [one.sha256]);
    const [record] = listed(directory).filter((name) => name.startsWith("fetched-"));
    fs.writeFileSync(join(directory, "artifacts", record ?? ""), "{");
    cache.settle({ used: new Set(), committed: null });
    expect(listed(directory)).toEqual([]);
  });

  test("a record that the disk does not give just now keeps what it may be for", async () => {
    const directory = scratchDirectory();
    const failing = { isOn: false };
    const io: FileIo = {
      ...fs,
      openSync(path: string, flags: number, mode?: number) {
        if (failing.isOn && path.includes("fetched-"))
          throw Object.assign(new Error("EIO"), { code: "EIO" });
        return fs.openSync(path, flags, mode);
      },
    };
    const { cache, codes } = await cacheIn(nodeFiles(io), directory);
    await cache.store(one.wanted, remote(one).origin());
    cache.noteFetched("fleet-v2", [one.sha256]);
    failing.isOn = true;
    cache.settle({ used: new Set(), committed: null });
    expect(listed(directory)).toHaveLength(2);
    expect(codes()).toEqual(["cache-not-written"]);
  });
});
