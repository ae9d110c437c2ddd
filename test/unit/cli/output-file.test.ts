import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeTextOutput } from "../../../src/cli/output/output-file.ts";
import { nodeClock } from "../../../src/platform/clock.ts";
import type { FileIo } from "../../../src/platform/file-io.ts";
import { nodeFiles } from "../../../src/platform/files.ts";
import { scratchDirectory } from "../../support/scratch.ts";

/** Writes one line to `name` in a directory of its own; what is left there as well. */
async function written(name: string, io: Partial<FileIo> = {}) {
  const directory = scratchDirectory();
  fs.mkdirSync(join(directory, "directory"));
  fs.writeFileSync(join(directory, "file"), "old\n");
  const platform = { files: nodeFiles({ ...fs, ...io }), clock: nodeClock() };
  const environment = { workingDirectory: directory };
  const { signal } = new AbortController();
  const result = await writeTextOutput({ platform, environment, signal }, name, ["new"]);
  return { result, left: fs.readdirSync(directory), file: join(directory, "file") };
}

function refused(code: string): Error {
  return Object.assign(new Error(code), { code });
}

const problem = (code: string, message: string, got: string) => ({
  ok: false,
  problems: [
    {
      code,
      message,
      got,
      hint: "Give a file in a directory that exists and can be written, with room in it.",
    },
  ],
});

test("an output takes the place of the file before it, whole", async () => {
  const { result, file, left } = await written("file");
  expect(result).toEqual({ ok: true, value: 4 });
  expect(fs.readFileSync(file, "utf8")).toBe("new\n");
  expect(left).toEqual(["directory", "file"]);
});

test.each([
  ["no/file", "there is no such directory", "ENOENT"],
  ["directory", "it is a directory, not a file", "EISDIR"],
  ["file/file", "a part of the path is not a directory", "ENOTDIR"],
  ["f".repeat(250), "name too long", "ENAMETOOLONG"],
])("an output at %s is a wrong use of the command line", async (name, message, code) => {
  const { result, left } = await written(name);
  expect(result).toEqual(
    problem("output-misplaced", `"${name}" cannot be written: ${message}.`, code),
  );
  expect(left).toEqual(["directory", "file"]);
});

test("an output at a pipe or a device is refused, by its name or over a link, and that stays what it is", async () => {
  const directory = scratchDirectory();
  const pipe = join(directory, "pipe");
  execFileSync("mkfifo", [pipe]);
  fs.symlinkSync("pipe", join(directory, "link"));
  for (const name of [pipe, join(directory, "link")]) {
    const { result } = await written(name);
    expect(result).toEqual(
      problem(
        "output-misplaced",
        `"${name}" cannot be written: it is a pipe or a device, not a file.`,
        "EINVAL",
      ),
    );
  }
  expect(fs.statSync(pipe).isFIFO()).toBe(true);
  expect(fs.readlinkSync(join(directory, "link"))).toBe("pipe");
  expect(fs.readdirSync(directory)).toEqual(["link", "pipe"]);
});

test("an output over a link is written where the link leads", async () => {
  const directory = scratchDirectory();
  fs.writeFileSync(join(directory, "led-to"), "old\n");
  fs.symlinkSync("led-to", join(directory, "link"));
  const { result } = await written(join(directory, "link"));
  expect(result).toEqual({ ok: true, value: 4 });
  expect(fs.readlinkSync(join(directory, "link"))).toBe("led-to");
  expect(fs.readFileSync(join(directory, "led-to"), "utf8")).toBe("new\n");
});

test("an output where nobody may write is one, too", async () => {
  const { result } = await written("new", {
    openSync() {
      throw refused("EACCES");
    },
  });
  expect(result).toEqual(
    problem("output-misplaced", '"new" cannot be written: permission denied.', "EACCES"),
  );
});

test("a disk that is full, or fails, is not the caller's fault, and keeps its name where clearing up fails as well", async () => {
  for (const [code, message] of [
    ["ENOSPC", "no space left on device"],
    ["EIO", "the medium failed: it may be damaged or gone"],
  ] as const) {
    const { result, file } = await written("file", {
      write(_fd, _bytes, _offset, _length, _position, callback) {
        callback(refused(code), 0);
      },
      rmSync() {
        throw refused("EROFS");
      },
    });
    expect(result).toEqual(
      problem("output-not-written", `"file" cannot be written: ${message}.`, code),
    );
    expect(fs.readFileSync(file, "utf8")).toBe("old\n");
  }
});
