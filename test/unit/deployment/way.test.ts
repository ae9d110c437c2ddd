import { describe, expect, it } from "vitest";
import { beginOf, Boards, drive, exited, type SystemSpec } from "../../support/drive.ts";

const seed: SystemSpec = {
  boards: [
    { id: "G13", type: "gateway", group: 0 },
    { id: "R456", type: "rtos", group: 1 },
    { id: "R998", type: "rtos", group: 1 },
  ],
  constrained: true,
};

describe("a deployment that goes well", () => {
  it("calls every state in the protocol's order, group after group, then commits and cleans up", () => {
    const boards = new Boards(seed);
    const driven = drive(beginOf(seed), boards);
    expect(driven.deployment.ended).toEqual({ outcome: "success", inconsistent: [] });
    expect(boards.calls).toEqual([
      "NeedsUnpackedArtifact G13",
      "ProvidePayloadFileSizes G13",
      "Download G13",
      "SupportsRollback G13",
      "ArtifactInstall G13",
      "NeedsArtifactReboot G13",
      "ExpectOld R456",
      "ExpectOld R998",
      "NeedsUnpackedArtifact R456",
      "NeedsUnpackedArtifact R998",
      "ProvidePayloadFileSizes R456",
      "ProvidePayloadFileSizes R998",
      "Download R456",
      "Download R998",
      "SupportsRollback R456",
      "SupportsRollback R998",
      "ArtifactInstall R456",
      "ArtifactInstall R998",
      "NeedsArtifactReboot R456",
      "NeedsArtifactReboot R998",
      "ArtifactCommit G13",
      "ArtifactCommit R456",
      "ArtifactCommit R998",
      "Cleanup G13",
      "Cleanup R456",
      "Cleanup R998",
      "ConfirmEnd G13",
      "ConfirmEnd R456",
      "ConfirmEnd R998",
    ]);
  });
});

describe("a state that fails", () => {
  it("rolls all groups back in reverse when the last commit fails", () => {
    const boards = new Boards(seed, (round, id) =>
      round === "ArtifactCommit" && id === "R456" ? exited(1) : "ok",
    );
    const driven = drive(beginOf(seed), boards);
    expect(driven.deployment.ended).toEqual({ outcome: "failed-rolled-back", inconsistent: [] });
    expect(boards.calls.slice(boards.calls.indexOf("ArtifactCommit R456"))).toEqual([
      "ArtifactCommit R456",
      "ArtifactCommit R998",
      "ArtifactRollback R456",
      "ArtifactRollback R998",
      "ArtifactFailure R456",
      "ArtifactFailure R998",
      "ArtifactRollback G13",
      "ArtifactFailure G13",
      "Cleanup G13",
      "Cleanup R456",
      "Cleanup R998",
      "ConfirmEnd G13",
      "ConfirmEnd R456",
      "ConfirmEnd R998",
    ]);
    expect([...boards.versions.values()]).toEqual(["gateway-v1", "rtos-v1", "rtos-v1"]);
  });

  it("asks a failed Component whether it needs a reboot, and reboots it on the way back", () => {
    const spec: SystemSpec = { boards: [{ id: "A", group: 0, needsReboot: "Yes" }] };
    const boards = new Boards(spec, (round) => (round === "ArtifactInstall" ? exited(1) : "ok"));
    const driven = drive(beginOf(spec), boards);
    expect(driven.deployment.ended?.outcome).toBe("failed-rolled-back");
    expect(boards.calls.slice(4)).toEqual([
      "ArtifactInstall A",
      "NeedsArtifactReboot A",
      "ArtifactRollback A",
      "ArtifactRollbackReboot A",
      "ArtifactVerifyRollbackReboot A",
      "ArtifactFailure A",
      "Cleanup A",
      "ConfirmEnd A",
    ]);
  });

  it("leaves a Component whose Download failed with its Cleanup only, and nothing is changed", () => {
    const boards = new Boards(seed, (round) => (round === "Download" ? exited(1) : "ok"));
    const driven = drive(beginOf(seed), boards);
    expect(driven.deployment.ended).toEqual({ outcome: "failed-unchanged", inconsistent: [] });
    expect(boards.calls.slice(2)).toEqual(["Download G13", "Cleanup G13", "ConfirmEnd G13"]);
  });

  it("passes over a failed Cleanup", () => {
    const boards = new Boards(seed, (round) => (round === "Cleanup" ? exited(1) : "ok"));
    expect(drive(beginOf(seed), boards).deployment.ended?.outcome).toBe("success");
  });

  it("names a Component that reports something else than it should at the end", () => {
    const boards = new Boards(seed, (round, id) =>
      round === "ConfirmEnd" && id === "R998" ? { answer: "rtos-v1" } : "ok",
    );
    expect(drive(beginOf(seed), boards).deployment.ended).toEqual({
      outcome: "inconsistent",
      inconsistent: ["R998"],
    });
  });

  it("gives up the verification of a rollback after five reboots, and names the Component", () => {
    const spec: SystemSpec = { boards: [{ id: "A", group: 0, needsReboot: "Yes" }] };
    const boards = new Boards(spec, (round) =>
      round === "ArtifactVerifyReboot" || round === "ArtifactVerifyRollbackReboot"
        ? exited(1)
        : "ok",
    );
    const driven = drive(beginOf(spec), boards);
    expect(boards.calls.filter((call) => call === "ArtifactRollbackReboot A")).toHaveLength(5);
    expect(boards.calls.at(-3)).toBe("ArtifactFailure A");
    expect(driven.deployment.ended).toEqual({ outcome: "inconsistent", inconsistent: ["A"] });
  });

  const stuck: SystemSpec = {
    ...seed,
    boards: seed.boards.map((board) =>
      board.id === "R456" ? { ...board, supportsRollback: "No", declaredRollback: false } : board,
    ),
  };

  it("takes the way out under tables where a Component stays new, so that no forbidden mix comes", () => {
    const boards = new Boards(stuck, (round, id, nth) =>
      round === "ArtifactCommit" && id === "R998" && nth === 1 ? exited(1) : "ok",
    );
    const driven = drive(beginOf(stuck), boards);
    expect(boards.calls.slice(boards.calls.indexOf("ArtifactCommit R998"))).toEqual([
      "ArtifactCommit R998",
      "ArtifactRollback R998",
      "NeedsUnpackedArtifact R998",
      "ProvidePayloadFileSizes R998",
      "Download R998",
      "SupportsRollback R998",
      "ArtifactInstall R998",
      "NeedsArtifactReboot R998",
      "ArtifactCommit R998",
      "Cleanup G13",
      "Cleanup R456",
      "Cleanup R998",
      "ConfirmEnd G13",
      "ConfirmEnd R456",
      "ConfirmEnd R998",
    ]);
    expect(driven.deployment.ended).toEqual({ outcome: "failed-elsewhere", inconsistent: [] });
  });

  it("goes back where the stuck Component turns out to be old still", () => {
    const boards = new Boards(stuck, (round, id) =>
      round === "ArtifactInstall" && id === "R456" ? exited(1) : "ok",
    );
    const driven = drive(beginOf(stuck), boards);
    expect(driven.deployment.ended).toEqual({ outcome: "failed-rolled-back", inconsistent: [] });
    expect(boards.calls).toContain("ArtifactRollback G13");
  });

  it("names the Components where there is no way out, and keeps the mix that it is in", () => {
    const boards = new Boards(stuck, (round, id) => {
      if (round === "ObserveStuck") return { answer: "rtos-v9" };
      if (round === "ConfirmEnd" && id === "R456") return { answer: "rtos-v9" };
      return round === "ArtifactInstall" && id === "R456" ? exited(1) : "ok";
    });
    const driven = drive(beginOf(stuck), boards);
    expect(boards.calls).not.toContain("ArtifactRollback G13");
    expect(boards.calls).toContain("ArtifactCommit G13");
    expect(driven.deployment.ended).toEqual({
      outcome: "inconsistent",
      inconsistent: ["G13", "R456"],
    });
  });

  it("fails a group before it installs anything when a rollback the plan needs is not supported", () => {
    const spec: SystemSpec = {
      boards: [{ id: "A", group: 0, supportsRollback: "No" }],
      constrained: true,
    };
    const boards = new Boards(spec);
    const driven = drive(beginOf(spec), boards);
    expect(driven.deployment.ended?.outcome).toBe("failed-unchanged");
    expect(boards.calls).not.toContain("ArtifactInstall A");
  });

  it("fails a group whose Components are no longer what the plan was made from", () => {
    const boards = new Boards(seed, (round, id) =>
      round === "ExpectOld" && id === "R998" ? { answer: "rtos-v3" } : "ok",
    );
    const driven = drive(beginOf(seed), boards);
    expect(driven.deployment.failure).toMatchObject({ component: "R998", round: "ExpectOld" });
    expect(driven.deployment.ended?.outcome).toBe("failed-rolled-back");
  });
});
