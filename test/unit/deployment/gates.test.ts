import { describe, expect, it } from "vitest";
import type { GateMoment } from "../../../src/core/protocol.ts";
import type { GateAnswer, PlannedGate } from "../../../src/deployment/records.ts";
import { beginOf, Boards, drive, type SystemSpec } from "../../support/drive.ts";

const gate = (at: readonly GateMoment[], deferAtMostMs: number | null = null): PlannedGate => ({
  name: "window",
  at: [...at],
  timeoutMs: 1000,
  deferAtMostMs,
});
const go: GateAnswer = { kind: "go" };
const notNow: GateAnswer = { kind: "not-now", retryAfterMs: null };

function asked(...answers: readonly GateAnswer[]): () => GateAnswer {
  const left = [...answers];
  return () => left.shift() ?? go;
}

interface AtTime {
  readonly nowMs: number;
  readonly rebooted?: boolean;
}

const looks = (boards: Boards) =>
  boards.calls.filter((call) => /^(group|start|Expect|ArtifactInstall)/.test(call));

describe("before the first install behind a gate, versions and facts that the plan relies on are asked again", () => {
  const spec: SystemSpec = {
    boards: [{ id: "A", group: 0, facts: { hw: "B" } }],
    gates: [gate(["group"])],
  };

  it("where it took a minute or more to say go", () => {
    const boards = new Boards(
      spec,
      () => "ok",
      asked(go),
      () => 60_000,
    );
    drive(beginOf(spec), boards);
    expect(looks(boards)).toEqual([
      "group window",
      "ExpectOld A",
      "ExpectFacts A",
      "ArtifactInstall A",
    ]);
  });

  it("where it has said not now before, in an earlier run", () => {
    const boards = new Boards(spec, () => "ok", asked(notNow, go));
    drive(drive(beginOf(spec), boards), boards);
    expect(looks(boards)).toEqual([
      "group window",
      "group window",
      "ExpectOld A",
      "ExpectFacts A",
      "ArtifactInstall A",
    ]);
  });

  it("and one that has changed meanwhile fails the deployment, with nothing installed", () => {
    const boards = new Boards(
      spec,
      (round) => (round === "ExpectFacts" ? { facts: [{ key: "hw", values: ["C"] }] } : "ok"),
      asked(go),
      () => 86_400_000,
    );
    const { deployment } = drive(beginOf(spec), boards);
    expect(deployment.ended?.outcome).toBe("failed-unchanged");
    expect(looks(boards)).not.toContain("ArtifactInstall A");
  });

  it("versions are not asked again where it says so soon: the plan was made from what they are", () => {
    const boards = new Boards(
      spec,
      () => "ok",
      asked(go),
      () => 59_999,
    );
    drive(beginOf(spec), boards);
    expect(looks(boards)).toEqual(["group window", "ExpectFacts A", "ArtifactInstall A"]);
  });
});

describe("the time that a gate was waited for", () => {
  const spec: SystemSpec = {
    boards: [{ id: "A", group: 0 }],
    gates: [gate(["start"], 100_000)],
  };
  const waiting = (...calls: readonly AtTime[]) => {
    const boards = new Boards(
      spec,
      () => "ok",
      () => notNow,
    );
    const [first, ...more] = calls;
    let driven = drive(beginOf(spec), boards, first);
    for (const call of more) driven = drive(driven, boards, call);
    return driven.deployment;
  };
  const waited = (...calls: readonly AtTime[]) => waiting(...calls).gates.waitedMs["window"];

  it("is summed over reboots of the host, as far as the journal has seen it", () => {
    expect(waited({ nowMs: 500_000 }, { nowMs: 530_000 }, { nowMs: 20_000, rebooted: true })).toBe(
      50_000,
    );
  });

  it("counts that of a run which was killed while it asked", () => {
    let questions = 0;
    const boards = new Boards(
      spec,
      () => "ok",
      () => ((questions += 1) === 2 ? "cut" : notNow),
    );
    const first = drive(beginOf(spec), boards, { nowMs: 500_000 });
    const cut = drive(first, boards, { nowMs: 540_000 });
    const last = drive(cut, boards, { nowMs: 10_000, rebooted: true });
    expect(last.deployment.gates.waitedMs["window"]).toBe(50_000);
  });

  it("never runs backwards where the clock does", () => {
    expect(waited({ nowMs: 500_000 }, { nowMs: 400_000 })).toBe(0);
  });

  it("is over in the boot in which the sum is above what it may say not now for", () => {
    const { failure } = waiting(
      { nowMs: 500_000 },
      { nowMs: 560_000 },
      { nowMs: 40_000, rebooted: true },
    );
    expect(failure).toMatchObject({ kind: "gate", gate: "window" });
  });
});
