import { describe, expect, it } from "vitest";
import type { ExitCode } from "../../../src/core/exit-code.ts";
import { evolve } from "../../../src/deployment/evolve.ts";
import { exitOfRun, tellsFailure } from "../../../src/executor/exit.ts";
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

/** The exit status of the last of these runs. */
function exitAfter(driven: Driven): ExitCode {
  if (driven.end === "cut") throw new Error("a killed run has no exit status");
  return exitOfRun({ kind: driven.end, deployment: driven.deployment });
}

/** The run has ended with its exit status, which told the failure. */
function told(driven: Driven): Driven {
  expect(tellsFailure(exitAfter(driven))).toBe(true);
  const record = { type: "told" } as const;
  return {
    ...driven,
    deployment: evolve(driven.deployment, record),
    records: [...driven.records, record],
  };
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
    expect(exitAfter(drive(told(reported), system))).toBe(0);
    // Killed before it could tell.
    expect(exitAfter(drive(reported, system))).toBe(22);
    const waiting = drive(beginOf({ boards }), new Boards({ boards }, failing("ArtifactCommit")), {
      stopBefore: ["ArtifactCommit"],
    });
    expect(exitAfter(drive(waiting, new Boards({ boards }, failing("ArtifactCommit"))))).toBe(22);
  });
});

describe("a failure that nobody was told of", () => {
  const rounds = [
    "ArtifactInstall",
    "NeedsArtifactReboot",
    "ArtifactRollback",
    "ArtifactRollbackReboot",
    "ArtifactVerifyRollbackReboot",
    "ArtifactFailure",
    "Cleanup",
    "ConfirmEnd",
  ] as const;
  const spec = { boards: [{ id: "A", group: 0, needsReboot: "Yes" as const }] };

  it.each(rounds)(
    "ends with 22 however often it was killed in %s, by the run that ends it",
    (at) => {
      for (const cut of ["before-start", "while-running"] as const) {
        for (const times of [1, 2]) {
          const system = new Boards(spec, (round, _, nth) => {
            if (round === at && nth <= times) return { cut };
            return round === "ArtifactInstall" ? exited(1) : "ok";
          });
          let driven = drive(beginOf(spec), system);
          while (driven.end === "cut") driven = drive(driven, system);
          expect(exitAfter(driven)).toBe(22);
        }
      }
    },
  );

  it("ends with 22 where reboots have hidden it: 4, 4, 22", () => {
    const automatic = { boards: [{ id: "A", group: 0, needsReboot: "Automatic" as const }] };
    const system = new Boards(automatic, failing("ArtifactVerifyReboot"));
    const call = { exitOnReboot: true };
    const first = drive(beginOf(automatic), system, call);
    const second = drive(first, system, { ...call, rebooted: true });
    const third = drive(second, system, { ...call, rebooted: true });
    expect([first, second, third].map(exitAfter)).toEqual([4, 4, 22]);
  });

  it("is told by whoever calls rollback: R ends with 0, and so does the X behind it", () => {
    const system = new Boards(spec, (round, _, nth) =>
      round === "ArtifactInstall" && nth === 1 ? { cut: "while-running" } : "ok",
    );
    const killed = drive(beginOf(spec), system);
    const R = drive(killed, system, { verb: "rollback", stopBefore: ["Cleanup"] });
    expect(exitAfter(R)).toBe(0);
    expect(exitAfter(drive(R, system))).toBe(0);
  });

  it("is not told by an install that makes way and is killed over it", () => {
    const system = new Boards(spec, (round, _, nth) =>
      (round === "ArtifactInstall" || round === "ArtifactFailure") && nth === 1
        ? { cut: "while-running" }
        : "ok",
    );
    const killed = drive(beginOf(spec), system);
    const makingWay = drive(killed, system, { verb: "rollback", isMakingWay: true });
    expect(makingWay.end).toBe("cut");
    expect(exitAfter(drive(makingWay, system))).toBe(22);
  });

  it("where it stopped, still ends with 21", () => {
    const system = new Boards(spec, failing("ArtifactInstall"));
    const stopped = drive(beginOf(spec), system, { stopBefore: ["ArtifactRollback", "Cleanup"] });
    const undone = drive(stopped, system, { stopBefore: ["ArtifactRollback", "Cleanup"] });
    const again = drive(told(undone), system, { stopBefore: ["Cleanup"] });
    expect([stopped, undone, again].map(exitAfter)).toEqual([21, 21, 21]);
    expect(exitAfter(drive(told(again), system))).toBe(0);
  });
});
