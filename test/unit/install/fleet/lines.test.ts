import fc from "fast-check";
import { expect, test } from "vitest";
import { idSet } from "../../../../src/install/fleet/id-set.ts";
import { lineSplitter } from "../../../../src/install/fleet/lines.ts";
import { recent } from "../../../../src/install/fleet/recent.ts";

/** What the splitter makes of pieces; null: a line that is too long. */
function linesOf(
  pieces: readonly string[],
  most: number,
): readonly (readonly [number, string | null])[] {
  const splitter = lineSplitter(most);
  const found = [
    ...pieces.flatMap((piece) => [...splitter.take(Buffer.from(piece))]),
    ...splitter.end(),
  ];
  return found.map(({ number, bytes }) => [number, bytes?.toString() ?? null]);
}

test("lines are the same however the bytes come, and those that are too long are left out alone", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 8 }),
      fc.integer({ min: 1, max: 12 }),
      (pieces, most) => {
        const whole = pieces.join("");
        const wanted = whole.split("\n");
        if (wanted.at(-1) === "") wanted.pop();
        expect(linesOf(pieces, most)).toEqual(
          wanted.map((line, at) => [at + 1, line.length > most ? null : line]),
        );
      },
    ),
  );
});

test("of a line that is too long nothing is kept, however much of it comes", () => {
  const splitter = lineSplitter(1000);
  const before = process.memoryUsage().arrayBuffers;
  const piece = Buffer.alloc(1024 * 1024, "x");
  for (let count = 0; count < 64; count += 1) expect([...splitter.take(piece)]).toEqual([]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  expect([...splitter.take(Buffer.from("\nnext\n"))].map(({ bytes }) => bytes?.toString())).toEqual(
    [undefined, "next"],
  );
});

test("an id is known again among a hundred thousand, and no other is taken for it", () => {
  const ids = idSet();
  const all = Array.from({ length: 100_000 }, (_, at) => `device-${at}`);
  expect(all.filter((id) => ids.add(id) !== true)).toEqual([]);
  expect(all.filter((id) => ids.add(id) !== false)).toEqual([]);
});

test("a full set of ids says that it knows nothing more", () => {
  const ids = idSet(2);
  expect(["a", "b", "c", "a"].map((id) => ids.add(id))).toEqual([true, true, null, null]);
});

test("what was asked for lately is kept, and no more than the limit", () => {
  const kept = recent<number>({ entries: 4, weight: 1000 }, () => 1);
  for (let at = 0; at < 100; at += 1) {
    kept.set(`key ${at}`, at);
    expect(kept.get("key 0")).toBe(0);
  }
  const left = Array.from({ length: 100 }, (_, at) => kept.get(`key ${at}`) ?? null);
  expect(left.filter((value) => value !== null).length).toBeLessThanOrEqual(4);
});

test("large values are forgotten before many are there", () => {
  const kept = recent<string>({ entries: 1000, weight: 40 }, ({ length }) => length);
  for (const key of ["a", "b", "c", "d"]) kept.set(key, "x".repeat(30));
  expect(["a", "b", "c", "d"].map((key) => kept.get(key) !== undefined)).toEqual([
    false,
    false,
    false,
    true,
  ]);
});
