import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ComponentId, ComponentType } from "../../../src/core/ids.ts";
import type { Event } from "../../../src/core/events.ts";
import type { Progress } from "../../../src/deployment/deployment.ts";
import { begin } from "../../../src/deployment/evolve.ts";
import { sweepWorkDirs } from "../../../src/executor/sweep.ts";
import { workDirOf } from "../../../src/interface/work-dir.ts";
import { datastoreAt } from "../../../src/journal/datastore.ts";
import { oweCleanups } from "../../../src/journal/owed.ts";
import { nodeFiles } from "../../../src/platform/files.ts";
import { beginOf } from "../../support/drive.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const files = nodeFiles();
const [a, b] = [ComponentId.parse("A"), ComponentId.parse("B")];

const untold = (event: Event): void => {
  throw new Error(`told ${event.type}`);
};

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
  sweepWorkDirs(files, store, null, untold);
  expect([existsSync(ofA), existsSync(ofB)]).toEqual([false, true]);
});

test("where somebody has removed them all there is nothing to sweep", () => {
  const store = owing();
  expect(existsSync(store.payloads)).toBe(false);
  expect(() => {
    sweepWorkDirs(files, store, null, untold);
  }).not.toThrow();
});

/** B, whose Cleanup of the first stage was owed, in a second stage that has ended without asking it anything. */
function endedBefore(owedCleanup: Progress | undefined) {
  const store = datastoreAt(join(scratchDirectory(), "datastore"));
  const workDir = workDirOf(store.payloads, b);
  mkdirSync(workDir, { recursive: true });
  writeFileSync(join(workDir, "deployment_id"), "d1-1\n");
  const first = beginOf({ boards: [{ id: "B", group: 0 }] });
  const run = {
    runId: "r",
    bootId: "b",
    verb: "install",
    stopBefore: [],
    exitOnReboot: false,
  } as const;
  const deployment = begin(first, { type: "run", at: first.at, ...run });
  const ran = { OwedCleanup: owedCleanup };
  const members = deployment.members.map((member) => ({ ...member, ran }));
  const notes: string[] = [];
  sweepWorkDirs(files, store, { ...deployment, stage: 1, direction: "back", members }, (event) => {
    if (event.type === "note") notes.push(event.message);
  });
  return { isGone: !existsSync(workDir), isAside: existsSync(workDirOf(store.setAside, b)), notes };
}

test.each(["failed", "interrupted"] as const)(
  "the work dir of an owed Cleanup that has %s is kept and told where its stage went back at once",
  (progress) => {
    expect(endedBefore(progress)).toEqual({
      isGone: true,
      isAside: true,
      notes: [
        expect.stringMatching(/^the Cleanup that B owed has not come to its end: .* set aside as /),
      ],
    });
  },
);

test("the work dir of an owed Cleanup that has ended well goes", () => {
  expect(endedBefore("ok")).toEqual({ isGone: true, isAside: false, notes: [] });
});
