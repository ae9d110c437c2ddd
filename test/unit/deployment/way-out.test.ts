import { describe, expect, it } from "vitest";
import { syntheticBegin } from "../../../src/deployment/synthetic-begin.ts";
import { replay } from "../../../src/deployment/evolve.ts";
import { type Begin, JournalRecord } from "../../../src/deployment/records.ts";
import { ending } from "../../../src/deployment/verdict.ts";
import type { System } from "../../../src/manifest/system.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { outcomeHint, outcomeSentence } from "../../../src/report/outcome.ts";
import { explore } from "../../../src/simulate/explore.ts";
import type { Answers } from "../../../src/simulate/situation.ts";
import { beginOf, Boards, drive, exited, type SystemSpec } from "../../support/drive.ts";
import { hubAhead } from "../../support/hub-ahead.ts";
import { missedWay } from "../../support/known-way.ts";
import { systemOf } from "../../support/planner-systems.ts";
import { recorded } from "../../support/recorded.ts";
import { oneOfEachKind } from "../../support/tier.ts";

/** Motor and app can go back, safety, which is the last one, cannot. */
const motorAppSafety = systemOf({
  types: {
    motor: { versions: ["motor-v1", "motor-v2"] },
    app: { versions: ["app-v1", "app-v2"] },
    safety: { versions: ["safety-v1", "safety-v2"] },
  },
  components: [
    { id: "MOTOR", type: "motor" },
    { id: "APP", type: "app" },
    { id: "SAFETY", type: "safety", supportsRollback: false },
  ],
  endTables: [
    {
      columns: ["motor", "app", "safety"],
      rows: ["motor-v1 app-v1 safety-v1 YES v.1", "motor-v2 app-v2 safety-v2 YES v.2"],
    },
  ],
  transitionTables: [
    {
      columns: ["motor", "app", "safety"],
      rows: ["motor-v2 app-v1 safety-v1 YES", "motor-v2 app-v2 safety-v1 YES"],
    },
  ],
});

function planned(system: System): Begin {
  const answer = findPlan(system);
  if (answer.kind !== "plan") throw new Error("no plan");
  return syntheticBegin(system, answer.plan);
}

function answersOf(system: System, needsReboot: "No" | "Automatic" | "Yes"): Answers {
  return {
    supportsRollback: (id) =>
      system.components.find((one) => one.id === id)?.supportsRollback === false ? "No" : "Yes",
    needsReboot: (id) => (id === "MOTOR" ? needsReboot : "No"),
  };
}

const reboots = oneOfEachKind(["Automatic", "No", "Yes"] as const, () => "alike");

describe("a power cut on the way out", () => {
  for (const needsReboot of reboots) {
    it(`strands nobody who can go back, where the motor answers ${needsReboot} to NeedsArtifactReboot`, () => {
      const first = planned(motorAppSafety);
      const missed: string[] = [];
      const machine = recorded(first, (records) => {
        const way = missedWay(records);
        if (way !== null) missed.push(way.join(" > "));
      });
      const found = explore(
        first,
        answersOf(motorAppSafety, needsReboot),
        { faults: 2, limit: 1_000_000 },
        machine,
      );
      expect(found.givenUp).toBeNull();
      expect(missed).toEqual([]);
      expect(found.ends.filter(({ isUntrue }) => isUntrue)).toEqual([]);
      expect(found.forbidden).toEqual([]);
      // Without supplies nothing can be installed on a way out.
      const stranded = found.ends.filter(
        ({ outcome, world, faults }) =>
          outcome === "inconsistent" &&
          world[2] !== null &&
          !faults.some((fault) => fault.endsWith("the supply is gone")),
      );
      expect(stranded.map(({ world, faults }) => [world.join(), ...faults])).toEqual([]);
    });
  }
});

describe("a Component that is installed and cannot go back", () => {
  const spec: SystemSpec = {
    boards: [
      { id: "A", type: "gateway", group: 0, supportsRollback: "No", declaredRollback: false },
      { id: "B", type: "rtos", group: 1 },
    ],
    constrained: true,
  };

  for (const answer of ["gateway-v1", "gateway-v1->gateway-v2", "?"]) {
    it(`counts as new, although it tells ${answer} until it is committed`, () => {
      const boards = new Boards(spec, (round, id, nth) => {
        if (round === "ObserveStuck" && id === "A") return { answer };
        return round === "ArtifactCommit" && id === "B" && nth === 1 ? exited(1) : "ok";
      });
      const { deployment } = drive(beginOf(spec), boards);
      expect(deployment.ended?.outcome).toBe("failed-elsewhere");
      expect([...boards.versions.values()]).toEqual(["gateway-v2", "rtos-v2"]);
    });
  }

  it("counts as new after a power cut, too, unless it tells the old version", () => {
    const boards = new Boards(spec, (round, id, nth) => {
      const isLook = round === "ObserveStuck" || round === "ObserveInterrupted";
      if (isLook && id === "A") return { answer: "gateway-v1->gateway-v2" };
      if (round === "ArtifactCommit" && id === "B" && nth === 1) return exited(1);
      const isCut = round === "ArtifactInstall" && id === "B" && nth === 2;
      return isCut ? { cut: "while-running" } : "ok";
    });
    const cut = drive(beginOf(spec), boards);
    const { deployment } = drive(cut, boards, { rebooted: true });
    expect(deployment.ended?.outcome).toBe("failed-elsewhere");
    expect([...boards.versions.values()]).toEqual(["gateway-v2", "rtos-v2"]);
  });
});

describe("a way out that the node limit leaves undecided", () => {
  const first: Begin = { ...hubAhead, nodeLimit: 1 };
  const spec: SystemSpec = {
    boards: first.components.map(({ id, componentType: type }) => ({ id, type, group: 0 })),
  };
  const failing = () =>
    new Boards(spec, (round, id) =>
      (round === "ArtifactInstall" && id === "A") || (round === "ArtifactRollback" && id === "HUB")
        ? exited(1)
        : "ok",
    );

  it("ends as inconsistent, and says that there may be one, and what to do", () => {
    const { deployment, records } = drive(first, failing());
    expect(records.filter(({ type }) => type === "replanned")).toEqual([
      { type: "replanned", isUndecided: true, groups: null },
    ]);
    const end = ending(deployment);
    if (end === null) throw new Error("it has ended");
    expect(end).toMatchObject({ outcome: "inconsistent", wayOutUndecidedAt: 1 });
    expect(outcomeSentence(end)).toBe(
      "Failed, INCONSISTENT: HUB is in an unknown or unacceptable state. Whether there is a way out was not decided within 1 search nodes.",
    );
    expect(outcomeHint(end)).toBe(
      'Set "PlannerNodeLimit" to more than 1 in the configuration and install again: the plan is then made from where the System is.',
    );
  });

  it("is not told so where an earlier build wrote down no more than that it found none", () => {
    const { records } = drive(first, failing());
    const earlier = records.map((record) =>
      record.type === "replanned" ? { type: record.type, groups: record.groups } : record,
    );
    const replayed = replay(earlier.map((record) => JournalRecord.parse(record)));
    if (replayed === null) throw new Error("it has begun");
    expect(ending(replayed)).toMatchObject({ outcome: "inconsistent", wayOutUndecidedAt: null });
  });
});
