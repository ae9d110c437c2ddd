import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { Event } from "../../../src/core/events.ts";
import { ComponentId } from "../../../src/core/ids.ts";
import { leftOvers } from "../../../src/executor/left-overs.ts";
import { callIdVariable, runIdVariable } from "../../../src/interface/call.ts";
import { nodeClock } from "../../../src/platform/clock.ts";
import { nodeProcesses } from "../../../src/platform/processes.ts";
import type { Processes } from "../../../src/platform/types.ts";

const clock = nodeClock();
const processes = nodeProcesses();
const [a, b] = [ComponentId.parse("A"), ComponentId.parse("B")];
let told: Event[] = [];
beforeEach(() => {
  told = [];
});

async function running(env: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn("sleep", ["60"], {
    detached: true,
    stdio: "ignore",
    env: { PATH: process.env["PATH"], ...env },
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  await once(child, "spawn");
  return child.pid ?? 0;
}

function leftOversOf(those: Processes, signal = new AbortController().signal) {
  const emit = (event: Event) => told.push(event);
  return leftOvers({ processes: those, clock, graceMs: 1000, emit, signal });
}

const isAlive = (pid: number) => processes.identify(pid) !== null;

test("of the Components that are named all is ended and told, of others nothing, of another run nothing", async () => {
  const runId = clock.randomId();
  const left = leftOversOf(processes);
  const marks = { [runIdVariable]: runId };
  const ofA = await running({
    ...marks,
    [callIdVariable]: left.mark(a, "ArtifactInstall"),
  });
  const ofB = await running({ ...marks, [callIdVariable]: left.mark(b, "Download") });
  const withoutRun = await running({ [callIdVariable]: left.mark(a, "ArtifactReboot") });
  const stranger = await running({ [runIdVariable]: `${runId}0` });

  expect(await left.end(runId, [a])).toEqual(new Map());

  expect([ofA, withoutRun, ofB, stranger].map(isAlive)).toEqual([false, false, true, true]);
  expect(told).toHaveLength(2);
  expect(told).toContainEqual({
    type: "note",
    message: `what ArtifactInstall of A had left running was ended: process ${String(ofA)} (sleep 60)`,
  });

  expect(await left.end(runId, [b])).toEqual(new Map());
  expect([ofB, stranger].map(isAlive)).toEqual([false, true]);
});

test("one of the run of which nobody knows the call is ended with the first", async () => {
  const runId = clock.randomId();
  const left = leftOversOf(processes);
  const pid = await running({ [runIdVariable]: runId });
  expect(await left.end(runId, [b])).toEqual(new Map());
  expect(isAlive(pid)).toBe(false);
  expect(told).toEqual([
    {
      type: "note",
      message: `what a call had left running was ended: process ${String(pid)} (sleep 60)`,
    },
  ]);
});

test("one that cannot be ended is a problem of its Component, and nothing is told as ended", async () => {
  const runId = clock.randomId();
  const immortal = { ...processes, end: () => Promise.resolve(false) };
  const left = leftOversOf(immortal);
  await running({ [runIdVariable]: runId, [callIdVariable]: left.mark(a, "ArtifactInstall") });
  const stuck = await left.end(runId, [a, b]);
  expect([...stuck.keys()]).toEqual([a]);
  expect(stuck.get(a)).toMatchObject({ code: "interface-still-running" });
  expect(told).toEqual([]);
});

test("once this process is told to end, one that stays gets one last round, without any grace", async () => {
  const runId = clock.randomId();
  const stop = new AbortController();
  const graces: number[] = [];
  const immortal: Processes = {
    ...processes,
    end: (_, graceMs) => {
      graces.push(graceMs);
      stop.abort();
      return Promise.resolve(false);
    },
  };
  const left = leftOversOf(immortal, stop.signal);
  await running({ [runIdVariable]: runId, [callIdVariable]: left.mark(a, "ArtifactInstall") });
  const stuck = await left.end(runId, [a]);
  expect(graces).toEqual([1000, 0]);
  expect([...stuck.keys()]).toEqual([a]);
});
