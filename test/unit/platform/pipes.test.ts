import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { nodePipes } from "../../../src/platform/pipes.ts";
import { lent } from "../../support/byte-sources.ts";
import { openBelow } from "../../support/interfaces.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const never = new AbortController().signal;
const nothing = () => Promise.resolve();

/** A shell that does something with the pipe, given as $1. */
function shell(script: string, pipe: string) {
  const child = spawn("sh", ["-c", script, "sh", pipe], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    output += piece;
  });
  const closed = once(child, "close");
  return {
    pid: child.pid ?? 0,
    async output(): Promise<string> {
      await closed;
      return output;
    },
  };
}

async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function onePipe() {
  const directory = scratchDirectory();
  const pipe = join(directory, "a pipe");
  const pipes = nodePipes();
  await pipes.make([pipe]);
  return { directory, pipe, pipes };
}

describe("making pipes", () => {
  test("five hundred at once, with names that begin with a dash or hold quotes, for the owner alone", async () => {
    const directory = scratchDirectory();
    const paths = Array.from({ length: 500 }, (_, at) => join(directory, `-'"$ é ${at}`));

    await nodePipes().make(paths);

    const modes = new Set(paths.map((path) => statSync(path).mode.toString(8)));
    expect([...modes]).toEqual(["10600"]);
  });

  test("a directory that is not there is a FileError with what the program said", async () => {
    const path = join(scratchDirectory(), "gone", "pipe");
    await expect(nodePipes().make([path])).rejects.toMatchObject({
      name: "FileError",
      path,
      message: `mkfifo: cannot create fifo '${path}': No such file or directory`,
    });
  });

  test("so is a program that is not there", async () => {
    const path = join(scratchDirectory(), "pipe");
    await expect(nodePipes("no-such-mkfifo").make([path])).rejects.toMatchObject({
      name: "FileError",
      code: "ENOENT",
    });
  });
});

describe("opening for writing", () => {
  test("waits for a reader, and forty that wait hold up nobody else's files", async () => {
    const directory = scratchDirectory();
    const pipes = nodePipes();
    const paths = Array.from({ length: 40 }, (_, at) => join(directory, String(at)));
    await pipes.make(paths);
    const opening = Promise.all(
      paths.map((path) => pipes.openForWrite(path, new AbortController().signal)),
    );

    writeFileSync(join(directory, "file"), "still here");
    expect(await readFile(join(directory, "file"), "utf8")).toBe("still here");

    const readers = paths.map((path) => shell('cat "$1"', path));
    for (const fd of await opening) pipes.writeLine(fd, "hello\n");
    expect(new Set(await Promise.all(readers.map((reader) => reader.output())))).toEqual(
      new Set(["hello\n"]),
    );
    expect(openBelow(directory)).toEqual([]);
  });

  test("ends when it is aborted, before or while it waits", async () => {
    const { directory, pipe, pipes } = await onePipe();
    const stop = new AbortController();
    const opening = pipes.openForWrite(pipe, stop.signal);

    stop.abort(new Error("enough"));

    await expect(opening).rejects.toThrow("enough");
    await expect(pipes.openForWrite(pipe, stop.signal)).rejects.toThrow("enough");
    expect(openBelow(directory)).toEqual([]);
  });

  test("refuses a link, and what is no pipe any more", async () => {
    const { directory, pipe, pipes } = await onePipe();
    const link = join(directory, "link");
    const file = join(directory, "file");
    symlinkSync(pipe, link);
    writeFileSync(file, "as it was");

    await expect(pipes.openForWrite(link, never)).rejects.toMatchObject({ code: "ELOOP" });
    await expect(pipes.openForWrite(file, never)).rejects.toMatchObject({ code: "EINVAL" });
    await expect(pipes.openForWrite(join(directory, "gone"), never)).rejects.toMatchObject({
      code: "ENOENT",
    });
    expect(readFileSync(file, "utf8")).toBe("as it was");
    expect(openBelow(directory)).toEqual([]);
  });
});

describe("pumping", () => {
  test("carries every byte, and the reader sees the end only after the last one", async () => {
    const { directory, pipe, pipes } = await onePipe();
    const reader = shell('sha256sum <"$1"', pipe);
    const chunk = new Uint8Array(300_000).fill(0x61);
    const fd = await pipes.openForWrite(pipe, never);

    const pumped = await pipes.pump(
      fd,
      chunksOf(chunk, chunk, new Uint8Array(0), chunk),
      never,
      nothing,
    );

    expect(pumped.bytes).toBe(900_000);
    const sum = createHash("sha256").update("a".repeat(900_000)).digest("hex");
    expect(await reader.output()).toBe(`${sum}  -\n`);
    expect(pumped.unread()).toBe(0);
    expect(openBelow(directory)).toEqual([]);
  });

  test("takes chunks that are only lent, small ones too, though the reader is late", async () => {
    const { pipe, pipes } = await onePipe();
    const content = randomBytes(400_000);
    const reader = shell('{ while [ ! -e "$1.full" ]; do :; done; sha256sum; } <"$1"', pipe);
    const fd = await pipes.openForWrite(pipe, never);

    async function* spoilt() {
      for (let at = 0; at < content.length; at += 4096) {
        // The pipe holds 64 KiB: this one must wait.
        if (at === 65_536) writeFileSync(`${pipe}.full`, "");
        yield* lent(content.subarray(at, at + 4096));
      }
    }
    const pumped = await pipes.pump(fd, spoilt(), never, nothing);

    expect(pumped.bytes).toBe(400_000);
    const sum = createHash("sha256").update(content).digest("hex");
    expect(await reader.output()).toBe(`${sum}  -\n`);
    expect(pumped.unread()).toBe(0);
  });

  test("nothing at all is a stream as well", async () => {
    const { pipe, pipes } = await onePipe();
    const reader = shell('wc -c <"$1"', pipe);
    const fd = await pipes.openForWrite(pipe, never);

    const pumped = await pipes.pump(fd, chunksOf(), never, nothing);

    expect(pumped.bytes).toBe(0);
    expect((await reader.output()).trim()).toBe("0");
    expect(pumped.unread()).toBe(0);
  });

  test("what the reader leaves behind is counted, however little it is", async () => {
    const { directory, pipe, pipes } = await onePipe();
    const reader = shell('head -c 4 <"$1"', pipe);
    const fd = await pipes.openForWrite(pipe, never);

    const pumped = await pipes.pump(
      fd,
      chunksOf(new TextEncoder().encode("half read")),
      never,
      nothing,
    );

    expect(await reader.output()).toBe("half");
    expect(pumped.unread() === 0 ? "all was read" : "something is left").toBe("something is left");
    expect(openBelow(directory)).toEqual([]);
  });

  test("a reader that goes away is EPIPE", async () => {
    const { directory, pipe, pipes } = await onePipe();
    const reader = shell('head -c 4 <"$1" >/dev/null', pipe);
    const fd = await pipes.openForWrite(pipe, never);

    const pumping = pipes.pump(fd, chunksOf(new Uint8Array(2 ** 20)), never, nothing);

    await expect(pumping).rejects.toMatchObject({ name: "FileError", code: "EPIPE" });
    await reader.output();
    expect(openBelow(directory)).toEqual([]);
  });

  test("so is one that has gone before the only piece is written, however small it is", async () => {
    const { directory, pipe, pipes } = await onePipe();
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const fd = await pipes.openForWrite(pipe, never);
    closeSync(reader);

    const pumping = pipes.pump(fd, chunksOf(new Uint8Array(3)), never, nothing);

    await expect(pumping).rejects.toMatchObject({ name: "FileError", code: "EPIPE" });
    expect(openBelow(directory)).toEqual([]);
  });

  test("so is one that goes while the last piece waits", async () => {
    const { directory, pipe, pipes } = await onePipe();
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const fd = await pipes.openForWrite(pipe, never);
    async function* full() {
      yield new Uint8Array(2 ** 16);
      setImmediate(() => closeSync(reader));
      yield new Uint8Array(3);
    }

    const pumping = pipes.pump(fd, full(), never, nothing);

    await expect(pumping).rejects.toMatchObject({ name: "FileError", code: "EPIPE" });
    expect(openBelow(directory)).toEqual([]);
  });

  test("where the source breaks the pipe stays open until the caller has done what must be done first", async () => {
    const { directory, pipe, pipes } = await onePipe();
    const broken = new Error("bad gzip");
    const reader = shell('cat "$1" >/dev/null && echo "saw the end"', pipe);
    const fd = await pipes.openForWrite(pipe, never);
    const seen: unknown[] = [];
    async function* source() {
      yield new Uint8Array(100_000);
      throw broken;
    }

    const pumping = pipes.pump(fd, source(), never, (error) => {
      seen.push(error, openBelow(directory).length);
      return nothing();
    });

    await expect(pumping).rejects.toBe(broken);
    expect(seen).toEqual([broken, 1]);
    await reader.output();
    expect(openBelow(directory)).toEqual([]);
  });

  test("an abort ends it in the middle of a write that nobody takes", async () => {
    const { directory, pipe, pipes } = await onePipe();
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const fd = await pipes.openForWrite(pipe, never);
    const stop = new AbortController();
    const pumping = pipes.pump(fd, chunksOf(new Uint8Array(2 ** 20)), stop.signal, nothing);

    stop.abort(new Error("over"));

    await expect(pumping).rejects.toThrow("over");
    closeSync(reader);
    expect(openBelow(directory)).toEqual([]);
  });
});

describe("releasing", () => {
  test("frees whoever is blocked in opening a pipe, as reader or as writer, and removes it", async () => {
    const { directory, pipe, pipes } = await onePipe();
    const second = join(directory, "second");
    await pipes.make([second]);
    const reader = shell('exec cat "$1"', pipe);
    const writer = shell('exec dd status=none if=/dev/null of="$1"', second);
    await blocked("cat", reader.pid);
    await blocked("dd", writer.pid);

    pipes.releaseAndRemove([pipe, second, join(directory, "never was")]);

    expect(await reader.output()).toBe("");
    expect(await writer.output()).toBe("");
    expect([pipe, second].filter((path) => existsSync(path))).toEqual([]);
  });

  test("leaves nobody behind who opens it again and again until it is gone", async () => {
    const { directory, pipes } = await onePipe();
    for (let round = 0; round < 20; round += 1) {
      const pipe = join(directory, `pipe ${round}`);
      await pipes.make([pipe]);
      const reader = shell(
        'exec 2>/dev/null; while :; do read -r _ <"$1"; [ -e "$1" ] || exit; done',
        pipe,
      );
      await blocked("sh", reader.pid);

      pipes.releaseAndRemove([pipe]);

      expect(await reader.output()).toBe("");
    }
  });
});

/** Whoever has become the program and sleeps can only sleep in the opening of its pipe. */
async function blocked(program: string, pid: number): Promise<void> {
  while (!readFileSync(`/proc/${pid}/stat`, "latin1").includes(` (${program}) S `)) await sleep(5);
}
