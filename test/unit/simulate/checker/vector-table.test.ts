import * as fc from "fast-check";
import { expect, it } from "vitest";
import { vectorTable } from "../../../../src/simulate/checker/vector-table.ts";
import { fuzzing } from "../../../support/fuzzing.ts";

const vectors = fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 6 }), {
  maxLength: 2000,
});

it("tells equal vectors from others, as their text does, and numbers them", () => {
  fc.assert(
    fc.property(vectors, (all) => {
      const table = vectorTable();
      const known = new Map<string, number>();
      for (const vector of all) {
        const text = vector.join();
        const isNew = table.add(Int32Array.from(vector), vector.length);
        expect(isNew).toBe(!known.has(text));
        const number = table.numberOf(Int32Array.from(vector), vector.length);
        expect(number).toBe(known.get(text) ?? number);
        known.set(text, number);
      }
      expect(table.size).toBe(known.size);
      expect(new Set(known.values()).size).toBe(known.size);
    }),
    fuzzing(40),
  );
});

it("takes no more for further vectors than it says, and less than 75 bytes for one of nine numbers", () => {
  const table = vectorTable();
  const vector = new Int32Array(9);
  const count = 60_000;
  for (let at = 0; at < count; at += 1) {
    const most = table.bytes + table.growthOf(1, vector.length);
    vector[at % 9] = at;
    table.add(vector, vector.length);
    if (table.bytes > most) throw new Error(`${table.bytes} bytes after ${at} vectors`);
  }
  expect(table.size).toBe(count);
  expect(table.bytes / count).toBeLessThan(75);
});

it("says so where no more can be numbered", () => {
  expect(vectorTable().growthOf(2 ** 28, 9)).toBe(Infinity);
});
