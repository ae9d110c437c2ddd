import { describe, expect, it } from "vitest";
import type { Begin } from "../../../src/deployment/records.ts";
import { System } from "../../../src/manifest/system.ts";
import { Plan } from "../../../src/planner/model/plan.ts";
import {
  type BoardSpec,
  beginOf,
  Boards,
  drive,
  exited,
  type Script,
} from "../../support/drive.ts";

/**
 * A Component that ran a version without a name when the deployment began: one that is left half-way tells none either,
 * and must not be taken for it.
 */

/** The same, where nobody can name what the boards run at the start. */
function withoutNames(begin: Begin): Begin {
  const { system, plan } = begin;
  const unnamed = (part: System | Plan): unknown =>
    JSON.parse(JSON.stringify(part).replaceAll('"board-v1"', '"?"'));
  return { ...begin, system: System.parse(unnamed(system)), plan: Plan.parse(unnamed(plan)) };
}

function deployed(board: Omit<BoardSpec, "id" | "group">, script: Script, constrained = true) {
  const spec = { boards: [{ id: "A", group: 0, ...board }], constrained };
  const boards = new Boards(spec, script);
  boards.versions.set("A", "?");
  return { begin: withoutNames(beginOf(spec)), boards };
}

/** ArtifactInstall breaks off, and what it leaves behind tells no version. */
const brokenOff =
  (rollback: Script): Script =>
  (round, id, nth) => {
    if (round === "ArtifactInstall") return exited(1);
    if (round === "ConfirmEnd" || round === "ObserveStuck") return { answer: "?" };
    return rollback(round, id, nth);
  };

const noRollback: Script = (round) => (round === "ArtifactRollback" ? exited(1) : "ok");

describe("a Component of a version that nobody can name", () => {
  it.each([true, false])(
    "is inconsistent where it is left half-way and still tells none (with tables: %s)",
    (constrained) => {
      const { begin, boards } = deployed({}, brokenOff(noRollback), constrained);
      expect(drive(begin, boards).deployment.ended).toEqual({
        outcome: "inconsistent",
        inconsistent: ["A"],
      });
    },
  );

  it("is inconsistent where it cannot go back", () => {
    const board = { supportsRollback: "No", declaredRollback: false } as const;
    const { begin, boards } = deployed(
      board,
      brokenOff(() => "ok"),
    );
    expect(drive(begin, boards).deployment.ended?.outcome).toBe("inconsistent");
  });

  it("counts as rolled back where its Interface has done so", () => {
    const { begin, boards } = deployed({}, (round) => {
      if (round === "ArtifactCommit") return exited(1);
      return round === "ConfirmEnd" ? { answer: "?" } : "ok";
    });
    expect(drive(begin, boards).deployment.ended?.outcome).toBe("failed-rolled-back");
  });

  it("is updated like any other", () => {
    const { begin, boards } = deployed({}, () => "ok");
    expect(drive(begin, boards).deployment.ended?.outcome).toBe("success");
  });

  it("is not installed once more where on_interrupt is observe and it tells none: that may be half an install", () => {
    const { begin, boards } = deployed({ onInterrupt: "observe" }, (round, _, nth) => {
      if (round === "ArtifactInstall" && nth === 1) return { cut: "while-running" };
      return round === "ObserveInterrupted" || round === "ConfirmEnd" ? { answer: "?" } : "ok";
    });
    const first = drive(begin, boards);
    const second = drive(first, boards, { rebooted: true });
    expect(boards.calls.filter((call) => call === "ArtifactInstall A")).toHaveLength(1);
    expect(second.deployment.ended?.outcome).toBe("failed-rolled-back");
  });
});
