import { expect, test } from "vitest";
import { lineReader } from "../../../src/interface/log-lines.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function linesOf(...pieces: readonly string[]): readonly string[] {
  const lines: string[] = [];
  const reader = lineReader((line) => lines.push(line));
  for (const piece of pieces) reader.take(bytes(piece));
  reader.end();
  return lines;
}

test("a line may come in pieces, and a piece may hold many lines", () => {
  expect(linesOf("on", "e\ntwo\n\nth", "ree")).toEqual(["one", "two", "", "three"]);
});

test("nothing written is no line", () => {
  expect(linesOf()).toEqual([]);
  expect(linesOf("", "")).toEqual([]);
});

test("a line of 4096 bytes is whole, a longer one is cut and says so", () => {
  expect(linesOf(`${"x".repeat(4096)}\n`)).toEqual(["x".repeat(4096)]);
  expect(linesOf(`${"x".repeat(4097)}\nnext\n`)).toEqual([
    `${"x".repeat(4096)} (cut: longer than 4096 bytes)`,
    "next",
  ]);
});

test("after 10000 lines it says once that the others are left out", () => {
  const lines = linesOf(`${"line\n".repeat(10_000)}one more\nand one\n`, "and one\n");
  expect(lines).toHaveLength(10_001);
  expect(lines[9_999]).toBe("line");
  expect(lines[10_000]).toBe("(more than 10000 lines: the others are left out)");
});

test("bytes that are no text are shown as what they are not", () => {
  const lines: string[] = [];
  const reader = lineReader((line) => lines.push(line));
  reader.take(new Uint8Array([0xff, 0x41, 0x0a]));
  expect(lines).toEqual(["�A"]);
});
