import { describe, expect, it } from "vitest";
import { decide } from "../../../src/deployment/decide.ts";
import type { Deployment } from "../../../src/deployment/deployment.ts";
import { evolve } from "../../../src/deployment/evolve.ts";
import type { JournalRecord } from "../../../src/deployment/records.ts";
import type { RoundName } from "../../../src/deployment/program.ts";
import type { Plan } from "../../../src/planner/plan.ts";
import { explore } from "../../../src/simulate/explore.ts";
import type { Answers, Machine } from "../../../src/simulate/situation.ts";
import { gateway, seedBegin, type SeedSpec } from "../../support/seed-begin.ts";

const limit = 1_000_000;

function answersOf(spec: SeedSpec = {}, needsReboot: "No" | "Automatic" | "Yes" = "No"): Answers {
  return {
    supportsRollback: (component) =>
      (spec.withoutRollback ?? []).includes(component) ? "No" : "Yes",
    needsReboot: (component) => (component === gateway ? needsReboot : "No"),
  };
}

describe("the seed's System", () => {
  for (const needsReboot of ["No", "Automatic", "Yes"] as const) {
    it(`ends acceptable after any two faults, the gateway answering ${needsReboot} to NeedsArtifactReboot`, () => {
      const found = explore(seedBegin(), answersOf({}, needsReboot), { faults: 2, limit });
      expect(found.isComplete).toBe(true);
      expect(found.ends.filter((end) => end.isUntrue)).toEqual([]);
      expect(found.forbidden).toEqual([]);
      expect([...new Set(found.ends.map((end) => end.outcome))].toSorted()).toEqual([
        "failed-rolled-back",
        "failed-unchanged",
        "success",
      ]);
    });
  }

  it("shows the shortest way into the end that a board without rollback risks", () => {
    const spec: SeedSpec = { withoutRollback: ["R998"] };
    const found = explore(seedBegin(spec), answersOf(spec), { faults: 1, limit });
    const bad = found.ends.filter((end) => end.outcome === "inconsistent");
    expect(bad.map(({ inconsistent, world, faults }) => ({ inconsistent, world, faults }))).toEqual(
      [
        {
          inconsistent: ["G13", "R456", "R998"],
          world: ["gateway-v2", "rtos-v2", "?"],
          faults: [expect.stringMatching(/ArtifactInstall.* half-way$/)],
        },
      ],
    );
    expect(found.ends.filter((end) => end.isUntrue)).toEqual([]);
    expect(found.forbidden).toEqual([]);
  });

  it("gives up at the limit and says so", () => {
    const found = explore(seedBegin(), answersOf(), { faults: 2, limit: 500 });
    expect(found.isComplete).toBe(false);
  });
});

/** Bugs in the machine, each as what it would make of a record. */
const bugs: readonly { readonly bug: string; readonly change: Change; readonly spec?: SeedSpec }[] =
  [
    { bug: "takes a failed ArtifactInstall for a good one", change: passOver("ArtifactInstall") },
    { bug: "takes a failed ArtifactRollback for a good one", change: passOver("ArtifactRollback") },
    {
      bug: "takes an interrupted state for one that ended well",
      change: (record, before) =>
        record.type === "run" && before.open !== null ? "complete" : record,
    },
    {
      bug: "believes at the end what it wants to be there",
      change: (record, before) =>
        record.type === "outcome" && before.open?.intent.round === "ConfirmEnd"
          ? { ...record, failure: null, answer: versionIn(before, record.component) }
          : record,
      spec: { withoutRollback: ["R998"] },
    },
    {
      bug: "does not see that the host rebooted",
      change: (record, before) =>
        record.type === "run" && before.open?.intent.round.startsWith("Host") !== true
          ? { ...record, bootId: before.run.bootId }
          : record,
    },
  ];

type Change = (record: JournalRecord, before: Deployment) => JournalRecord | "complete";

function passOver(round: RoundName): Change {
  return (record, before) =>
    record.type === "outcome" && before.open?.intent.round === round
      ? { ...record, failure: null }
      : record;
}

function versionIn(deployment: Deployment, component: string): string | null {
  return deployment.members.find(({ id }) => id === component)?.version ?? null;
}

function machineWith(change: Change): Machine {
  return {
    decide,
    evolve: (deployment, record) => {
      const changed = change(record, deployment);
      if (changed !== "complete") return evolve(deployment, changed);
      const completed = (deployment.open?.waiting ?? []).reduce(
        (folded, component) =>
          evolve(folded, {
            type: "outcome",
            at: "1970-01-01T00:00:00.000Z",
            component,
            failure: null,
            answer: versionIn(folded, component),
            elapsedMs: 0,
          }),
        deployment,
      );
      return evolve(completed, record);
    },
  };
}

function swapGroups(plan: Plan): Plan {
  return {
    ...plan,
    stages: plan.stages.map((stage) => ({ ...stage, groups: stage.groups.toReversed() })),
  };
}

function mergeGroups(plan: Plan): Plan {
  return {
    ...plan,
    stages: plan.stages.map((stage) => ({ ...stage, groups: [stage.groups.flat()] })),
  };
}

describe("a bug is found by exploring", () => {
  for (const { bug, change, spec } of bugs) {
    it(`in a machine that ${bug}`, () => {
      const found = explore(
        seedBegin(spec),
        answersOf(spec, "Automatic"),
        { faults: 2, limit },
        machineWith(change),
      );
      const isFound = found.ends.some((end) => end.isUntrue) || found.forbidden.length > 0;
      expect(isFound).toBe(true);
    });
  }

  for (const replan of [swapGroups, mergeGroups]) {
    it(`in a planner that would ${replan.name}`, () => {
      const found = explore(seedBegin({ replan }), answersOf(), { faults: 1, limit });
      expect(found.forbidden.map(({ world }) => world)).toContainEqual([
        "gateway-v1",
        "rtos-v2",
        "rtos-v1",
      ]);
    });
  }
});

describe("boards that cannot roll back", () => {
  const outcomes = (spec: SeedSpec, needsReboot: "No" | "Automatic") => {
    const found = explore(seedBegin(spec), answersOf(spec, needsReboot), { faults: 1, limit });
    expect(found.ends.filter((end) => end.isUntrue)).toEqual([]);
    expect(found.forbidden).toEqual([]);
    return found.ends
      .filter((end) => end.outcome === "inconsistent")
      .map(({ inconsistent, world }) => `${inconsistent.join()} in ${world.join()}`);
  };

  it("leave the System inconsistent only where one was left half-way, even if the boot loader drops the gateway", () => {
    for (const withoutRollback of [["R456"], ["R998"]]) {
      const told = outcomes({ withoutRollback }, "Automatic");
      expect(told.filter((end) => !end.includes("?"))).toEqual([]);
    }
  });

  it("are installed once more where one is new already and the other one failed and is old", () => {
    const told = outcomes({ withoutRollback: ["R456", "R998"] }, "No");
    expect(told.filter((end) => !end.includes("?"))).toEqual([]);
  });
});
