import { describe, expect, it } from "vitest";
import {
  beginOf,
  Boards,
  drive,
  exited,
  type Script,
  type SystemSpec,
} from "../../support/drive.ts";
import { killedAfter } from "../../support/killed.ts";
import type { Begin } from "../../../src/deployment/records.ts";

const one: SystemSpec = { boards: [{ id: "A", group: 0 }] };

const cutAt =
  (round: string, cut: "before-start" | "while-running"): Script =>
  (at, _id, nth) =>
    at === round && nth === 1 ? { cut } : "ok";

describe("a run that is killed", () => {
  for (const round of ["Download", "ArtifactInstall", "ArtifactCommit"]) {
    it(`counts ${round} under way as failed and rolls back`, () => {
      const boards = new Boards(one, cutAt(round, "while-running"));
      const ended = drive(drive(beginOf(one), boards), boards);
      expect(ended.deployment.failure).toMatchObject({ reason: { kind: "interrupted" } });
      expect(boards.versions.get("A")).toBe("board-v1");
    });
  }

  it("asks an interrupted query again and goes on", () => {
    const boards = new Boards(one, cutAt("SupportsRollback", "while-running"));
    const ended = drive(drive(beginOf(one), boards), boards);
    expect(ended.deployment.ended?.outcome).toBe("success");
  });

  it("calls an ArtifactRollback that had not started yet", () => {
    const boards = new Boards(one, (round, id, nth) => {
      if (round === "ArtifactCommit") return exited(1);
      return cutAt("ArtifactRollback", "before-start")(round, id, nth);
    });
    const ended = drive(drive(beginOf(one), boards), boards);
    expect(ended.deployment.ended?.outcome).toBe("failed-rolled-back");
    expect(boards.versions.get("A")).toBe("board-v1");
  });

  it("makes an interrupted ArtifactRollback once more, whatever Provides would tell", () => {
    const boards = new Boards(one, (round, _id, nth) => {
      if (round === "ArtifactCommit") return exited(1);
      return round === "ArtifactRollback" && nth === 1 ? { cut: "while-running" } : "ok";
    });
    const ended = drive(drive(beginOf(one), boards), boards);
    expect(ended.deployment.ended?.outcome).toBe("failed-rolled-back");
    expect(boards.calls.filter((call) => call === "ArtifactRollback A")).toHaveLength(2);
  });

  it("calls the state again where the Topology says retry", () => {
    const spec: SystemSpec = { boards: [{ id: "A", group: 0, onInterrupt: "retry" }] };
    const boards = new Boards(spec, cutAt("ArtifactInstall", "while-running"));
    const ended = drive(drive(beginOf(spec), boards), boards, { rebooted: true });
    expect(ended.deployment.ended?.outcome).toBe("success");
    expect(boards.calls.filter((call) => call === "ArtifactInstall A")).toHaveLength(2);
  });

  it("asks Provides first where the Topology says observe: the new version is there, it goes on", () => {
    const spec: SystemSpec = { boards: [{ id: "A", group: 0, onInterrupt: "observe" }] };
    const boards = new Boards(spec, cutAt("ArtifactInstall", "while-running"));
    const ended = drive(drive(beginOf(spec), boards), boards);
    expect(ended.deployment.ended?.outcome).toBe("success");
    expect(boards.calls.filter((call) => call === "ArtifactInstall A")).toHaveLength(1);
  });

  it("goes back where observe finds neither the old nor the new version", () => {
    const spec: SystemSpec = { boards: [{ id: "A", group: 0, onInterrupt: "observe" }] };
    const boards = new Boards(spec, (round, id, nth) =>
      round === "ObserveInterrupted"
        ? { answer: "board-v1->board-v2" }
        : cutAt("ArtifactInstall", "while-running")(round, id, nth),
    );
    const ended = drive(drive(beginOf(spec), boards), boards);
    expect(ended.deployment.ended?.outcome).toBe("failed-rolled-back");
  });
});

describe("a host that reboots", () => {
  const automatic: SystemSpec = { boards: [{ id: "A", group: 0, needsReboot: "Automatic" }] };

  it("goes on at ArtifactVerifyReboot when it was asked to", () => {
    const boards = new Boards(automatic);
    const asked = drive(beginOf(automatic), boards, { exitOnReboot: true });
    expect(asked.end).toBe("reboot");
    const ended = drive(asked, boards, { rebooted: true });
    expect(boards.calls.slice(boards.calls.indexOf("HostReboot A"))).toEqual([
      "HostReboot A",
      "ArtifactVerifyReboot A",
      "ArtifactCommit A",
      "Cleanup A",
      "ConfirmEnd A",
    ]);
    expect(ended.deployment.ended?.outcome).toBe("success");
  });

  it("fails when it was asked to and never did", () => {
    const boards = new Boards(automatic);
    const asked = drive(beginOf(automatic), boards, { exitOnReboot: true });
    const after = drive(asked, boards);
    expect(after.deployment.failure).toMatchObject({
      round: "HostReboot",
      reason: { problem: { code: "reboot-never-came" } },
    });
  });

  it("is rebooted back once into the old version, and asked again where that never came", () => {
    const boards = new Boards(automatic, (round) =>
      round === "ArtifactVerifyReboot" ? exited(1) : "ok",
    );
    const asked = drive(beginOf(automatic), boards, { exitOnReboot: true });
    const back = drive(asked, boards, { rebooted: true, exitOnReboot: true });
    expect([back.end, boards.calls.at(-1)]).toEqual(["reboot", "HostRollbackReboot A"]);
    const again = drive(back, boards);
    expect([again.end, boards.calls.at(-1)]).toEqual(["reboot", "HostRollbackReboot A"]);
    const ended = drive(again, boards, { rebooted: true });
    expect(ended.deployment.ended?.outcome).toBe("failed-rolled-back");
  });

  it("is not rebooted by a forward call without the flag in a deployment begun with it", () => {
    const spec: SystemSpec = {
      exitOnReboot: true,
      boards: [
        { id: "A", group: 0, needsReboot: "Automatic" },
        { id: "B", group: 1, needsReboot: "Automatic" },
      ],
    };
    const boards = new Boards(spec);
    const asked = drive(beginOf(spec), boards, { exitOnReboot: true });
    const stopped = drive(asked, boards, { rebooted: true, stopBefore: ["ArtifactRollback"] });
    expect([stopped.end, stopped.deployment.direction]).toEqual(["stopped", "back"]);
  });

  it("fails the deployment where nobody asked and something is installed and not committed", () => {
    const boards = new Boards(one);
    const waiting = drive(beginOf(one), boards, { stopBefore: ["ArtifactCommit"] });
    const ended = drive(waiting, boards, { rebooted: true });
    expect(ended.deployment.failure).toMatchObject({ kind: "host-rebooted" });
    expect(ended.deployment.ended?.outcome).toBe("failed-rolled-back");
  });

  it("is rebooted once more for who answers Automatic: it may run what is undone now", () => {
    const boards = new Boards(automatic, cutAt("ArtifactInstall", "while-running"));
    const cut = drive(beginOf(automatic), boards);
    const asked = drive(cut, boards, { rebooted: true, exitOnReboot: true });
    expect(boards.calls.slice(boards.calls.indexOf("ArtifactInstall A") + 1)).toEqual([
      "ArtifactRollback A",
      "NeedsArtifactReboot A",
      "HostRollbackReboot A",
    ]);
    const ended = drive(asked, boards, { rebooted: true });
    expect(ended.deployment.ended?.outcome).toBe("failed-rolled-back");
  });

  it("is no failure before anything is installed or after everything is committed", () => {
    for (const stopBefore of ["ArtifactInstall", "Cleanup"] as const) {
      const boards = new Boards(one);
      const waiting = drive(beginOf(one), boards, { stopBefore: [stopBefore] });
      const ended = drive(waiting, boards, { rebooted: true });
      expect(ended.deployment.ended?.outcome).toBe("success");
    }
  });
});

describe("a rollback that comes when Cleanup has begun", () => {
  const spec: SystemSpec = { boards: [{ id: "A", group: 0 }], constrained: true };
  const [stage] = beginOf(spec).plan.stages;
  if (stage === undefined) throw new Error("a plan without a stage");
  const back = stage.groups.map((steps) =>
    steps.map((step) => ({ ...step, from: step.to, to: step.from })),
  );
  const inTwoStages: Begin = {
    ...beginOf(spec),
    plan: { ...beginOf(spec).plan, stages: [stage, { ...stage, groups: back }] },
  };

  it("finishes the Cleanup of this stage and does not begin the next one", () => {
    const boards = new Boards(spec, cutAt("Cleanup", "before-start"));
    const killed = drive(inTwoStages, boards);
    const callsBefore = boards.calls.length;
    const ended = drive(killed, boards, { verb: "rollback" });
    expect(boards.calls.slice(callsBefore)).toEqual(["Cleanup A", "ConfirmEnd A"]);
    expect(ended.deployment.failure).toMatchObject({ kind: "asked" });
    expect(ended.deployment.ended).toEqual({ outcome: "failed-elsewhere", inconsistent: [] });
  });

  it("stops before the Cleanup that is left to do where it is asked to", () => {
    const boards = new Boards(spec, cutAt("Cleanup", "before-start"));
    const killed = drive(inTwoStages, boards);
    const stopped = drive(killed, boards, { verb: "rollback", stopBefore: ["Cleanup"] });
    const ended = drive(stopped, boards);
    expect([stopped.end, ended.deployment.ended?.outcome]).toEqual(["stopped", "failed-elsewhere"]);
    expect(boards.versions.get("A")).toBe("board-v2");
  });
});

describe("a power cut on the way out", () => {
  const spec: SystemSpec = {
    boards: [
      { id: "A", group: 0, type: "gateway", supportsRollback: "No", declaredRollback: false },
      { id: "B", group: 1, type: "rtos" },
    ],
    constrained: true,
  };
  /** A stays new by the fault of its own, so B is installed on the way out, and there the run is cut. */
  function cutOnTheWayOut(cut: "before-start" | "while-running") {
    const boards = new Boards(spec, (round, id, nth) => {
      if (id === "A" && round === "ArtifactInstall") return exited(1);
      if (id === "A" && round === "ObserveStuck") return { answer: "gateway-v2" };
      return id === "B" && round === "ArtifactInstall" && nth === 1 ? { cut } : "ok";
    });
    boards.versions.set("A", "gateway-v2");
    const { records } = drive(beginOf(spec), boards);
    // What tells who was started is not synced.
    return { boards, cut: killedAfter(records.filter(({ type }) => type !== "running")) };
  }
  const installs = ({ calls }: Boards) => calls.filter((call) => call === "ArtifactInstall B");

  it("leaves no ArtifactInstall that may be half done for one that was never called", () => {
    const { boards, cut } = cutOnTheWayOut("while-running");
    expect(cut.deployment.direction).toBe("out");

    const ended = drive(cut, boards, { rebooted: true });

    const made = boards.calls.filter((call) => /^Artifact(?:Install|Rollback) B/.test(call));
    expect(made).toEqual(["ArtifactInstall B", "ArtifactRollback B", "ArtifactInstall B"]);
    expect(ended.deployment.ended?.outcome).toBe("failed-elsewhere");
  });

  it("is told from a kill, after which it is known who was not started", () => {
    const { boards, cut } = cutOnTheWayOut("before-start");

    const ended = drive(cut, boards);

    expect(installs(boards)).toHaveLength(1);
    expect(ended.deployment.ended?.outcome).toBe("failed-elsewhere");
  });
});

describe("a loop of reboots", () => {
  it("is broken after five runs without progress: forward the deployment fails, then it rolls back", () => {
    const spec: SystemSpec = { boards: [{ id: "A", group: 0, onInterrupt: "retry" }] };
    const boards = new Boards(spec, (round) =>
      round === "ArtifactInstall" ? { cut: "while-running" } : "ok",
    );
    let driven = drive(beginOf(spec), boards);
    for (let runs = 0; runs < 5; runs += 1) driven = drive(driven, boards, { rebooted: true });
    expect(driven.end).toBe("cut");
    const ended = drive(driven, boards, { rebooted: true });
    expect(ended.deployment.failure).toMatchObject({ kind: "no-progress" });
    expect(ended.deployment.ended?.outcome).toBe("failed-rolled-back");
  });

  it("is ended as inconsistent in the error path", () => {
    const boards = new Boards(one, (round) => {
      if (round === "ArtifactCommit") return exited(1);
      return round === "ArtifactRollback" ? { cut: "before-start" } : "ok";
    });
    let driven = drive(beginOf(one), boards);
    for (let runs = 0; runs < 6 && driven.end === "cut"; runs += 1) driven = drive(driven, boards);
    expect(driven.deployment.ended).toEqual({ outcome: "inconsistent", inconsistent: ["A"] });
  });

  it("names nobody who has been taken back before", () => {
    for (const constrained of [false, true]) {
      const spec: SystemSpec = {
        boards: ["A", "B", "C"].map((id, group) => ({ id, group, type: `type-${id}` })),
        constrained,
      };
      const boards = new Boards(spec, (round, id) => {
        if (round === "ArtifactCommit") return exited(1);
        return round === "ArtifactRollback" && id === "B" ? { cut: "before-start" } : "ok";
      });
      let driven = drive(beginOf(spec), boards);
      for (let runs = 0; runs < 6 && driven.end === "cut"; runs += 1) {
        driven = drive(driven, boards);
      }
      expect(driven.deployment.ended).toMatchObject({
        outcome: "inconsistent",
        inconsistent: ["A", "B"],
      });
    }
  });

  it("undoes nothing once Cleanup has begun: who could not be asked in the end is named", () => {
    const spec: SystemSpec = {
      boards: [
        { id: "A", group: 0 },
        { id: "B", group: 1 },
      ],
    };
    const boards = new Boards(spec, (round, id) =>
      round === "ConfirmEnd" && id === "B" ? { cut: "while-running" } : "ok",
    );
    let driven = drive(beginOf(spec), boards);
    for (let runs = 0; runs < 6 && driven.end === "cut"; runs += 1) driven = drive(driven, boards);
    expect(boards.calls.filter((call) => call.startsWith("ArtifactRollback"))).toEqual([]);
    expect(driven.deployment.ended).toEqual({ outcome: "inconsistent", inconsistent: ["B"] });
  });
});

describe("a host that went down unasked", () => {
  const spec: SystemSpec = {
    boards: [
      { id: "A", group: 0, needsReboot: "Automatic", onInterrupt: "retry" },
      { id: "B", group: 1, onInterrupt: "retry" },
    ],
  };

  it("is a failure where its boot loader may have dropped an install, whatever the Topology says", () => {
    const boards = new Boards(spec, (round, id, nth) =>
      round === "Download" && id === "B" && nth === 1 ? { cut: "before-start" } : "ok",
    );
    const booted = { exitOnReboot: true, rebooted: true };
    let driven = drive(beginOf(spec), boards, { exitOnReboot: true });
    for (let runs = 0; driven.end !== "ended" && runs < 10; runs += 1) {
      if (driven.end === "cut") boards.versions.set("A", "board-v1");
      driven = drive(driven, boards, booted);
    }
    expect(driven.deployment.failure).toMatchObject({ kind: "host-rebooted" });
    expect(driven.deployment.ended?.outcome).toBe("failed-rolled-back");
  });
});
