import { describe, expect, it } from "vitest";
import { replay } from "../../../src/deployment/evolve.ts";
import type { GateAnswer, JournalRecord, PlannedGate } from "../../../src/deployment/records.ts";
import { shortenedWaits } from "../../../src/deployment/shortened-waits.ts";
import { gateRecordsOf } from "../../../src/report/gate-record.ts";
import { beginOf, Boards, drive, type Driven, type SystemSpec } from "../../support/drive.ts";
import { killedAfter } from "../../support/killed.ts";

const gate = (name: string): PlannedGate => ({
  name,
  at: ["start"],
  timeoutMs: 1000,
  deferAtMostMs: null,
});
const spec: SystemSpec = {
  boards: [{ id: "A", group: 0 }],
  gates: [gate("consent"), gate("window")],
};
const go: GateAnswer = { kind: "go" };
const notNow: GateAnswer = { kind: "not-now", retryAfterMs: null };

/** So many runs, one a minute, in which the window is closed; then it is open. */
function waited(runs: number, rebootedAt = -1): Driven {
  const boards = closed();
  let driven = drive(beginOf(spec), boards, { nowMs: 0 });
  let nowMs = 0;
  for (let run = 1; run < runs; run += 1) {
    const rebooted = run === rebootedAt;
    nowMs = rebooted ? 1_000 : nowMs + 60_000;
    driven = drive(driven, boards, { nowMs, rebooted });
  }
  return driven;
}

const closed = () =>
  new Boards(
    spec,
    () => "ok",
    (name) => (name === "window" ? notNow : go),
  );

function shorter(records: readonly JournalRecord[]): readonly JournalRecord[] {
  const left = shortenedWaits(records);
  if (left === null) throw new Error("nothing was left out");
  return left;
}

describe("of questions that a gate has answered with not now again and again", () => {
  const { records, deployment } = waited(500);
  const left = shorter(records);

  const turn = ["run", "gate-asked", "gate-answered", "gate-asked", "gate-answered"];

  it("only the first and the last stay in the journal", () => {
    expect(records.length).toBeGreaterThan(2000);
    expect(left.map(({ type }) => type)).toEqual(["begin", ...turn, ...turn]);
  });

  it("history tells how many there were, and the last reason with its time", () => {
    const [last, before] = [gateRecordsOf(left).at(-1), gateRecordsOf(left).at(-3)];
    expect((last?.times ?? 0) + (before?.times ?? 0)).toBe(500);
  });

  it("the gate was waited for as long as before, and by the same clock", () => {
    expect(replay(left)?.gates).toMatchObject({
      waitedMs: deployment.gates.waitedMs,
      waiting: { gate: "window", sinceMs: deployment.gates.waiting?.sinceMs },
    });
    expect(deployment.gates.waitedMs["window"]).toBe(499 * 60_000);
  });

  it("so it is when more come, and again after that", () => {
    let driven = killedAfter(left);
    for (let more = 0; more < 200; more += 1)
      driven = drive(driven, closed(), { nowMs: 40_000_000 });
    const again = shorter(driven.records);
    expect(again).toHaveLength(left.length);
    expect(
      gateRecordsOf(again)
        .filter(({ gate: name }) => name === "window")
        .reduce((sum, { times }) => sum + times, 0),
    ).toBe(700);
    expect(replay(again)?.gates.waitedMs).toEqual(driven.deployment.gates.waitedMs);
  });

  it("the deployment goes on to the same end", () => {
    const open = new Boards(spec);
    expect(drive(killedAfter(left), open).deployment.ended?.outcome).toBe("success");
  });
});

it("what was waited for before a reboot of the host counts behind it", () => {
  const { records, deployment } = waited(400, 200);
  expect(replay(shorter(records))?.gates.waitedMs).toEqual(deployment.gates.waitedMs);
  expect(deployment.gates.waitedMs["window"]).toBeGreaterThan(390 * 60_000);
});

it("few questions stay as they are", () => {
  expect(shortenedWaits(waited(50).records)).toBeNull();
});

describe("where a gate was waited for as long as it may be, by one run, and the stage is undone", () => {
  const impatient: SystemSpec = {
    boards: [{ id: "A", group: 0 }],
    gates: [{ ...gate("window"), at: ["commit"], deferAtMostMs: 499 * 60_000 }],
  };
  const boards = new Boards(
    impatient,
    () => "ok",
    () => notNow,
  );
  let driven = drive(beginOf(impatient), boards, { nowMs: 0 });
  for (let nowMs = 60_000; driven.end === "waiting"; nowMs += 60_000)
    driven = drive(driven, boards, { nowMs });
  const records = driven.records.filter(({ type }, index) => type !== "run" || index === 1);
  const refusal = records.findLastIndex(({ type }) => type === "gate-answered");

  it.each([
    ["behind its last answer", refusal + 1],
    ["while it is undone", refusal + 3],
  ])("a run that takes it up %s goes on with the way back", (_, length) => {
    const left = shorter(records.slice(0, length));
    expect(replay(left)?.direction).toBe("back");
    expect(drive(killedAfter(left), boards).deployment.ended?.outcome).toBe("failed-rolled-back");
  });
});
