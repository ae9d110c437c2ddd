import { describe, expect, test } from "vitest";
import type { FailureReason } from "../../../src/core/events.ts";
import type { ComponentId } from "../../../src/core/ids.ts";
import { owingCleanup } from "../../../src/deployment/deployment.ts";
import { replay } from "../../../src/deployment/evolve.ts";
import type { Begin, JournalRecord } from "../../../src/deployment/records.ts";
import {
  beginOf,
  Boards,
  drive,
  type Driven,
  exited,
  type Script,
  type ScriptedEnd,
} from "../../support/drive.ts";
import { killedAfter } from "../../support/killed.ts";

const spec = {
  boards: [
    { id: "A", group: 0 },
    { id: "B", group: 1 },
  ],
} as const;

/** Two stages, each of which updates both boards. */
const twoStages: Begin = (() => {
  const first = beginOf(spec);
  const [stage] = first.plan.stages;
  if (stage === undefined) throw new Error("no stage");
  return { ...first, plan: { ...first.plan, stages: [stage, stage] } };
})();

const timedOut: { readonly fail: FailureReason } = { fail: { kind: "timed-out", afterMs: 1 } };

/** The Cleanup of B ends like this, call by call; then well. */
function cleanupOfB(...ends: readonly ScriptedEnd[]): Script {
  return (round, id, nth) => (round === "Cleanup" && id === "B" ? (ends[nth - 1] ?? "ok") : "ok");
}

function cleanups(boards: Boards): readonly string[] {
  return boards.calls.filter((call) => /Cleanup|ConfirmEnd/.test(call));
}

/** Taken up again after every cut. */
function toEnd(first: Begin, boards: Boards, rebooted = false): Driven {
  let driven = drive(first, boards);
  for (let runs = 0; driven.end === "cut"; runs += 1) {
    if (runs > 20) throw new Error("it does not end");
    driven = drive(driven, boards, { rebooted });
  }
  return driven;
}

describe("a Cleanup", () => {
  test.each([
    ["that fails once", [exited(1)], 2, []],
    ["that fails twice", [exited(1), exited(1)], 3, []],
    ["that fails three times", [exited(1), exited(1), exited(1)], 3, ["B"]],
    ["that times out", [timedOut], 1, ["B"]],
    ["that fails and then times out", [exited(1), timedOut], 2, ["B"]],
    ["that is interrupted twice", [running(), running()], 3, []],
    ["that is interrupted three times", [running(), running(), running()], 3, ["B"]],
    ["that was never started", [before(), before()], 1, []],
  ] as const)("%s is tried up to three times, then owed", (_, ends, tries, owed) => {
    for (const rebooted of [false, true]) {
      const boards = new Boards(spec, cleanupOfB(...ends));
      const { deployment } = toEnd(beginOf(spec), boards, rebooted);
      expect(boards.calls.filter((call) => call === "Cleanup B")).toHaveLength(tries);
      expect(deployment.ended).toEqual({ outcome: "success", inconsistent: [] });
      expect(deployment.owed).toEqual(owed);
    }
  });

  test("that fails after a rollback leaves the outcome as it is", () => {
    const boards = new Boards(spec, (round, id, nth) => {
      if (round === "ArtifactCommit" && id === "A") return exited(1);
      return round === "Cleanup" && id === "B" && nth <= 3 ? exited(1) : "ok";
    });
    const { deployment } = drive(beginOf(spec), boards);
    expect(deployment.ended).toEqual({ outcome: "failed-rolled-back", inconsistent: [] });
    expect(deployment.owed).toEqual(["B"]);
  });
});

describe("a Component whose Cleanup has failed for good", () => {
  const failsThrice = cleanupOfB(exited(1), exited(1), exited(1));
  /** What B tells of itself from its failed Cleanup on, until one of its Cleanups ends well. */
  const telling =
    (answer: string, owedCleanup: ScriptedEnd = "ok"): Script =>
    (round, id, nth) => {
      if (id === "B" && round === "OwedCleanup") return owedCleanup;
      if (id === "B" && round === "ConfirmEnd" && nth === 1) return { answer };
      return failsThrice(round, id, nth);
    };

  test.each(["board-v1->board-v2", "?", "board-v1, board-v2 flashed"])(
    'may still tell "%s": it counts as the new version',
    (answer) => {
      const { deployment } = drive(beginOf(spec), new Boards(spec, telling(answer)));
      expect(deployment.ended).toEqual({ outcome: "success", inconsistent: [] });
      expect(deployment.owed).toEqual(["B"]);
      expect(deployment.members.map(({ version }) => version)).toEqual(["board-v2", "board-v2"]);
    },
  );

  test("that tells another version of the plan is inconsistent", () => {
    const { deployment } = drive(beginOf(spec), new Boards(spec, telling("board-v1")));
    expect(deployment.ended).toEqual({ outcome: "inconsistent", inconsistent: ["B"] });
  });

  test("may tell so after its rollback, too", () => {
    const boards = new Boards(spec, (round, id, nth) => {
      if (round === "ArtifactCommit" && id === "A") return exited(1);
      return telling("board-v1->board-v2")(round, id, nth);
    });
    const { deployment } = drive(beginOf(spec), boards);
    expect(deployment.ended).toEqual({ outcome: "failed-rolled-back", inconsistent: [] });
    expect(deployment.owed).toEqual(["B"]);
  });

  test("whose Cleanup ended well must tell the new version", () => {
    const boards = new Boards(spec, (round, id) =>
      round === "ConfirmEnd" && id === "B" ? { answer: "board-v1->board-v2" } : "ok",
    );
    const { deployment } = drive(beginOf(spec), boards);
    expect(deployment.ended).toEqual({ outcome: "inconsistent", inconsistent: ["B"] });
  });

  describe("at the look of the next stage", () => {
    const [stage] = twoStages.plan.stages;
    const onlyA: Begin = {
      ...twoStages,
      plan: {
        ...twoStages.plan,
        stages: [
          ...twoStages.plan.stages.slice(0, 1),
          { systemVersion: null, groups: [stage?.groups[0] ?? []] },
        ],
      },
    };
    /** From the end of the first stage on, at every look. */
    function alsoAtLooks(answer: string, owedCleanup: ScriptedEnd = "ok"): Script {
      const first = telling("board-v1->board-v2", owedCleanup);
      let isConfirmed = false;
      return (round, id, nth) => {
        isConfirmed ||= round === "ConfirmEnd" && id === "B";
        const isLook = isConfirmed && id === "B" && round === "ExpectOld";
        return isLook ? { answer } : first(round, id, nth);
      };
    }

    test("may tell so where that leaves it alone", () => {
      const boards = new Boards(spec, alsoAtLooks("board-v1->board-v2"));
      const { deployment } = drive(onlyA, boards);
      expect(boards.calls.lastIndexOf("ExpectOld B")).toBeGreaterThan(
        boards.calls.indexOf("ConfirmEnd B"),
      );
      expect(deployment.ended).toEqual({ outcome: "success", inconsistent: [] });
      expect(deployment.owed).toEqual(["B"]);
    });

    test("must not tell another version of the plan", () => {
      const boards = new Boards(spec, alsoAtLooks("board-v1"));
      const { deployment } = drive(onlyA, boards);
      expect(deployment.failure).toMatchObject({ component: "B", round: "ExpectOld" });
    });

    test("may tell so where its owed Cleanup has failed again", () => {
      const boards = new Boards(spec, alsoAtLooks("board-v1->board-v2", exited(1)));
      const { deployment } = drive(twoStages, boards);
      expect(deployment.ended).toEqual({ outcome: "success", inconsistent: [] });
    });

    test("must tell the new version where that was made good", () => {
      const boards = new Boards(spec, alsoAtLooks("board-v1->board-v2"));
      const { deployment } = drive(twoStages, boards);
      expect(deployment.failure).toMatchObject({ component: "B", round: "ExpectOld" });
    });
  });
});

describe("before the next stage", () => {
  const owed = [exited(1), exited(1), exited(1)];

  test("it is made good, before anything is asked", () => {
    const boards = new Boards(spec, cleanupOfB(...owed));
    const { deployment } = drive(twoStages, boards);
    const at = boards.calls.indexOf("OwedCleanup B");
    expect(boards.calls.slice(at - 2, at + 3)).toEqual([
      "ConfirmEnd A",
      "ConfirmEnd B",
      "OwedCleanup B",
      "ExpectOld A",
      "ExpectOld B",
    ]);
    expect(deployment.ended).toMatchObject({ outcome: "success" });
    expect(deployment.owed).toEqual([]);
  });

  test("one that fails again stands in nobody's way, and is called once", () => {
    const boards = new Boards(spec, (round, id, nth) =>
      round === "OwedCleanup" ? exited(1) : cleanupOfB(...owed)(round, id, nth),
    );
    const { deployment } = drive(twoStages, boards);
    expect(boards.calls.filter((call) => call === "OwedCleanup B")).toHaveLength(1);
    expect(deployment.ended).toMatchObject({ outcome: "success" });
    expect(deployment.owed).toEqual([]);
  });

  test("one that is killed is called again, and never fails the stage", () => {
    for (const rebooted of [false, true]) {
      const boards = new Boards(spec, (round, id, nth) => {
        if (round === "OwedCleanup") return nth < 3 ? running() : "ok";
        return cleanupOfB(...owed)(round, id, nth);
      });
      const { deployment } = toEnd(twoStages, boards, rebooted);
      expect(boards.calls.filter((call) => call === "OwedCleanup B")).toHaveLength(3);
      expect(deployment.ended).toMatchObject({ outcome: "success" });
      expect(deployment.owed).toEqual([]);
    }
  });

  test("a Component that the stage leaves alone still owes it at the end", () => {
    const [stage] = twoStages.plan.stages;
    const onlyA = { systemVersion: null, groups: [stage?.groups[0] ?? []] };
    const first: Begin = {
      ...twoStages,
      plan: { ...twoStages.plan, stages: [...twoStages.plan.stages.slice(0, 1), onlyA] },
    };
    const boards = new Boards(spec, cleanupOfB(...owed));
    const { deployment } = drive(first, boards);
    expect(boards.calls).not.toContain("OwedCleanup B");
    expect(deployment.ended).toMatchObject({ outcome: "success" });
    expect(deployment.owed).toEqual(["B"]);
  });
});

describe("a journal", () => {
  test("tells at every record what is owed, whoever reads it", () => {
    const boards = new Boards(spec, cleanupOfB(exited(1), exited(1), exited(1)));
    const { records } = drive(twoStages, boards);
    for (let length = 2; length <= records.length; length += 1) {
      const then = killedAfter(records.slice(0, length));
      const again = new Boards(spec, cleanupOfB(exited(1), exited(1), exited(1)));
      for (const [id, version] of boards.versions) again.versions.set(id, version);
      if (then.deployment.ended !== null) continue;
      expect(() => drive(then, again)).not.toThrow();
    }
  });

  test("of an earlier build, which forgot about it, is read as it was meant", () => {
    const boards = new Boards(spec, cleanupOfB(exited(1)));
    const { records } = drive(beginOf(spec), boards);
    expect(cleanups(boards)).toEqual([
      "Cleanup A",
      "Cleanup B",
      "Cleanup B",
      "ConfirmEnd A",
      "ConfirmEnd B",
    ]);
    // That build went on after the first failure, and its end has no list of who owes one.
    const old = withoutSecond(records);
    const read = replay(old);
    expect(read?.ended).toMatchObject({ outcome: "success" });
    expect(read === null ? null : owingCleanup(read)).toEqual([] satisfies ComponentId[]);
  });
});

function withoutSecond(records: readonly JournalRecord[]): readonly JournalRecord[] {
  const failed = records.findIndex(
    (record) => record.type === "outcome" && record.failure !== null,
  );
  return records.toSpliced(failed + 1, 2);
}

function running(): ScriptedEnd {
  return { cut: "while-running" };
}

function before(): ScriptedEnd {
  return { cut: "before-start" };
}
