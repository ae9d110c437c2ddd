import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FileIo } from "../../../src/platform/file-io.ts";
import { nodeFiles } from "../../../src/platform/files.ts";
import { FileError } from "../../../src/platform/types.ts";
import { collect, lent } from "../../support/byte-sources.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const files = nodeFiles();
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const modeOf = (path: string): number => fs.statSync(path).mode & 0o777;

async function* spoilt(contents: readonly Uint8Array[]) {
  yield* lent(...contents);
}

async function* chunks(...contents: readonly string[]) {
  for (const content of contents) yield bytes(content);
}

/** What a call refuses, as the reader gets to see it. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof FileError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "nothing was refused";
}

describe("reading", () => {
  test("gives the whole of a file up to the bound, and refuses one byte more", () => {
    const path = join(scratchDirectory(), "manifest.yaml");
    fs.writeFileSync(path, "12345");
    expect(text(files.read(path, 5))).toBe("12345");
    expect(refusal(() => files.read(path, 4))).toBe("EFBIG: it is larger than 4 bytes");
  });

  test("reads a file of the kernel that says it is empty, and bounds it all the same", () => {
    expect(text(files.read("/proc/self/stat", 65_536))).toContain(String(process.pid));
    expect(refusal(() => files.read("/proc/self/stat", 10))).toBe(
      "EFBIG: it is larger than 10 bytes",
    );
  });

  test("lends memory again once its reader has asked for more, never while one may still look", async () => {
    const path = join(scratchDirectory(), "image");
    fs.writeFileSync(path, Buffer.concat([Buffer.alloc(3000, 1), Buffer.alloc(3000, 2)]));
    const source = files.openSource(path);
    const memoryOf = async (pieceBytes = 1234) => {
      const seen = new Set<ArrayBufferLike>();
      for await (const piece of source.read(0, source.size, pieceBytes)) seen.add(piece.buffer);
      return seen;
    };
    // What pieces of other sizes have left behind does not take the place of these.
    await Promise.all([memoryOf(1000), memoryOf(1100), memoryOf(1200)]);
    const first = await memoryOf();
    expect(first.size).toBe(2);
    expect([...(await memoryOf())].filter((memory) => !first.has(memory))).toEqual([]);

    const looking: Uint8Array[] = [];
    for await (const piece of source.read(0, source.size, 1234)) {
      looking.push(piece);
      break;
    }
    const [one, other] = await Promise.all([memoryOf(), memoryOf()]);
    expect([...one].filter((memory) => other.has(memory))).toEqual([]);
    expect(looking.map(({ buffer }) => one.has(buffer) || other.has(buffer))).toEqual([false]);
    expect(looking.map((piece) => piece.every((byte) => byte === 1))).toEqual([true]);
    source.close();
  });

  test("refuses what is no file, and never waits for it", () => {
    const directory = scratchDirectory();
    const pipe = join(directory, "pipe");
    execFileSync("mkfifo", [pipe]);
    expect(refusal(() => files.read(pipe, 10))).toBe(
      "EINVAL: it is a pipe or a device, not a file",
    );
    expect(refusal(() => files.openSource(pipe))).toBe(
      "EINVAL: it is a pipe or a device, not a file",
    );
    expect(refusal(() => files.openSource("/dev/zero"))).toBe(
      "EINVAL: it is a pipe or a device, not a file",
    );
    expect(refusal(() => files.read(directory, 10))).toBe("EISDIR: it is a directory, not a file");
    expect(refusal(() => files.read(join(directory, "absent"), 10))).toBe(
      "ENOENT: there is no such file or directory",
    );
    expect(refusal(() => files.read(`${directory}/a\0b`, 10))).toBe(
      "ERR_INVALID_ARG_VALUE: this is no valid path",
    );
  });

  test("tells what lies at a path, links as links, and null where nothing is", () => {
    const directory = scratchDirectory();
    const path = join(directory, "file");
    fs.writeFileSync(path, "abc", { mode: 0o640 });
    fs.symlinkSync("nowhere", join(directory, "link"));
    expect(files.status(path)).toMatchObject({ kind: "file", size: 3, mode: 0o640 });
    expect(files.status(join(directory, "link"))?.kind).toBe("link");
    expect(files.status(directory)?.kind).toBe("directory");
    expect(files.status("/dev/null")?.kind).toBe("other");
    expect(files.status(join(directory, "absent"))).toBeNull();
    expect(files.status(join(path, "below-a-file"))).toBeNull();
    expect(files.list(directory)).toEqual(["file", "link"]);
  });
});

describe("a source", () => {
  test("gives any part of a file, as often as wanted", async () => {
    const path = join(scratchDirectory(), "payload");
    const content = Buffer.alloc(700_000, "0123456789");
    fs.writeFileSync(path, content);
    const source = files.openSource(path);
    expect(source.size).toBe(700_000);
    expect(content.equals(await collect(source.read(0, 700_000)))).toBe(true);
    expect(text(await collect(source.read(699_995, 5)))).toBe("56789");
    expect(text(await collect(source.read(3, 4)))).toBe("3456");
    expect(await collect(source.read(3, 0))).toHaveLength(0);
    source.close();
  });

  test("fails where the file has become shorter", async () => {
    const path = join(scratchDirectory(), "payload");
    fs.writeFileSync(path, Buffer.alloc(600_000));
    const source = files.openSource(path);
    fs.truncateSync(path, 300_000);
    await expect(collect(source.read(0, source.size))).rejects.toMatchObject({
      code: "EIO",
      message: "it ends early, at byte 300000",
    });
    source.close();
  });

  test("lends what is read, in pieces that are no larger than was said", async () => {
    const path = join(scratchDirectory(), "payload");
    const content = randomBytes(700_001);
    fs.writeFileSync(path, content);
    const source = files.openSource(path);
    const memories = new Set<ArrayBufferLike>();
    const pieces: Buffer[] = [];
    for await (const piece of source.read(1, 700_000, 1000)) {
      memories.add(piece.buffer);
      pieces.push(Buffer.from(piece));
    }
    expect(Buffer.concat(pieces).equals(content.subarray(1))).toBe(true);
    expect(Math.max(...pieces.map(({ length }) => length))).toBe(1000);
    expect(memories.size).toBe(2);
    source.close();
  });

  test("leaves a lent piece alone until the next one is asked for, though it reads ahead", async () => {
    const path = join(scratchDirectory(), "payload");
    fs.writeFileSync(path, "aaaabbbbccccdddd");
    const source = files.openSource(path);
    const seen: string[] = [];
    for await (const piece of source.read(0, 16, 4)) {
      // Reading something else takes longer than the read ahead has been under way.
      await collect(source.read(0, 16));
      seen.push(text(piece));
    }
    expect(seen).toEqual(["aaaa", "bbbb", "cccc", "dddd"]);
    source.close();
  });

  test("closed in the middle of a read is read to its end, and its descriptor closed then", async () => {
    const path = join(scratchDirectory(), "payload");
    fs.writeFileSync(path, Buffer.alloc(600_000, "x"));
    const source = files.openSource(path);
    let total = 0;
    for await (const piece of source.read(0, 600_000)) {
      source.close();
      total += piece.length;
    }
    expect(total).toBe(600_000);
    expect(openDescriptorsOf(path)).toBe(0);
    await expect(collect(source.read(0, 1))).rejects.toThrow("is read after it was closed");
  });
});

function openDescriptorsOf(path: string): number {
  return fs.readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  }).length;
}

describe("writing", () => {
  test("takes chunks that are only lent", async () => {
    const path = join(scratchDirectory(), "payload");
    const content = randomBytes(400_000);
    const chunks = [content.subarray(0, 300_000), content.subarray(300_000)];
    expect(await files.writeStream(path, spoilt(chunks))).toBe(400_000);
    expect(content.equals(fs.readFileSync(path))).toBe(true);
  });

  test("makes files and directories that only their owner may read", async () => {
    const directory = join(scratchDirectory(), "a", "b", "c");
    files.makeDirectory(directory);
    files.makeDirectory(directory);
    files.write(join(directory, "plain"), bytes("1"));
    files.writeDurably(join(directory, "durable"), bytes("2"));
    files.openAppend(join(directory, "appended")).close();
    await files.writeStream(join(directory, "streamed"), chunks("3"));
    expect(modeOf(directory)).toBe(0o700);
    expect(modeOf(join(directory, "..", ".."))).toBe(0o700);
    expect(files.list(directory).map((name) => modeOf(join(directory, name)))).toEqual([
      0o600, 0o600, 0o600, 0o600,
    ]);
  });

  test("follows no link", async () => {
    const directory = scratchDirectory();
    const target = join(directory, "target");
    const link = join(directory, "link");
    fs.writeFileSync(target, "untouched");
    fs.symlinkSync(target, link);
    const refused = "ELOOP: it is a link, and links are not followed here";
    expect(refusal(() => files.write(link, bytes("x")))).toBe(refused);
    expect(refusal(() => files.openAppend(link))).toBe(refused);
    await expect(files.writeStream(link, chunks("x"))).rejects.toMatchObject({ code: "EEXIST" });
    files.writeDurably(link, bytes("replaces the link"));
    expect(fs.readFileSync(target, "utf8")).toBe("untouched");
    expect(fs.lstatSync(link).isFile()).toBe(true);
  });

  test("durably replaces the whole file, and leaves nothing else behind", () => {
    const directory = scratchDirectory();
    const path = join(directory, "state");
    files.writeDurably(path, bytes("a longer old content"));
    fs.writeFileSync(join(directory, ".state.tmp"), "of a killed process");
    files.writeDurably(path, bytes("new"));
    expect(fs.readFileSync(path, "utf8")).toBe("new");
    expect(files.list(directory)).toEqual(["state"]);
  });

  test("appends to what is there, or to what is left of it", () => {
    const path = join(scratchDirectory(), "journal");
    const first = files.openAppend(path);
    first.append(bytes("one two"));
    first.sync();
    first.close();
    const second = files.openAppend(path, 4);
    second.append(bytes("three"));
    second.close();
    expect(fs.readFileSync(path, "utf8")).toBe("one three");
  });

  test("a stream that breaks leaves no file, and one that is there is left alone", async () => {
    const path = join(scratchDirectory(), "unpacked");
    async function* breaking() {
      yield bytes("begun");
      throw new Error("the source broke");
    }
    await expect(files.writeStream(path, breaking())).rejects.toThrow("the source broke");
    expect(files.status(path)).toBeNull();
    expect(await files.writeStream(path, chunks("12", "", "345"))).toBe(5);
    await expect(files.writeStream(path, chunks("x"))).rejects.toMatchObject({ code: "EEXIST" });
    expect(fs.readFileSync(path, "utf8")).toBe("12345");
  });

  /** 40 MiB in pieces, then what `end` does. */
  async function* large(end: () => void = () => {}) {
    for (let piece = 0; piece < 40; piece += 1) yield new Uint8Array(1024 * 1024);
    end();
  }

  test("a large stream is synced on its way, and all of it at its end", async () => {
    const path = join(scratchDirectory(), "image");
    const sizes: number[] = [];
    const io: FileIo = {
      ...fs,
      fdatasync: (fd, done) => {
        sizes.push(fs.fstatSync(fd).size);
        fs.fdatasync(fd, done);
      },
    };
    const size = await nodeFiles(io).writeStream(path, large());
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.at(-1)).toBe(size);
  });

  test("a sync on its way that fails is told, though the last one would succeed", async () => {
    const path = join(scratchDirectory(), "image");
    let syncs = 0;
    const io: FileIo = {
      ...fs,
      fdatasync: (fd, done) => {
        syncs += 1;
        if (syncs > 1) fs.fdatasync(fd, done);
        else setImmediate(done, Object.assign(new Error("EIO: i/o error"), { code: "EIO" }));
      },
    };
    await expect(nodeFiles(io).writeStream(path, large())).rejects.toMatchObject({ code: "EIO" });
    expect(syncs).toBeGreaterThan(0);
    expect(files.status(path)).toBeNull();
  });

  test("a stream that breaks while it is synced is closed only after that", async () => {
    const log: string[] = [];
    const io: FileIo = {
      ...fs,
      closeSync: (fd) => {
        log.push("closed");
        fs.closeSync(fd);
      },
      fdatasync: (fd, done) => {
        fs.fdatasync(fd, (error) => {
          // Later than the source takes to break.
          setTimeout(() => {
            log.push("synced");
            done(error);
          }, 50);
        });
      },
    };
    const breaking = large(() => {
      throw new Error("the source broke");
    });
    const path = join(scratchDirectory(), "image");
    await expect(nodeFiles(io).writeStream(path, breaking)).rejects.toThrow("the source broke");
    expect(log.at(-1)).toBe("closed");
    expect(log.slice(0, -1).every((line) => line === "synced")).toBe(true);
    expect(log).toContain("synced");
  });

  test("a full disk is a FileError, and the old content of a durable file stays", () => {
    const path = join(scratchDirectory(), "state");
    files.writeDurably(path, bytes("old"));
    const full = nodeFiles({
      ...fs,
      writeSync() {
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), {
          code: "ENOSPC",
        });
      },
    });
    expect(refusal(() => full.writeDurably(path, bytes("new")))).toBe(
      "ENOSPC: no space left on device",
    );
    expect(fs.readFileSync(path, "utf8")).toBe("old");
    expect(fs.existsSync(join(path, "..", ".state.tmp"))).toBe(false);
  });

  test("a new file is for its owner alone, and never takes the place of another", () => {
    const path = join(scratchDirectory(), "new");
    files.writeNew(path, bytes("first"));
    expect(modeOf(path)).toBe(0o600);
    expect(refusal(() => files.writeNew(path, bytes("second")))).toMatch(/^EEXIST: /);
    expect(fs.readFileSync(path, "utf8")).toBe("first");
  });

  test("removes a tree without following its links", () => {
    const directory = scratchDirectory();
    const outside = join(directory, "outside");
    fs.writeFileSync(outside, "stays");
    fs.mkdirSync(join(directory, "tree", "deep"), { recursive: true });
    fs.symlinkSync(outside, join(directory, "tree", "deep", "link"));
    files.remove(join(directory, "tree"));
    files.remove(join(directory, "tree"));
    expect(files.list(directory)).toEqual(["outside"]);
  });

  test("renames from one directory into another, and links", () => {
    const directory = scratchDirectory();
    files.makeDirectory(join(directory, "history"));
    files.write(join(directory, "journal"), bytes("all of it"));
    files.renameDurably(join(directory, "journal"), join(directory, "history", "1"));
    files.link(join(directory, "history", "1"), join(directory, "again"));
    expect(text(files.read(join(directory, "again"), 100))).toBe("all of it");
    expect(files.list(directory)).toEqual(["again", "history"]);
    expect(files.freeBytes(directory)).toBeGreaterThan(0);
    expect(files.realPath(join(directory, "history", "..", "again"))).toBe(
      join(files.realPath(directory), "again"),
    );
  });

  test("whether files can be made in a directory is known without making one", () => {
    const directory = scratchDirectory();
    files.demandWritable(directory);
    expect(files.list(directory)).toEqual([]);
    files.write(join(directory, "file"), bytes("no directory"));
    expect(() => files.demandWritable(join(directory, "file"))).toThrow(
      "a part of the path is not a directory",
    );
  });

  test("a temporary directory is fresh and private", () => {
    const first = files.makeTemporaryDirectory("orchestrator-test-");
    const second = files.makeTemporaryDirectory("orchestrator-test-");
    expect(first).not.toBe(second);
    expect(modeOf(first)).toBe(0o700);
    files.remove(first);
    files.remove(second);
  });
});
