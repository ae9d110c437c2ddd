import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { Event } from "../../../src/core/events.ts";
import type { JournalRecord } from "../../../src/deployment/records.ts";
import { endSurvivors } from "../../../src/executor/survivors.ts";
import { ComponentId } from "../../../src/core/ids.ts";
import { nodeProcesses } from "../../../src/platform/processes.ts";

const processes = nodeProcesses();
let told: Event[] = [];
beforeEach(() => {
  told = [];
});

/** A process that somebody started, and the journal of a run of `bootId` in which it was an Interface. */
async function journalWith(bootId: string) {
  const child = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  await once(child, "spawn");
  const who = processes.identify(child.pid ?? 0);
  if (who === null) throw new Error("the process is not there");
  const records: readonly JournalRecord[] = [
    {
      type: "run",
      at: "2026-01-01T00:00:00.000Z",
      runId: "no-such-run",
      bootId,
      verb: "install",
      stopBefore: [],
      exitOnReboot: false,
    },
    { type: "running", component: ComponentId.parse("A"), ...who },
  ];
  return { who, records };
}

test("an Interface of a killed run is ended", async () => {
  const { who, records } = await journalWith("this-boot");
  const ended = await endSurvivors(records, "this-boot", processes, 1000, (event) =>
    told.push(event),
  );
  expect(ended).toEqual({ ok: true, value: 1 });
  expect(processes.identify(who.pid)).toBeNull();
  expect(told).toEqual([
    {
      type: "note",
      message: `what an earlier run had left running was ended: process ${String(who.pid)} (sleep 60)`,
    },
  ]);
});

test("after a reboot nobody of the journal is left: who has the same pid and start time is a stranger", async () => {
  const { who, records } = await journalWith("the-boot-before");
  const ended = await endSurvivors(records, "this-boot", processes, 1000, (event) =>
    told.push(event),
  );
  expect(ended).toEqual({ ok: true, value: 0 });
  expect(processes.identify(who.pid)).toEqual(who);
  expect(told).toEqual([]);
});
