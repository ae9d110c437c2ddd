import { describe, expect, it } from "vitest";
import { JournalRecord } from "../../../src/deployment/records.ts";
import { beginOf, Boards, drive, exited, type SystemSpec } from "../../support/drive.ts";
import { killedBehind } from "../../support/killed.ts";

/** Before a group is installed, the facts of what is not installed yet must be as they were planned with. */

const facts = { hw_rev: "B", site: null };

const two: SystemSpec = {
  boards: [
    { id: "A", group: 0, facts },
    { id: "B", group: 1, facts },
    { id: "C", group: 1 },
  ],
};

/** B tells these from its nth ExpectFacts on. */
const exchanged = (values: Readonly<Record<string, readonly string[]>>, from = 1) =>
  new Boards(two, (round, id, nth) =>
    round === "ExpectFacts" && id === "B" && nth >= from
      ? { facts: Object.entries(values).map(([key, told]) => ({ key, values: told })) }
      : "ok",
  );

const relevant = (boards: Boards) =>
  boards.calls.filter((call) => /^(?:Download|ExpectFacts|ArtifactInstall) /.test(call));

describe("the facts that rules ask for", () => {
  it("are read of all that are not installed yet, behind the Download and before each group is installed", () => {
    const boards = new Boards(two);
    const { deployment } = drive(beginOf(two), boards);
    expect(deployment.ended?.outcome).toBe("success");
    expect(relevant(boards)).toEqual([
      "Download A",
      "ExpectFacts A",
      "ExpectFacts B",
      "ArtifactInstall A",
      "Download B",
      "Download C",
      "ExpectFacts B",
      "ArtifactInstall B",
      "ArtifactInstall C",
    ]);
  });

  it("are in the journal as they were found", () => {
    const { records } = drive(beginOf(two), new Boards(two));
    const found = records.filter((record) => record.type === "outcome" && "facts" in record);
    expect(found).toHaveLength(3);
    expect(found[0]).toMatchObject({
      component: "A",
      facts: [
        { key: "hw_rev", values: ["B"] },
        { key: "site", values: [] },
      ],
    });
    expect(
      records.map((record) => JournalRecord.parse(JSON.parse(JSON.stringify(record)))),
    ).toEqual(records);
  });

  it.each([
    ["another value", { hw_rev: ["C"] }, "hw_rev", "B", "C"],
    ["two values", { hw_rev: ["B", "C"] }, "hw_rev", "B", "B and C"],
    ["no value any more", {}, "hw_rev", "B", "?"],
    ["a value where there was none", { hw_rev: ["B"], site: ["here"] }, "site", "?", "here"],
  ])("fail the group where there is %s, before it is installed", (_, told, key, planned, got) => {
    const boards = exchanged(told, 2);
    const { deployment } = drive(beginOf(two), boards);
    expect(deployment.failure).toMatchObject({
      component: "B",
      round: "ExpectFacts",
      reason: {
        problem: {
          code: "fact-not-as-planned",
          message: `"${key}" of "B" is "${got}" now, but the plan was made with "${planned}".`,
          expected: planned,
          got,
        },
      },
    });
    expect(deployment.ended?.outcome).toBe("failed-rolled-back");
    expect(boards.calls.filter((call) => /Install [BC]/.test(call))).toEqual([]);
    expect([...boards.versions.values()]).toEqual(["board-v1", "board-v1", "board-v1"]);
  });

  it("change nothing at all where they are not as planned before the first group", () => {
    const boards = exchanged({ hw_rev: ["C"] });
    expect(drive(beginOf(two), boards).deployment.ended?.outcome).toBe("failed-unchanged");
    expect(boards.calls.filter((call) => call.startsWith("ArtifactInstall"))).toEqual([]);
  });

  it("are read by the run that installs, however often they were read before", () => {
    const first = killedBehind(drive(beginOf(two), new Boards(two)), "ExpectFacts", "B");
    const boards = new Boards(two);
    boards.versions.set("A", "board-v2");
    const second = drive(first, boards);
    expect(second.deployment.ended?.outcome).toBe("success");
    const installed = boards.calls.indexOf("ArtifactInstall B");
    const before = boards.calls.slice(0, installed);
    expect(before.filter((call) => /^Expect(?:Old|Facts) /.test(call))).toEqual([
      "ExpectOld B",
      "ExpectOld C",
      "ExpectFacts B",
    ]);
  });

  it("are read of the others where an interrupted install is made once more, too", () => {
    const again: SystemSpec = {
      boards: two.boards.map((board) => ({ ...board, onInterrupt: "retry" })),
    };
    const cut = new Boards(again, (round) =>
      round === "ArtifactInstall" ? { cut: "while-running" } : "ok",
    );
    const first = drive(beginOf(again), cut);
    const boards = new Boards(again);
    expect(drive(first, boards).deployment.ended?.outcome).toBe("success");
    expect(relevant(boards).slice(0, 2)).toEqual(["ExpectFacts B", "ArtifactInstall A"]);
    const other = exchanged({ hw_rev: ["C"] });
    const { deployment } = drive(first, other);
    expect(deployment.failure).toMatchObject({ component: "B", round: "ExpectFacts" });
    expect(deployment.ended?.outcome).toBe("failed-rolled-back");
    expect(relevant(other)).toEqual(["ExpectFacts B"]);
  });

  it("are asked in vain only so often", () => {
    let driven = drive(beginOf(two), new Boards(two), { stopBefore: ["ArtifactInstall"] });
    for (let runs = 0; driven.deployment.direction === "forward" && runs < 10; runs += 1) {
      const next = drive(driven, new Boards(two));
      driven = next.deployment.failure === null ? killedBehind(next, "ExpectFacts", "A") : next;
    }
    expect(driven.deployment.failure).toMatchObject({ kind: "no-progress" });
    expect(driven.deployment.ended?.outcome).toBe("failed-unchanged");
  });
});

describe("behind the point of no return", () => {
  const ahead: SystemSpec = {
    boards: [
      { id: "A", type: "gateway", group: 0, supportsRollback: "No", declaredRollback: false },
      { id: "B", type: "rtos", group: 1, facts },
    ],
    constrained: true,
  };

  it("nothing more is installed where a fact is not as planned, not on the way out either", () => {
    const boards = new Boards(ahead, (round, _, nth) =>
      round === "ExpectFacts" && nth === 2 ? { facts: [{ key: "hw_rev", values: ["C"] }] } : "ok",
    );
    const { deployment } = drive(beginOf(ahead), boards);
    expect([...boards.versions.values()]).toEqual(["gateway-v2", "rtos-v1"]);
    expect(deployment.ended?.outcome).toBe("inconsistent");
  });

  it("whoever does not answer is taken for what it was", () => {
    const boards = new Boards(ahead, (round, _, nth) =>
      round === "ExpectFacts" && nth === 2 ? exited(1) : "ok",
    );
    const { deployment } = drive(beginOf(ahead), boards);
    expect(deployment.failure).toMatchObject({ component: "B", round: "ExpectFacts" });
    expect(deployment.ended?.outcome).toBe("failed-elsewhere");
    expect([...boards.versions.values()]).toEqual(["gateway-v2", "rtos-v2"]);
  });
});
