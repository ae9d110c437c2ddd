import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ComponentId, ComponentType } from "../../../src/core/ids.ts";
import { sweepWorkDirs } from "../../../src/executor/sweep.ts";
import { workDirOf } from "../../../src/interface/work-dir.ts";
import { datastoreAt } from "../../../src/journal/datastore.ts";
import { oweCleanups } from "../../../src/journal/owed.ts";
import { nodeFiles } from "../../../src/platform/files.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const files = nodeFiles();
const [a, b] = [ComponentId.parse("A"), ComponentId.parse("B")];

function owing() {
  const store = datastoreAt(join(scratchDirectory(), "datastore"));
  const debt = { component: b, componentType: ComponentType.parse("board"), deployment: "d1" };
  oweCleanups(files, store, "2026-01-01T00:00:00.000Z", [debt]);
  return store;
}

test("the work dir of an owed Cleanup stays, the others go", () => {
  const store = owing();
  const [ofA, ofB] = [workDirOf(store.payloads, a), workDirOf(store.payloads, b)];
  for (const workDir of [ofA, ofB]) mkdirSync(workDir, { recursive: true });
  sweepWorkDirs(files, store);
  expect([existsSync(ofA), existsSync(ofB)]).toEqual([false, true]);
});

test("where somebody has removed them all there is nothing to sweep", () => {
  const store = owing();
  expect(existsSync(store.payloads)).toBe(false);
  expect(() => {
    sweepWorkDirs(files, store);
  }).not.toThrow();
});
