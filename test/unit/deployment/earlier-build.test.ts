import { describe, expect, it } from "vitest";
import { ComponentId } from "../../../src/core/ids.ts";
import { decide } from "../../../src/deployment/decide.ts";
import { evolve, replay } from "../../../src/deployment/evolve.ts";
import type { RoundName } from "../../../src/deployment/rounds.ts";
import { JournalRecord } from "../../../src/deployment/records.ts";
import {
  beginOf,
  Boards,
  type BoardSpec,
  drive,
  exited,
  type SystemSpec,
} from "../../support/drive.ts";
import { killedAfter, killedBehind } from "../../support/killed.ts";

/** Journals of builds that did not yet do as this one does. What they have done is followed, and gone on with. */

const one: SystemSpec = { boards: [{ id: "A", group: 0 }] };
const two: SystemSpec = {
  boards: [
    { id: "A", group: 0 },
    { id: "B", group: 1 },
  ],
};
const atCommit = { stopBefore: ["ArtifactCommit"] } as const;

const idOf = ({ id }: BoardSpec) => ComponentId.parse(id);

type Records = readonly JournalRecord[];

/** Without the last such round and what came of it. */
function without(records: Records, round: string): Records {
  const at = records.findLastIndex((record) => record.type === "intent" && record.round === round);
  const end = records.findIndex((record, index) => index > at && record.type !== "outcome");
  return records.toSpliced(at, end - at);
}

/** The last run was in another boot of the host. */
function withRebootBeforeLastRun(records: Records): Records {
  const at = records.findLastIndex(({ type }) => type === "run");
  return records.map((record, index) =>
    record.type === "run" && index === at ? { ...record, bootId: "boot-9" } : record,
  );
}

/** The reader must come through wherever the writer was killed. */
function expectReadable(records: Records): void {
  for (let length = 2; length <= records.length; length += 1) {
    expect(replay(records.slice(0, length))).not.toBeNull();
  }
}

describe("a journal of an earlier build", () => {
  it("is read where its second run installed the first group without asking", () => {
    const first = drive(beginOf(one), new Boards(one), { stopBefore: ["ArtifactInstall"] });
    const { records } = drive(first, new Boards(one));
    const older = without(records, "ExpectOld");

    expectReadable(older);
    expect(replay(older)?.members).toEqual(replay(records)?.members);
    expect(replay(older)?.ended?.outcome).toBe("success");
  });

  it("is read where its second run made an interrupted install once more without asking", () => {
    const facts = { hw_rev: "B" };
    const again: SystemSpec = {
      boards: two.boards.map((board) => ({ ...board, facts, onInterrupt: "retry" })),
    };
    const cut = new Boards(again, (round) =>
      round === "ArtifactInstall" ? { cut: "while-running" } : "ok",
    );
    const first = drive(beginOf(again), cut);
    const { records } = drive(first, new Boards(again));
    const behind = records.slice(first.records.length);
    const install = behind.findIndex(
      (record) => record.type === "intent" && record.round === "ArtifactInstall",
    );
    const older = [
      ...first.records,
      ...behind.slice(0, install).filter(({ type }) => type === "run"),
      ...behind.slice(install),
    ];

    expectReadable(older);
    expect(replay(older)?.members).toEqual(replay(records)?.members);
    expect(replay(older)?.ended?.outcome).toBe("success");
  });

  it("is read where its second run installed a later group without asking", () => {
    const first = killedBehind(drive(beginOf(two), new Boards(two)), "Download", "B");
    const boards = new Boards(two);
    const older = without(drive(first, boards, atCommit).records, "ExpectOld");
    boards.versions.set("A", "board-v2");
    boards.calls.length = 0;

    expectReadable(older);
    const last = drive(killedAfter(older), boards);

    expect(boards.calls.slice(0, 2)).toEqual(["ArtifactCommit A", "ArtifactCommit B"]);
    expect(last.deployment.ended?.outcome).toBe("success");
  });

  it("is on the way back where it took a flash under way for a change by others", () => {
    const boards = new Boards(one);
    const waiting = drive(beginOf(one), boards, { stopBefore: ["ArtifactInstall"] });
    const refused = new Boards(one, (round) => (round === "ExpectOld" ? exited(1) : "ok"));
    const { records } = drive(waiting, refused);
    const cleanup = records.findIndex(
      (record) => record.type === "intent" && record.round === "Cleanup",
    );
    const older = records
      .slice(0, cleanup + 1)
      .map((record) =>
        record.type === "outcome" && record.failure !== null
          ? { ...record, failure: null, answer: "board-v1->board-v2" }
          : record,
      );

    expectReadable(older);
    const last = drive(killedAfter(older), boards);

    expect(last.deployment.ended?.outcome).toBe("failed-unchanged");
    expect(boards.calls).not.toContain("ArtifactInstall A");
  });

  it("is on the way forward where it went on after a reboot that this build takes for a failure", () => {
    const spec: SystemSpec = {
      boards: [
        { id: "A", group: 0, needsReboot: "Automatic", onInterrupt: "retry" },
        { id: "B", group: 1, onInterrupt: "retry" },
      ],
    };
    const boards = new Boards(spec);
    const asked = drive(beginOf(spec), boards, { exitOnReboot: true });
    const first = drive(asked, boards, { ...atCommit, rebooted: true });
    const killed = killedBehind(first, "SupportsRollback", "B");
    boards.versions.set("B", "board-v1");
    const older = withRebootBeforeLastRun(drive(killed, boards, atCommit).records);

    expectReadable(older);
    const last = drive(killedAfter(older), boards);

    expect(last.deployment.ended?.outcome).toBe("success");
  });

  it("is on the way back where it did not take the host back after a reboot that nobody asked for", () => {
    const spec: SystemSpec = { boards: [{ id: "A", group: 0, needsReboot: "Automatic" }] };
    const boards = new Boards(spec, (round) => (round === "ArtifactInstall" ? exited(1) : "ok"));
    const killed = killedBehind(drive(beginOf(spec), boards), "NeedsArtifactReboot", "A");
    const older = withRebootBeforeLastRun(drive(killed, boards).records);

    expectReadable(older);
    expect(replay(older)?.ended?.outcome).toBe("failed-rolled-back");
  });

  it("is on the way forward, too, where its next question stands on both ways", () => {
    const spec: SystemSpec = {
      boards: [{ id: "A", group: 0, needsReboot: "No", onInterrupt: "retry" }],
    };
    const boards = new Boards(spec);
    const killed = killedBehind(drive(beginOf(spec), boards, atCommit), "ArtifactInstall", "A");
    const older = withRebootBeforeLastRun(
      killedBehind(drive(killed, boards, atCommit), "NeedsArtifactReboot", "A").records,
    );

    expectReadable(older);
    const last = drive(killedAfter(older), boards);

    expect(last.deployment.ended?.outcome).toBe("success");
  });

  it("may lack the sequence of its Manifest", () => {
    const { sequence, ...first } = beginOf(one);
    expect(sequence).toBeNull();
    expect(JournalRecord.parse(first)).toEqual(beginOf(one));
  });
});

describe("a run of this build", () => {
  const fresh = drive(beginOf(two), new Boards(two), { stopBefore: ["ArtifactInstall"] });
  const intent = (round: RoundName, group: number, ids: readonly string[]) => ({
    type: "intent" as const,
    round,
    group,
    components: ids.map((id) => ComponentId.parse(id)),
  });

  it.each([
    ["a round further down", intent("ArtifactInstall", 0, ["A"])],
    ["the round of another group", intent("ExpectOld", 1, ["A", "B"])],
    ["a round of the way back", intent("Cleanup", 0, ["A"])],
  ])("never makes %s when something else is next", (_, other) => {
    const { deployment } = fresh;
    const taken = evolve(deployment, { ...deployment.run, verb: "resume", stopBefore: [] });
    expect(decide(taken)).toMatchObject({ round: "ExpectOld", group: 0 });

    expect(() => evolve(taken, other)).toThrow("does not follow here");
  });
});

describe("a journal of another program", () => {
  it("is refused", () => {
    const { records } = drive(beginOf(one), new Boards(one), atCommit);
    const components = one.boards.map(idOf);
    expect(() =>
      replay([...records, { type: "intent", round: "ArtifactCommit", group: 7, components }]),
    ).toThrow("does not follow here");
  });
});
