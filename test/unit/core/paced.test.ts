import { expect, test } from "vitest";
import { paced } from "../../../src/core/paced.ts";

test("nothing is told within a moment, then the sum, then no more often than eyes can follow", () => {
  let nowMs = 0;
  const told: (readonly [number, number])[] = [];
  const hear = paced(
    () => nowMs,
    (sum) => told.push([nowMs, sum]),
  );
  for (; nowMs < 760; nowMs += 20) hear(1);
  expect(told).toEqual([
    [500, 26],
    [600, 31],
    [700, 36],
  ]);
});
