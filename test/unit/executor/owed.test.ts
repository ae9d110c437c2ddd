import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Event } from "../../../src/core/events.ts";
import { ComponentId, ComponentType } from "../../../src/core/ids.ts";
import { makeGood } from "../../../src/executor/owed.ts";
import { workDirOf } from "../../../src/interface/work-dir.ts";
import { datastoreAt } from "../../../src/journal/datastore.ts";
import { callOwed, oweCleanups, readOwed } from "../../../src/journal/owed.ts";
import { nodePlatform } from "../../../src/platform/node.ts";
import { scriptedInterface } from "../../support/interfaces.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const platform = nodePlatform();
const { files } = platform;
const at = "2026-01-01T00:00:00.000Z";
const id = ComponentId.parse("B");
const componentType = ComponentType.parse("board");

/** What B owes was called by so many runs that have not lived to see its end; then once more, by this one. */
async function madeGoodAfter(calls: number, body: string) {
  const scratch = scratchDirectory();
  const store = datastoreAt(join(scratch, "datastore"));
  const told: Event[] = [];
  oweCleanups(files, store, at, [{ component: id, componentType, deployment: "d1" }]);
  for (let call = 0; call < calls; call += 1) callOwed(files, store, at, id, `run-${String(call)}`);
  const workDir = workDirOf(store.payloads, id);
  mkdirSync(join(workDir, "tmp"), { recursive: true });
  writeFileSync(join(workDir, "tmp", "backup"), "v1");
  const debtor = {
    id,
    componentType,
    executable: scriptedInterface(scratch, `touch '${scratch}/called'; ${body}`),
    args: [],
    timeoutMs: 60_000,
    environment: { PATH: process.env["PATH"] ?? "" },
  };
  const ports = {
    platform,
    store,
    graceMs: 500,
    signal: new AbortController().signal,
    reachCrashPoint: () => {},
  };
  const of: (string | null)[] = [];
  const result = await makeGood([debtor], [], ports, (deployment, use) => {
    of.push(deployment);
    return use((event) => told.push(event));
  });
  expect(of).toEqual(["d1"]);
  const aside = join(workDirOf(store.setAside, id), "tmp", "backup");
  return {
    result,
    isCalled: existsSync(join(scratch, "called")),
    isAside: existsSync(aside),
    isLeft: existsSync(workDir),
    owed: readOwed(files, store),
    notes: told.flatMap((event) => (event.type === "note" ? [event.message] : [])),
  };
}

const settled = { result: { ok: true }, isLeft: false, owed: { ok: true, value: [] } };

test.each([0, 1])(
  "an owed Cleanup that %d runs have called without an end is called",
  async (n) => {
    const end = await madeGoodAfter(n, "exit 0");
    expect(end).toMatchObject({ ...settled, isCalled: true, isAside: false, notes: [] });
  },
);

test("one that two runs have called without an end is not called, but set aside and told", async () => {
  const end = await madeGoodAfter(2, "exit 0");
  expect(end).toMatchObject({ ...settled, isCalled: false, isAside: true });
  expect(end.notes).toEqual([
    expect.stringMatching(/^the Cleanup that B owed has not come to its end: .* set aside as /),
  ]);
});

test("one that fails again is set aside and told", async () => {
  const end = await madeGoodAfter(0, "exit 1");
  expect(end).toMatchObject({ ...settled, isCalled: true, isAside: true });
  expect(end.notes).toEqual([
    expect.stringMatching(/^the Cleanup that B owed has failed again: .* set aside as /),
  ]);
});
