import { decode, decodePax } from "tar-stream/headers.js";
import { expect, test } from "vitest";
import { readBytes } from "../../../src/artifact/byte-reader.ts";
import { encodeHeader } from "../../../src/artifact/tar-header.ts";
import { nextEntry } from "../../../src/artifact/tar-reader.ts";
import { memorySource } from "../../support/byte-sources.ts";

/** A header of ours with some bytes overwritten and the sum made right again. */
function header(at: number, bytes: string, flag = "0", size = 0): Buffer {
  const block = Buffer.from(encodeHeader({ name: "x", flag, size }) ?? []);
  block.write(bytes, at, "latin1");
  block.write("        ", 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function firstOf(...blocks: readonly Uint8Array[]) {
  const bytes = Buffer.concat([...blocks, new Uint8Array(1024)]);
  return nextEntry("t.tar", readBytes("t.tar", memorySource("t.tar", bytes).read(0, bytes.length)));
}

// What tar-stream takes each for is told, too: where that changes, the audit of it may go.
test.each([
  ["a size of all ones", header(124, "\xff".repeat(12)), { size: -0 }, "an impossible size"],
  [
    "a size in no known way",
    header(124, `\x81${"\0".repeat(11)}`),
    { size: null },
    "an impossible",
  ],
  ["a size with letters behind", header(124, "12x"), { size: 10 }, "a number that is not octal"],
  ["a name of broken bytes", header(0, "\xff"), { name: "\ufffd" }, "a name that is not UTF-8"],
  ["POSIX of another version", header(263, "99"), { name: "x" }, "not one of a POSIX tar"],
])("%s, which tar-stream takes, is refused", async (_, block, taken, refusal) => {
  expect(decode(block, "utf-8")).toMatchObject(taken);
  await expect(firstOf(block)).rejects.toThrow(refusal);
});

test("an old way of a long name, which tar-stream takes, is no entry that anybody wants", async () => {
  const block = header(0, "x", "N");
  expect(decode(block, "utf-8")).toMatchObject({ type: "gnu-long-path" });
  expect(await firstOf(block)).toEqual({ name: "x", kind: "other", size: 0 });
});

test("of a record given twice tar-stream takes the second; it is refused", async () => {
  const content = Buffer.from("10 path=y\n10 path=z\n");
  expect(decodePax(content)).toEqual({ path: "z" });
  const padded = Buffer.concat([content, new Uint8Array(512 - content.length)]);
  await expect(firstOf(header(0, "x", "x", content.length), padded)).rejects.toThrow(
    "an extended header that cannot be read",
  );
});
