import { extract } from "tar-stream";
import { expect, test } from "vitest";
import { packTar, type TarPart, tarOf } from "../../../src/artifact/tar-writer.ts";
import { collect } from "../../support/byte-sources.ts";

const piece = Buffer.alloc(64 * 1024, "x");

/** A part whose pieces are counted, and whose end is seen. */
function counted(pieces: number, size = pieces * piece.length) {
  const seen = { pieces: 0, isClosed: false };
  // oxlint-disable-next-line require-await
  async function* content() {
    try {
      for (let count = 0; count < pieces; count += 1) {
        seen.pieces += 1;
        yield piece;
      }
    } finally {
      seen.isClosed = true;
    }
  }
  const part: TarPart = { name: "large", size, content: content() };
  return { part, seen };
}

/** As tar-stream reads it again. */
async function readAgain(bytes: Uint8Array): Promise<readonly string[]> {
  const reader = extract();
  reader.end(bytes);
  const found: string[] = [];
  for await (const entry of reader) {
    found.push(`${entry.header.name}: ${(await collect(entry)).length}`);
  }
  return found;
}

test("a tar holds its parts in their order, empty ones and those of empty pieces too", async () => {
  const none = new Uint8Array(0);
  const bytes = await collect(
    packTar([
      { name: "a", size: 0, content: [] },
      { name: "b", size: 0, content: [none] },
      {
        name: "c",
        size: 600,
        content: [none, piece.subarray(0, 512), none, piece.subarray(0, 88)],
      },
      { name: "ü", size: 512, content: [piece.subarray(0, 512)] },
    ]),
  );

  expect(bytes.length).toBe(512 * (4 + 2 + 1 + 2));
  expect(await readAgain(bytes)).toEqual(["a: 0", "b: 0", "c: 600", "ü: 512"]);
});

test("a tar in memory may be empty", async () => {
  expect(await tarOf([])).toEqual(Buffer.alloc(1024));
});

test("a tar within a tar is what it is alone", async () => {
  const inner = await tarOf([{ name: "f", content: piece }]);
  const content = packTar([{ name: "f", size: piece.length, content: [piece] }]);

  expect(await collect(packTar([{ name: "t", size: inner.length, content }]))).toEqual(
    Buffer.from(await tarOf([{ name: "t", content: inner }])),
  );
});

test("a source that fails fails the tar with its very error", async () => {
  const broken = new Error("the medium is gone");
  // oxlint-disable-next-line require-await
  async function* content() {
    yield piece;
    throw broken;
  }

  const tar = packTar([{ name: "a", size: 2 * piece.length, content: content() }]);
  await expect(collect(tar)).rejects.toBe(broken);
});

test("a content of another size than its header says is not written", async () => {
  const { part } = counted(2, 3 * piece.length);

  await expect(collect(packTar([part]))).rejects.toThrow("Size mismatch");
});

test("a slow reader keeps only a few pieces in memory", async () => {
  const { part, seen } = counted(1000);
  const reader = packTar([part]);
  for (let read = 0; read < 10; read += 1) await reader.next();
  await new Promise(setImmediate);

  expect(seen.pieces).toBeLessThan(15);
  await reader.return(undefined);
});

test("a reader that leaves closes the source", async () => {
  const { part, seen } = counted(1000);
  const reader = packTar([part]);
  for (let read = 0; read < 3; read += 1) await reader.next();
  await reader.return(undefined);
  await new Promise(setImmediate);

  expect(seen.isClosed).toBe(true);
});
