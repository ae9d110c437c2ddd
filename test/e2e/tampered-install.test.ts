import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type SeedProgram, seedProgram, v1 } from "../support/seed-program.ts";

/** The built program is given bundles with one byte changed. `test/unit/bundle/trust.test.ts` changes every 512th. */

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => system.remove());

/** Headers and contents of every kind of entry, and the end of the archive. */
function places(bytes: Uint8Array): readonly number[] {
  const inside: number[] = [];
  for (let at = 130; at < bytes.length; at += 3 * 512) inside.push(at);
  return [...inside, bytes.length - 1];
}

test("tampered byte anywhere: an install ends with 11 or 12, and nothing is changed", () => {
  const path = system.path("b.tar");
  const sound = new Uint8Array(readFileSync("fixtures/bundles/seed-v2.tar"));
  const all = places(sound);
  expect(all.length).toBeGreaterThan(6);
  for (const at of all) {
    const bytes = Uint8Array.from(sound);
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    writeFileSync(path, bytes);
    const { exit } = system.run(["install", "b.tar"]);
    expect({ at, exit: exit === 11 || exit === 12 }).toEqual({ at, exit: true });
  }
  expect(system.versions()).toEqual(v1);
  expect(readdirSync(system.path("datastore/history"))).toEqual([]);
  expect(readdirSync(system.path("datastore"))).not.toContain("bundles");
  const asked = system.calls().map((call) => call.split(" ")[0]);
  expect(asked.filter((call) => call !== "Identity" && call !== "Provides")).toEqual([]);
});
