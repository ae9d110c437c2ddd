import { describe, expect, it } from "vitest";
import type { ExitCode } from "../../../src/core/exit-code.ts";
import { exitOfRun } from "../../../src/executor/exit.ts";
import {
  beginOf,
  Boards,
  type BoardSpec,
  drive,
  type Driven,
  exited,
  type Script,
} from "../../support/drive.ts";

const boards: readonly BoardSpec[] = [{ id: "A", group: 0 }];

/** The exit status of the last of these runs, begun as a process of its own. */
function exitAfter(driven: Driven): ExitCode {
  if (driven.end === "cut") throw new Error("a killed run has no exit status");
  const end = { kind: driven.end, deployment: driven.deployment };
  return exitOfRun(end, driven.deployment.runs);
}

const failing =
  (round: string): Script =>
  (at) =>
    at === round ? exited(1) : "ok";

describe("how install ends", () => {
  it("with 0 when it reached the wanted state, or stopped on the way there as asked", () => {
    expect(exitAfter(drive(beginOf({ boards }), new Boards({ boards })))).toBe(0);
    const stopped = drive(beginOf({ boards }), new Boards({ boards }), {
      stopBefore: ["ArtifactCommit"],
    });
    expect(exitAfter(stopped)).toBe(0);
  });

  it("with 20 when nothing was changed, with 22 when it was rolled back", () => {
    const run = (round: string) =>
      drive(beginOf({ boards }), new Boards({ boards }, failing(round)));
    expect(exitAfter(run("Download"))).toBe(20);
    expect(exitAfter(run("ArtifactInstall"))).toBe(22);
  });

  it("with 30 when a Component cannot be vouched for", () => {
    const system = new Boards({ boards }, (round) =>
      round === "ArtifactCommit" || round === "ConfirmEnd" ? exited(1) : "ok",
    );
    expect(exitAfter(drive(beginOf({ boards }), system))).toBe(30);
  });

  it("with 21 when it failed and stopped before the error path, and 21 again at the same place", () => {
    const system = new Boards({ boards }, failing("ArtifactInstall"));
    const stopped = drive(beginOf({ boards }), system, { stopBefore: ["ArtifactRollback"] });
    expect(exitAfter(stopped)).toBe(21);
    const again = drive(stopped, system, { stopBefore: ["ArtifactRollback"] });
    expect(exitAfter(again)).toBe(21);
  });

  it("with 4 where the caller has to reboot the host", () => {
    const spec = { boards: [{ id: "A", group: 0, needsReboot: "Automatic" as const }] };
    expect(exitAfter(drive(beginOf(spec), new Boards(spec), { exitOnReboot: true }))).toBe(4);
  });
});

describe("how rollback and resume end", () => {
  it("rollback with 0 when the old state is restored, before Cleanup and after it", () => {
    const system = new Boards({ boards });
    const waiting = drive(beginOf({ boards }), system, { stopBefore: ["ArtifactCommit"] });
    const undone = drive(waiting, system, { verb: "rollback", stopBefore: ["Cleanup"] });
    expect([undone.end, exitAfter(undone)]).toEqual(["stopped", 0]);
    expect(exitAfter(drive(undone, system))).toBe(0);
  });

  it("rollback with 30 before Cleanup when a Component is in an unknown state", () => {
    const system = new Boards({ boards }, failing("ArtifactRollback"));
    const waiting = drive(beginOf({ boards }), system, { stopBefore: ["ArtifactCommit"] });
    const undone = drive(waiting, system, { verb: "rollback", stopBefore: ["Cleanup"] });
    expect(exitAfter(undone)).toBe(30);
  });

  it("resume with 0 when it only finishes a failure that was reported, with 22 when it fails itself", () => {
    const system = new Boards({ boards }, failing("ArtifactCommit"));
    const reported = drive(beginOf({ boards }), system, { stopBefore: ["Cleanup"] });
    expect([reported.end, exitAfter(reported)]).toEqual(["stopped", 21]);
    expect(exitAfter(drive(reported, system))).toBe(0);
    const waiting = drive(beginOf({ boards }), new Boards({ boards }, failing("ArtifactCommit")), {
      stopBefore: ["ArtifactCommit"],
    });
    expect(exitAfter(drive(waiting, new Boards({ boards }, failing("ArtifactCommit"))))).toBe(22);
  });
});
