import { describe, expect, it } from "vitest";
import { SystemVersion } from "../../../src/core/ids.ts";
import { ending } from "../../../src/deployment/verdict.ts";
import type { Begin } from "../../../src/deployment/records.ts";
import { beginOf, Boards, drive, exited, type SystemSpec } from "../../support/drive.ts";

/** What is installed and not committed may be gone at the next boot. */

const seed: SystemSpec = {
  boards: [
    { id: "G13", type: "gateway", group: 0 },
    { id: "R456", type: "rtos", group: 1, supportsRollback: "No", declaredRollback: false },
    { id: "R998", type: "rtos", group: 1 },
  ],
  constrained: true,
};

/** R998 refuses so many of its commits. */
function withRefusals(count: number) {
  const boards = new Boards(seed, (round, id, nth) =>
    round === "ArtifactCommit" && id === "R998" && nth <= count ? exited(1) : "ok",
  );
  return { boards, ended: drive(beginOf(seed), boards) };
}

describe("a Component that refuses its commit on the way out, too", () => {
  it("is named where the System would have to be without it, and nowhere else can be gone", () => {
    const { boards, ended } = withRefusals(Infinity);
    expect([...boards.versions.values()]).toEqual(["gateway-v2", "rtos-v2", "rtos-v2"]);
    expect(ended.deployment.ended).toEqual({ outcome: "inconsistent", inconsistent: ["R998"] });
    expect(ending(ended.deployment)).toMatchObject({
      uncommitted: ["R998"],
      beside: ["G13", "R456"],
    });
    // It is told three times to commit, and no more.
    expect(boards.calls.filter((call) => call === "ArtifactCommit R998")).toHaveLength(3);
  });

  it("is no fault where it commits on the way out: the System is on what was wanted, and failed", () => {
    const { ended } = withRefusals(2);
    expect(ended.deployment.ended).toEqual({ outcome: "failed-elsewhere", inconsistent: [] });
    expect(ending(ended.deployment)).toMatchObject({ systemVersion: "v.2", isWanted: true });
  });

  it("is undone where another end state can be reached without it", () => {
    // A stays new; with it B may be new, or C, or both.
    const spec: SystemSpec = {
      boards: [
        { id: "A", type: "a", group: 0, supportsRollback: "No", declaredRollback: false },
        { id: "B", type: "b", group: 1 },
        { id: "C", type: "c", group: 2 },
      ],
      constrained: true,
    };
    const boards = new Boards(spec, (round, id) =>
      round === "ArtifactCommit" && id === "B" ? exited(1) : "ok",
    );
    const { deployment } = drive(withMoreEnds(beginOf(spec)), boards);
    expect(deployment.ended).toEqual({ outcome: "failed-elsewhere", inconsistent: [] });
    expect([...boards.versions.values()]).toEqual(["a-v2", "b-v1", "c-v2"]);
    expect(boards.calls.filter((call) => call === "ArtifactCommit B")).toHaveLength(3);
    expect(boards.calls.filter((call) => call.startsWith("ArtifactRollback B"))).toHaveLength(2);
  });

  it("is named where a run that is killed over and over never comes to commit it", () => {
    const boards = new Boards(seed, (round, id, nth) => {
      if (round !== "ArtifactCommit" || id !== "R998") return "ok";
      return nth === 1 ? exited(1) : { cut: "while-running" };
    });
    let driven = drive(beginOf(seed), boards);
    for (let runs = 0; runs < 8 && driven.end === "cut"; runs += 1) driven = drive(driven, boards);
    expect(driven.deployment.ended?.outcome).toBe("inconsistent");
    expect(driven.deployment.ended?.inconsistent).toContain("R998");
  });
});

function withMoreEnds(first: Begin): Begin {
  const [table] = first.system.endTables;
  const [row] = table?.rows ?? [];
  if (table === undefined || row === undefined) throw new Error("no table");
  const more = [
    [1, 1, 0],
    [1, 0, 1],
  ].map((versions, index) => ({
    ...row,
    systemVersion: SystemVersion.parse(`v.${String(index + 3)}`),
    cells: versions.map((version) => [version]),
  }));
  const endTables = [{ ...table, rows: [...table.rows, ...more] }];
  return { ...first, system: { ...first.system, endTables } };
}

it("tells nobody beside where all is well", () => {
  const { boards: specs } = seed;
  const spec: SystemSpec = { boards: specs.map(({ id, group }) => ({ id, group })) };
  expect(ending(drive(beginOf(spec), new Boards(spec)).deployment)).toEqual({
    outcome: "success",
    systemVersion: null,
    isWanted: true,
    inconsistent: [],
    beside: [],
    uncommitted: [],
    wayOutUndecidedAt: null,
    owed: [],
  });
});
