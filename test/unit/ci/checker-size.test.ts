import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("the checker of certificates is small enough to be read as a whole", () => {
  const room = new URL("../../../src/verify-plan/", import.meta.url);
  const lines = readdirSync(room).map(
    (name) => readFileSync(new URL(name, room), "utf8").split("\n").length - 1,
  );
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(500);
});
