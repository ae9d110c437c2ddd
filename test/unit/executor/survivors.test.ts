import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { Event } from "../../../src/core/events.ts";
import type { JournalRecord } from "../../../src/deployment/records.ts";
import { endSurvivors } from "../../../src/executor/survivors.ts";
import { ComponentId } from "../../../src/core/ids.ts";
import { nodeProcesses } from "../../../src/platform/processes.ts";
import type { ProcessIdentity, Processes } from "../../../src/platform/types.ts";

const processes = nodeProcesses();
let told: Event[] = [];
beforeEach(() => {
  told = [];
});

/** A process that somebody started, and a journal in which it was an Interface. */
async function journalWith(bootId: string) {
  const child = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  await once(child, "spawn");
  const who = processes.identify(child.pid ?? 0);
  if (who === null) throw new Error("the process is not there");
  return { who, records: recordsOf(who, bootId) };
}

/** The journal of a run of `bootId` in which this one was an Interface. */
function recordsOf(who: ProcessIdentity, bootId: string): readonly JournalRecord[] {
  return [
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

test.each([
  ["this very process", process.pid],
  ["its parent", process.ppid],
])("where the Interface of the killed run is %s, nobody is ended", async (_, pid) => {
  const interfaceProcess = processes.identify(pid);
  if (interfaceProcess === null) throw new Error("the process is not there");
  const ended: ProcessIdentity[] = [];
  // Or a fault would end the tests.
  const watched: Processes = {
    ...processes,
    end: (who) => {
      ended.push(who);
      return Promise.resolve(true);
    },
  };
  const { records } = await journalWith("this-boot");
  const both = [...records, ...recordsOf(interfaceProcess, "this-boot")];

  const outcome = await endSurvivors(both, "this-boot", watched, 1000, (event) => told.push(event));

  expect(outcome).toMatchObject({
    ok: false,
    problems: [
      {
        code: "called-by-interface",
        message: `This command was called out of an Interface of an earlier run: process ${String(pid)} (${processes.commandLine(pid)}) was started by that run.`,
      },
    ],
  });
  expect(ended).toEqual([]);
  expect(told).toEqual([]);
});
