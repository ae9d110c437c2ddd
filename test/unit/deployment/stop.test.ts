import { describe, expect, it } from "vitest";
import { stopPoints } from "../../../src/core/protocol.ts";
import { beginOf, Boards, type Call, drive, exited, type SystemSpec } from "../../support/drive.ts";

const spec: SystemSpec = {
  boards: [
    { id: "A", group: 0 },
    { id: "B", group: 1 },
  ],
};

describe("stop points", () => {
  it("stops before the first ArtifactInstall once, then before ArtifactCommit, then before Cleanup", () => {
    const boards = new Boards(spec);
    const first = drive(beginOf(spec), boards, { stopBefore: ["ArtifactInstall"] });
    expect([first.end, boards.calls.at(-1)]).toEqual(["stopped", "SupportsRollback A"]);
    const second = drive(first, boards, { stopBefore: ["ArtifactCommit", "Cleanup"] });
    expect([second.end, boards.calls.at(-1)]).toEqual(["stopped", "NeedsArtifactReboot B"]);
    const third = drive(second, boards, { stopBefore: ["Cleanup"] });
    expect([third.end, boards.calls.at(-1)]).toEqual(["stopped", "ArtifactCommit B"]);
    const last = drive(third, boards);
    expect(last.deployment.ended?.outcome).toBe("success");
  });

  it("installs nothing where a Component has changed between the stop before ArtifactInstall and its resume", () => {
    const boards = new Boards(spec, (round, id) =>
      round === "ExpectOld" && id === "B" ? { answer: "board-v7" } : "ok",
    );
    const waiting = drive(beginOf(spec), boards, { stopBefore: ["ArtifactInstall"] });
    const calls = boards.calls.length;
    const { deployment } = drive(waiting, boards);
    expect(boards.calls.slice(calls, calls + 2)).toEqual(["ExpectOld A", "ExpectOld B"]);
    expect(boards.calls.filter((call) => call.startsWith("ArtifactInstall"))).toEqual([]);
    expect(deployment.failure).toMatchObject({ component: "B", round: "ExpectOld" });
    expect(deployment.ended?.outcome).toBe("failed-unchanged");
  });

  it("changes nothing when it is told to stop where it stands", () => {
    const boards = new Boards(spec);
    const first = drive(beginOf(spec), boards, { stopBefore: ["ArtifactCommit"] });
    const calls = boards.calls.length;
    const again = drive(first, boards, { stopBefore: ["ArtifactCommit"] });
    expect([again.end, boards.calls.length]).toEqual(["stopped", calls]);
  });

  it("stops on entering the error path, and the rollback goes on from there", () => {
    const boards = new Boards(spec, (round, id) =>
      round === "ArtifactInstall" && id === "B" ? exited(1) : "ok",
    );
    const failed = drive(beginOf(spec), boards, { stopBefore: stopPoints });
    const install = drive(failed, boards, { stopBefore: ["ArtifactRollback", "Cleanup"] });
    expect([install.end, install.deployment.direction]).toEqual(["stopped", "back"]);
    const rollback = drive(install, boards, { verb: "rollback", stopBefore: ["Cleanup"] });
    expect([rollback.end, boards.calls.at(-1)]).toEqual(["stopped", "ArtifactFailure A"]);
    expect(drive(rollback, boards).deployment.ended?.outcome).toBe("failed-rolled-back");
  });

  it("rolls back a deployment that waits before its commit when asked to", () => {
    const boards = new Boards(spec);
    const waiting = drive(beginOf(spec), boards, { stopBefore: ["ArtifactCommit"] });
    const ended = drive(waiting, boards, { verb: "rollback" });
    expect(ended.deployment.ended?.outcome).toBe("failed-rolled-back");
    expect([...boards.versions.values()]).toEqual(["board-v1", "board-v1"]);
  });

  it("rolls nothing back once Cleanup has begun", () => {
    const boards = new Boards(spec, (round, id, nth) =>
      round === "Cleanup" && id === "A" && nth === 1 ? { cut: "while-running" } : "ok",
    );
    const cut = drive(beginOf(spec), boards);
    const ended = drive(cut, boards, { verb: "rollback" });
    expect(ended.deployment.ended?.outcome).toBe("success");
  });

  it("belong to whoever drives it by them, for good", () => {
    const isDriven = (of: SystemSpec, ...calls: readonly Call[]) => {
      let cuts = calls.length - 1;
      const boards = new Boards(of, (round) => {
        if (round !== "ArtifactInstall" || cuts === 0) return "ok";
        cuts -= 1;
        return { cut: "before-start" };
      });
      const [first, ...later] = calls;
      let driven = drive(beginOf(of), boards, first);
      for (const call of later) driven = drive(driven, boards, call);
      return driven.deployment.isDriven;
    };
    const stop: Call = { stopBefore: ["ArtifactCommit"] };
    expect(isDriven(spec, {})).toBe(false);
    expect(isDriven(spec, stop)).toBe(true);
    expect(isDriven(spec, stop, {})).toBe(true);
    expect(isDriven({ ...spec, exitOnReboot: true }, {})).toBe(true);
    expect(isDriven(spec, {}, { exitOnReboot: true })).toBe(true);
    expect(isDriven(spec, {}, { verb: "rollback", exitOnReboot: true, isMakingWay: true })).toBe(
      false,
    );
  });
});
