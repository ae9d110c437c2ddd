import { describe, expect, it } from "vitest";
import { unknownVersion, Version } from "../../../src/core/ids.ts";
import { beginOf, Boards, drive, type Driven, type SystemSpec } from "../../support/drive.ts";
import { killedAfter, killedBehind } from "../../support/killed.ts";

/** What is not installed yet is asked for its version by the run that installs it, however many there were before. */

const one: SystemSpec = { boards: [{ id: "A", group: 0 }] };
const two: SystemSpec = {
  boards: [
    { id: "A", group: 0 },
    { id: "B", group: 1 },
  ],
};

/** The same, of a System whose tables know a third version, and that nothing is known of. */
function asV3IsKnown({ records }: Driven): Driven {
  return killedAfter(
    records.map((record) => {
      if (record.type !== "begin") return record;
      const types = record.system.types.map((type) => ({
        ...type,
        versions: [...type.versions, Version.parse("board-v3"), unknownVersion],
      }));
      return { ...record, system: { ...record.system, types } };
    }),
  );
}

/** Boards that work well, but one of them tells this where its old version is expected. */
function telling(answer: string, who = "A"): Boards {
  return new Boards(two, (round, id) => (round === "ExpectOld" && id === who ? { answer } : "ok"));
}

/** The boards where A has been installed before. */
function withInstalledA(): Boards {
  const boards = new Boards(two);
  boards.versions.set("A", "board-v2");
  return boards;
}

const asked = (boards: Boards) => boards.calls.filter((call) => call.startsWith("ExpectOld"));

describe("a run that takes up a deployment before an install", () => {
  it("asks again although the run before has asked, if that one was killed before it installed", () => {
    const first = drive(beginOf(one), new Boards(one), { stopBefore: ["ArtifactInstall"] });
    const second = killedBehind(drive(first, new Boards(one)), "ExpectOld", "A");
    const boards = new Boards(one);

    const third = drive(second, boards);

    expect(boards.calls.slice(0, 2)).toEqual(["ExpectOld A", "ArtifactInstall A"]);
    expect(third.deployment.ended?.outcome).toBe("success");
  });

  it("fails where something has become another version since then", () => {
    const first = drive(beginOf(one), new Boards(one), { stopBefore: ["ArtifactInstall"] });
    const second = killedBehind(drive(first, new Boards(one)), "ExpectOld", "A");
    const third = drive(asV3IsKnown(second), telling("board-v3"));

    expect(third.deployment.failure).toMatchObject({ component: "A", round: "ExpectOld" });
    expect(third.deployment.ended?.outcome).toBe("failed-unchanged");
  });

  it("asks again before a later group, too, whose ExpectOld was answered before its Download", () => {
    for (const round of ["ExpectOld", "Download", "SupportsRollback"] as const) {
      const first = killedBehind(drive(beginOf(two), new Boards(two)), round, "B");
      const boards = withInstalledA();

      const second = drive(first, boards);

      expect(asked(boards)).toEqual(["ExpectOld B"]);
      const at = (call: string) => boards.calls.indexOf(call);
      expect(at("ExpectOld B")).toBeLessThan(at("ArtifactInstall B"));
      expect(second.deployment.ended?.outcome).toBe("success");
    }
  });

  it("does not ask twice in one run", () => {
    const boards = new Boards(two);
    drive(beginOf(two), boards);
    expect(asked(boards)).toEqual(["ExpectOld B"]);
  });

  it("does not go on for ever by asking", () => {
    let driven = drive(beginOf(one), new Boards(one), { stopBefore: ["ArtifactInstall"] });
    let runs = 0;
    for (; driven.deployment.direction === "forward" && runs < 10; runs += 1) {
      const next = drive(driven, new Boards(one));
      driven = next.deployment.failure === null ? killedBehind(next, "ExpectOld", "A") : next;
    }
    expect(driven.deployment.failure).toMatchObject({ kind: "no-progress" });
    expect(driven.deployment.ended?.outcome).toBe("failed-unchanged");
  });
});

describe("what Provides tells when the payload is with the Interface already", () => {
  const waiting = drive(beginOf(two), new Boards(two), { stopBefore: ["ArtifactInstall"] });

  it.each(["board-v1", "board-v1->board-v2", "?", "board-v2"])("may be %s", (answer) => {
    const { deployment } = drive(asV3IsKnown(waiting), telling(answer));
    expect(deployment.ended?.outcome).toBe("success");
  });

  it("may not be another version that the plan knows", () => {
    const { deployment } = drive(asV3IsKnown(waiting), telling("board-v3"));
    expect(deployment.failure).toMatchObject({ component: "A", round: "ExpectOld" });
    expect(deployment.ended?.outcome).toBe("failed-unchanged");
  });

  it.each(["board-v1->board-v2", "?", "board-v2", "board-v3"])(
    "must be the old version where it is not, and not %s",
    (answer) => {
      const { deployment } = drive(asV3IsKnown(waiting), telling(answer, "B"));
      expect(deployment.failure).toMatchObject({ component: "B", round: "ExpectOld" });
      expect(deployment.ended?.outcome).toBe("failed-unchanged");
    },
  );
});
