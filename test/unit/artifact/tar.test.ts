import { describe, expect, it } from "vitest";
import { ArtifactError } from "../../../src/artifact/artifact-error.ts";
import { readBytes } from "../../../src/artifact/byte-reader.ts";
import { limits } from "../../../src/artifact/limits.ts";
import { encodeHeader } from "../../../src/artifact/tar-header.ts";
import { nextEntry, type TarEntry, takePadding } from "../../../src/artifact/tar-reader.ts";
import { tar } from "../../support/artifacts.ts";
import { collect, memorySource } from "../../support/byte-sources.ts";

/** All entries of a tar, or the message of what is wrong with it. */
async function entriesOf(bytes: Uint8Array): Promise<readonly TarEntry[] | string> {
  const reader = readBytes("t.tar", memorySource("t.tar", bytes, 100).read(0, bytes.length));
  const entries: TarEntry[] = [];
  try {
    for (;;) {
      const entry = await nextEntry("t.tar", reader);
      if (entry === null) return entries;
      entries.push(entry);
      await collect(reader.stream(entry.size));
      await takePadding("t.tar", reader, entry.size);
    }
  } catch (error) {
    if (error instanceof ArtifactError) return error.problem.message;
    throw error;
  }
}

/** A header of ours with some bytes overwritten and the sum made right again. */
function header(
  changes: readonly (readonly [at: number, text: string])[] = [],
  size = 0,
  flag = "0",
) {
  const block = Buffer.from(encodeHeader({ name: "x", flag, size }) ?? []);
  for (const [at, text] of changes) block.write(text, at, "latin1");
  block.write("        ", 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

const end = new Uint8Array(1024);

function padded(content: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(content);
  return Buffer.concat([bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)]);
}

function extended(flag: string, content: string | Uint8Array): Uint8Array {
  return Buffer.concat([header([], Buffer.from(content).length, flag), padded(content)]);
}

const unsound = (what: string) => `"t.tar" is not a sound tar archive: it has ${what}.`;

describe("the entries of a tar", () => {
  it("come with name, kind and size", async () => {
    const bytes = await tar([
      { name: "a", content: "text" },
      { name: "d", content: "", headers: { type: "directory" } },
      { name: "l", content: "", headers: { type: "symlink", linkname: "a" } },
      { name: "h", content: "", headers: { type: "link", linkname: "a" } },
      { name: "f", content: "", headers: { type: "fifo" } },
    ]);

    expect(await entriesOf(bytes)).toEqual([
      { name: "a", kind: "file", size: 4 },
      { name: "d", kind: "directory", size: 0 },
      { name: "l", kind: "link", size: 0 },
      { name: "h", kind: "link", size: 0 },
      { name: "f", kind: "other", size: 0 },
    ]);
  });

  it("may have long names and names that are not ASCII", async () => {
    const names = [`${"d/".repeat(60)}f`, "x".repeat(101), "gerät-ü.bin", "y".repeat(255)];
    const bytes = await tar(names.map((name) => ({ name, content: "" })));

    expect(await entriesOf(bytes)).toEqual(names.map((name) => ({ name, kind: "file", size: 0 })));
  });

  it("may have a long name in GNU's way", async () => {
    const name = "z".repeat(150);
    const bytes = Buffer.concat([extended("L", `${name}\0`), header(), end]);

    expect(await entriesOf(bytes)).toEqual([{ name, kind: "file", size: 0 }]);
  });

  it("may have their size in an extended header, or in GNU's way", async () => {
    const pax = Buffer.concat([extended("x", "10 size=3\n"), header(), padded("abc"), end]);
    const gnu = Buffer.concat([
      header([[124, "\x80\0\0\0\0\0\0\0\0\0\0\x03"]]),
      padded("abc"),
      end,
    ]);

    expect(await entriesOf(pax)).toEqual([{ name: "x", kind: "file", size: 3 }]);
    expect(await entriesOf(gnu)).toEqual([{ name: "x", kind: "file", size: 3 }]);
  });

  it("may be of the GNU flavour, with blanks in their numbers", async () => {
    const bytes = Buffer.concat([
      header([
        [257, "ustar  \0"],
        [100, "   644 \0"],
      ]),
      end,
    ]);

    expect(await entriesOf(bytes)).toEqual([{ name: "x", kind: "file", size: 0 }]);
  });
});

describe("a tar is refused", () => {
  const name = "a name that is not UTF-8";
  const number = "a number that is not octal";
  const unread = "an extended header that cannot be read";
  it.each([
    [
      "a wrong sum",
      Buffer.concat([Buffer.from(header()).fill("y", 0, 1), end]),
      "a header whose sum is wrong",
    ],
    [
      "no magic",
      Buffer.concat([header([[257, "\0\0\0\0\0\0\0\0"]]), end]),
      "a header that is not one of a POSIX tar",
    ],
    [
      "a mixed magic",
      Buffer.concat([header([[257, "ustar\0 \0"]]), end]),
      "a header that is not one of a POSIX tar",
    ],
    ["a size that is no number", Buffer.concat([header([[124, "12345678x12\0"]]), end]), number],
    [
      "a negative size",
      Buffer.concat([header([[124, "\xff".repeat(12)]]), end]),
      "an impossible size",
    ],
    [
      "an immense size",
      Buffer.concat([header([[124, `\x80${"\xff".repeat(11)}`]]), end]),
      "an impossible size",
    ],
    ["a mode that is no number", Buffer.concat([header([[100, "rw-r--r-"]]), end]), number],
    ["a device that is no number", Buffer.concat([header([[329, "8"]]), end]), number],
    ["a name of broken bytes", Buffer.concat([header([[0, "\xff\xfe"]]), end]), name],
    [
      "one zero block and then more",
      Buffer.concat([header(), new Uint8Array(512), header(), end]),
      "only half of its end",
    ],
    [
      "padding that is not zeros",
      Buffer.concat([header([], 1), Buffer.alloc(512, "a"), end]),
      "something between its entries",
    ],
    [
      "a pax record of no length",
      Buffer.concat([extended("x", " path=y\n"), header(), end]),
      unread,
    ],
    ["a pax record too long", Buffer.concat([extended("x", "99 path=y\n"), header(), end]), unread],
    ["a pax record too short", Buffer.concat([extended("x", "3 path=y\n"), header(), end]), unread],
    [
      "a pax record without a key",
      Buffer.concat([extended("x", "6 =yy\n"), header(), end]),
      unread,
    ],
    [
      "a pax record twice",
      Buffer.concat([extended("x", "10 path=y\n10 path=z\n"), header(), end]),
      unread,
    ],
    [
      "a sparse file",
      Buffer.concat([extended("x", "22 GNU.sparse.major=1\n"), header(), end]),
      unread,
    ],
    [
      "a pax size that is no number",
      Buffer.concat([extended("x", "11 size=-3\n"), header(), end]),
      "an impossible size",
    ],
    [
      "two extended headers",
      Buffer.concat([extended("x", "10 path=y\n"), extended("x", "10 path=z\n"), header(), end]),
      "two extended headers in a row",
    ],
    [
      "an extended header of nothing",
      Buffer.concat([extended("x", "10 path=y\n"), end]),
      "an extended header of nothing",
    ],
    [
      "a long name that does not end",
      Buffer.concat([extended("L", "name"), header(), end]),
      "a long name without its end",
    ],
  ])("with %s", async (_, bytes, what) => {
    expect(await entriesOf(bytes)).toBe(unsound(what));
  });

  it("with an extended header larger than published", async () => {
    const large = extended("x", new Uint8Array(limits.extendedHeader + 1));

    expect(await entriesOf(Buffer.concat([large, header(), end]))).toBe(
      '"t.tar" has an extended tar header of 65537 bytes.',
    );
  });

  it("whichever bit of a header's used bytes is flipped", async () => {
    const sound = Buffer.concat([header([], 4), padded("text"), end]);
    const accepted: number[] = [];
    for (let bit = 0; bit < 512 * 8; bit += 1) {
      const changed = Buffer.from(sound);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if (typeof (await entriesOf(changed)) !== "string") accepted.push(bit >> 3);
    }
    // Only around the digits of the sum itself: a blank may stand for a leading zero, and for the NUL behind.
    expect(new Set(accepted)).toEqual(new Set([148, 154, 155]));
  });
});
