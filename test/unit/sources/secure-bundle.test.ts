import * as fs from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { FileIo } from "../../../src/platform/file-io.ts";
import { nodeFiles } from "../../../src/platform/files.ts";
import {
  type BundleToSecure,
  removeKept,
  secureBundle,
} from "../../../src/sources/secure-bundle.ts";
import { buildBundle } from "../../support/bundles.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const bytes = await buildBundle();

/** A bundle in the tree of a caller, and a datastore beside it. */
function situation(io: FileIo = fs) {
  const scratch = scratchDirectory();
  const tree = join(scratch, "tree");
  const directory = join(scratch, "datastore", "bundles");
  const path = join(tree, "files", "bundle.tar");
  fs.mkdirSync(join(tree, "files"), { recursive: true });
  fs.writeFileSync(path, bytes);
  // As the Mender Client makes it.
  fs.writeFileSync(join(tree, "version"), "3\n");
  fs.mkdirSync(join(tree, "header"));
  fs.mkdirSync(join(tree, "tmp"));
  const secure = (changes: Partial<BundleToSecure> = {}) =>
    secureBundle(nodeFiles(io), {
      name: "files/bundle.tar",
      path,
      workingDirectory: tree,
      clientTrees: [],
      directory,
      id: "0f3c",
      signal: new AbortController().signal,
      showing: (_work, _bytes, use) => use(() => {}),
      ...changes,
    });
  return { scratch, tree, directory, path, kept: join(directory, "0f3c.tar"), secure };
}

function refused(code: string): Error {
  return Object.assign(new Error(code), { code });
}

const withoutLinks: FileIo = {
  ...fs,
  linkSync() {
    throw refused("EXDEV");
  },
};

test("a bundle in a Mender Client's tree is linked, and outlives the tree", async () => {
  const { tree, path, kept, secure } = situation();
  const inode = fs.statSync(path).ino;
  expect(await secure()).toEqual({ ok: true, value: kept });
  fs.rmSync(tree, { recursive: true });
  expect(fs.statSync(kept).ino).toBe(inode);
  expect(fs.readFileSync(kept)).toEqual(Buffer.from(bytes));
});

test("where it cannot be linked it is copied", async () => {
  const { path, kept, secure } = situation(withoutLinks);
  expect(await secure()).toEqual({ ok: true, value: kept });
  expect(fs.statSync(kept).ino).not.toBe(fs.statSync(path).ino);
  expect(fs.statSync(kept).mode & 0o777).toBe(0o600);
  expect(fs.readFileSync(kept)).toEqual(Buffer.from(bytes));
});

test("a link in the tree is followed to the bundle", async () => {
  const { tree, path, kept, secure } = situation();
  fs.symlinkSync(path, join(tree, "link.tar"));
  expect(await secure({ path: join(tree, "link.tar") })).toEqual({ ok: true, value: kept });
  expect(fs.lstatSync(kept).isFile()).toBe(true);
});

test("a bundle in no such tree is read where it lies, by its real path", async () => {
  const { scratch, tree, path, directory, secure } = situation();
  fs.rmSync(join(tree, "header"), { recursive: true });
  fs.rmSync(join(tree, "version"));
  fs.symlinkSync(tree, join(scratch, "medium"));
  const medium = join(scratch, "medium/files/bundle.tar");
  const read = { ok: true, value: path };
  for (const workingDirectory of [tree, "/", join(scratch, "gone")]) {
    expect(await secure({ path: medium, workingDirectory })).toEqual(read);
  }
  expect(fs.existsSync(directory)).toBe(false);
});

test("a tree is known wherever the caller is, and in doubt it is one", async () => {
  for (const workingDirectory of ["/", "/gone"]) {
    const { kept, secure } = situation();
    expect(await secure({ workingDirectory })).toEqual({ ok: true, value: kept });
  }
  const { tree, path, kept, secure } = situation();
  fs.rmSync(join(tree, "version"));
  expect(await secure({ workingDirectory: "/" })).toEqual({ ok: true, value: path });
  expect(await secure()).toEqual({ ok: true, value: kept });
});

test("what the Mender Client lays into its payload trees may go away, whatever lies there", async () => {
  const { scratch, tree, kept, secure } = situation();
  fs.rmSync(join(tree, "header"), { recursive: true });
  fs.rmSync(join(tree, "tmp"), { recursive: true });
  fs.symlinkSync(scratch, join(scratch, "trees"));
  const trees = [join(scratch, "gone"), join(scratch, "trees")];
  expect(await secure({ clientTrees: trees, workingDirectory: "/" })).toEqual({
    ok: true,
    value: kept,
  });
});

test("a medium that is mounted in the caller's tree is read where it is", async () => {
  const { path, directory, secure } = situation({
    ...fs,
    lstatSync(of) {
      const stats = fs.lstatSync(of);
      if (of === path) stats.dev += 1;
      return stats;
    },
  });
  expect(await secure()).toEqual({ ok: true, value: path });
  expect(fs.existsSync(directory)).toBe(false);
});

test("a compressed bundle is unpacked, wherever it lies", async () => {
  const { path, kept, secure } = situation();
  fs.writeFileSync(path, gzipSync(bytes));
  expect(await secure({ workingDirectory: "/" })).toEqual({ ok: true, value: kept });
  expect(fs.readFileSync(kept)).toEqual(Buffer.from(bytes));
});

test.each(["compressed", "plain"])(
  "a process that is told to end leaves nothing of a %s bundle, and says why",
  async (form) => {
    const controller = new AbortController();
    const { path, directory, secure } = situation({
      ...withoutLinks,
      read(...[fd, buffer, offset, length, position, callback]: Parameters<FileIo["read"]>) {
        // What tells its kind is read before.
        if (length > 1024) controller.abort();
        fs.read(fd, buffer, offset, length, position, callback);
      },
    });
    if (form === "compressed") fs.writeFileSync(path, gzipSync(bytes));
    expect(await secure({ signal: controller.signal })).toMatchObject({
      ok: false,
      problems: [{ code: "interrupted", at: { file: "files/bundle.tar" } }],
    });
    expect(fs.readdirSync(directory)).toEqual([]);
  },
);

test("what is missing space is told before anything is copied, or when it shows", async () => {
  const problem = (free: number) => ({
    code: "not-enough-space",
    message: `There is not enough space in the datastore to keep "files/bundle.tar": ${free} bytes are free, 16777216 are kept free, and ${bytes.length} are needed.`,
    at: { file: "files/bundle.tar" },
    expected: `${bytes.length + 16_777_216} bytes free`,
    got: `${free} bytes`,
    hint: "It must be kept because its caller may remove it. Make room, or put it outside of the tree of the Mender Client.",
  });
  const before = situation({
    ...withoutLinks,
    statfsSync: () => ({ bavail: 4096, bsize: 4096 }),
  });
  expect(await before.secure()).toEqual({ ok: false, problems: [problem(4096 * 4096)] });
  expect(fs.readdirSync(before.directory)).toEqual([]);
  const meanwhile = situation({
    ...withoutLinks,
    write(_fd, _bytes, _offset, _length, _position, callback) {
      callback(refused("ENOSPC"), 0);
    },
  });
  expect(await meanwhile.secure()).toEqual({ ok: false, problems: [problem(0)] });
  expect(fs.readdirSync(meanwhile.directory)).toEqual([]);
});

test("a medium that fails while it is copied is told, and nothing of it kept", async () => {
  const { directory, secure } = situation({
    ...withoutLinks,
    read(fd, into, offset, length, position, callback) {
      if (length > 1000) callback(refused("EIO"), 0);
      else fs.read(fd, into, offset, length, position, callback);
    },
  });
  expect(await secure()).toEqual({
    ok: false,
    problems: [
      {
        code: "file-unreadable",
        message: '"files/bundle.tar" cannot be read: the medium failed: it may be damaged or gone.',
        at: { file: "files/bundle.tar" },
        got: "EIO",
        hint: "Check the name, the permissions, and that the medium is there.",
      },
    ],
  });
  expect(fs.readdirSync(directory)).toEqual([]);
});

test("a datastore that takes nothing is a failure of the machine", async () => {
  const { secure } = situation({
    ...fs,
    mkdirSync() {
      throw refused("EROFS");
    },
  });
  await expect(secure()).rejects.toThrow("the file system is read-only");
});

test("what was kept is removed, whoever left it, and nothing beside it", () => {
  const directory = join(scratchDirectory(), "bundles");
  removeKept(nodeFiles(), directory, () => true);
  fs.mkdirSync(directory);
  const theirs = ["0f3c.tar", "0123456789ab.tar.old", "mine.tar"];
  for (const name of ["0123456789ab.tar", ...theirs]) fs.writeFileSync(join(directory, name), "");
  removeKept(nodeFiles(), directory, () => true);
  expect(fs.readdirSync(directory).toSorted()).toEqual(theirs.toSorted());
  for (const name of theirs) fs.rmSync(join(directory, name));
  removeKept(nodeFiles(), directory, () => true);
  expect(fs.existsSync(directory)).toBe(false);
});
