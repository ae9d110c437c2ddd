import { describe, expect, it } from "vitest";
import { ArtifactName, ComponentType, Version } from "../../../src/core/ids.ts";
import { withoutArtifacts } from "../../../src/deployment/at-hand.ts";
import type { Begin } from "../../../src/deployment/records.ts";
import { type Contingency, contingencies } from "../../../src/deployment/contingencies.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { wayOutLines } from "../../../src/report/plan-ways-out.ts";
import { plainStyle } from "../../../src/report/style.ts";
import { Boards, drive, exited, type Script } from "../../support/drive.ts";
import { systemOf } from "../../support/planner-systems.ts";
import { hubAhead } from "../../support/hub-ahead.ts";
import { seedBegin, type SeedSpec } from "../../support/seed-begin.ts";
import { inTier } from "../../support/tier.ts";

function ahead(spec: SeedSpec): readonly Contingency[] {
  const { system, plan } = seedBegin(spec);
  return contingencies(system, plan);
}

/** The way out that the machine takes in a real run. */
function taken(spec: SeedSpec, script: Script, artifacts: Begin["artifacts"] = []) {
  const boards = ["G13", "R456", "R998"].map((id) => ({
    id,
    type: id === "G13" ? "gateway" : "rtos",
    group: id === "G13" ? 0 : 1,
    supportsRollback:
      spec.withoutRollback?.includes(id) === true ? ("No" as const) : ("Yes" as const),
  }));
  const { records, deployment } = drive(
    { ...seedBegin(spec), artifacts },
    new Boards({ boards }, script),
  );
  const replanned = records.filter((record) => record.type === "replanned");
  return { ways: replanned.map(({ groups }) => groups), outcome: deployment.ended?.outcome };
}

describe("the way out that is told before the first step", () => {
  it("is the one that is taken when a rollback fails", () => {
    for (const id of ["R456", "R998"]) {
      const other = id === "R456" ? "R998" : "R456";
      const told = ahead({}).find(({ component }) => component === id);
      expect(told).toEqual({
        stage: 0,
        component: id,
        cause: "rollback-failed",
        groups: [[{ component: other, means: "install", from: "rtos-v1", to: "rtos-v2" }]],
        isDecided: true,
        endsIn: "v.2",
      });
      const run = taken({}, (round, board, nth) => {
        if (round === "ArtifactCommit" && board === other && nth === 1) return exited(1);
        return round === "ArtifactRollback" && board === id ? exited(1) : "ok";
      });
      expect(run).toEqual({ ways: [told?.groups], outcome: "failed-elsewhere" });
    }
  });

  it("installs nothing that would have to come over the network", () => {
    const { system, plan } = seedBegin({});
    const away = { componentType: ComponentType.parse("rtos"), version: Version.parse("rtos-v2") };
    const told = contingencies(withoutArtifacts(system, [away]), plan);
    const ofR456 = told.find(({ component }) => component === "R456");
    expect(ofR456).toMatchObject({ groups: null, isDecided: true, endsIn: null });
    const artifact = {
      ...away,
      name: ArtifactName.parse("rtos-v2"),
      location: { kind: "server", id: "1", name: "rtos-v2", size: 1 },
      provides: {},
      clears: null,
      isAway: true,
    } as const;
    const run = taken(
      {},
      (round, board, nth) => {
        if (round === "ArtifactCommit" && board === "R998" && nth === 1) return exited(1);
        return round === "ArtifactRollback" && board === "R456" ? exited(1) : "ok";
      },
      [artifact],
    );
    expect(run).toEqual({ ways: [null], outcome: "inconsistent" });
  });

  it("is the one that is taken behind a board that cannot roll back", () => {
    const spec: SeedSpec = { withoutRollback: ["R456"] };
    const told = ahead(spec).find(({ component }) => component === "R456");
    expect(told).toMatchObject({ cause: "no-rollback", endsIn: "v.2" });
    const run = taken(spec, (round, board, nth) =>
      round === "ArtifactCommit" && board === "R998" && nth === 1 ? exited(1) : "ok",
    );
    expect(run.ways).toEqual([told?.groups]);
  });

  it("is told for each of very many that are alike", { timeout: 300_000 }, () => {
    const count = inTier(300, 2000);
    const system = systemOf({
      types: { gateway: { versions: ["old", "new"] }, board: { versions: ["old", "new"] } },
      components: [
        { id: "G", type: "gateway" },
        ...Array.from({ length: count - 1 }, (_, at) => ({ id: `B${at}`, type: "board" })),
      ],
      endTables: [{ columns: ["gateway", "board"], rows: ["old old YES v.1", "new new YES v.2"] }],
      transitionTables: [{ columns: ["gateway", "board"], rows: ["new old YES"] }],
    });
    const answer = findPlan(system);
    if (answer.kind !== "plan") throw new Error(`there is a ${answer.kind}`);
    const found = contingencies(system, answer.plan);
    expect(found).toHaveLength(count);
    for (const stuck of [1, 2, count / 2, count - 1]) {
      const { groups, ...said } = found[stuck] ?? { groups: null };
      const id = `B${stuck - 1}`;
      expect(said).toEqual({
        stage: 0,
        component: id,
        cause: "rollback-failed",
        isDecided: true,
        endsIn: "v.2",
      });
      const others = system.components
        .map((one) => one.id)
        .filter((one) => one !== "G" && one !== id);
      expect(groups).toEqual([
        others.map((component) => ({ component, means: "install", from: "old", to: "new" })),
      ]);
    }
  });

  it("is not looked for behind all installs of a System of very many that differ", () => {
    const { system, plan } = seedBegin({});
    const ways = contingencies(system, plan, { limit: system.components.length });
    expect(ways).toEqual(ahead({}).slice(0, 1));
    expect(wayOutLines(ways, plan, plainStyle)).toEqual([
      "Way out, if G13 fails to roll back: R456 to rtos-v2 and R998 to rtos-v2; the System ends in v.2.",
      "Way out: not looked for behind 2 further installs, there are too many.",
    ]);
  });

  it("takes an Artifact that can be installed because of the way the Component came", () => {
    const sketch = systemOf({
      types: { s: { versions: ["s0", "s1", "s3", "s2"] }, b: { versions: ["b0", "b1"] } },
      components: [
        { id: "B", type: "b", supportsRollback: false },
        // Whoever is on s1 cannot go on, but who came there from s0.
        { id: "S", type: "s", hops: { s0: ["s1"], s3: ["s1"] } },
      ],
      endTables: [
        {
          columns: ["s", "b"],
          rows: ["s0 b0 YES v.0", "s1 b0 YES v.1", "s3 b1 YES v.3", "s2 b1 YES v.2"],
        },
      ],
      transitionTables: [{ columns: ["s", "b"], rows: ["s1 b1 YES"] }],
    });
    const [s0, s1, s3, s2] = [0, 1, 2, 3];
    const places = [
      { version: s0, hops: [1] },
      { version: s1, hops: [2, 3] },
      { version: s3, hops: [4] },
      { version: s2, hops: [] },
      { version: s1, hops: [] },
    ];
    const system = {
      ...sketch,
      components: sketch.components.map((component) =>
        component.id === "S" ? { ...component, ways: { start: 0, places } } : component,
      ),
    };
    const answer = findPlan(system);
    if (answer.kind !== "plan") throw new Error(`there is a ${answer.kind}`);
    expect(contingencies(system, answer.plan).find(({ component }) => component === "B")).toEqual({
      stage: 1,
      component: "B",
      cause: "no-rollback",
      groups: [[{ component: "S", means: "install", from: "s1", to: "s3" }]],
      isDecided: true,
      endsIn: "v.3",
    });
  });

  it("is told to be undecided where the node limit ends the search", () => {
    const { system, plan } = hubAhead;
    expect(contingencies(system, plan)[0]).toMatchObject({ isDecided: true, endsIn: "v.2" });
    const [way, ...others] = contingencies(system, plan, { nodeLimit: 1 });
    expect(way).toMatchObject({ component: "HUB", groups: null, isDecided: false, endsIn: null });
    expect(
      wayOutLines(
        [way, ...others].flatMap((one) => one ?? []),
        plan,
        plainStyle,
      )[0],
    ).toBe(
      "Way out of stage 1, if HUB fails to roll back: whether there is one was not decided within the node limit, and the System would be left inconsistent.",
    );
  });

  it("is told in one line where all lead to the same end", () => {
    expect(wayOutLines(ahead({}), seedBegin({}).plan, plainStyle)).toEqual([
      "Way out: whichever Component cannot be taken back, the System ends in v.2.",
    ]);
  });

  it("is told for each Component where they differ", () => {
    const [first, ...others] = ahead({});
    if (first === undefined) throw new Error("no contingency");
    const ways = [{ ...first, groups: null, endsIn: null }, ...others];
    expect(wayOutLines(ways, seedBegin({}).plan, plainStyle)).toEqual([
      "Way out, if G13 fails to roll back: there is none, the System is left inconsistent.",
      "Way out, if R456 fails to roll back: R998 to rtos-v2; the System ends in v.2.",
      "Way out, if R998 fails to roll back: R456 to rtos-v2; the System ends in v.2.",
    ]);
  });
});
