import { describe, expect, it } from "vitest";
import { shownVersion } from "../../../src/core/ids.ts";
import { decide } from "../../../src/deployment/decide.ts";
import type { Deployment } from "../../../src/deployment/deployment.ts";
import { evolve } from "../../../src/deployment/evolve.ts";
import type { JournalRecord } from "../../../src/deployment/records.ts";
import type { RoundName } from "../../../src/deployment/rounds.ts";
import type { Plan } from "../../../src/planner/model/plan.ts";
import type { End } from "../../../src/simulate/ends.ts";
import { explore } from "../../../src/simulate/explore.ts";
import type { Answers, Machine } from "../../../src/simulate/situation.ts";
import { gateway, seedBegin, type SeedSpec } from "../../support/seed-begin.ts";
import { inTier, oneOfEachKind } from "../../support/tier.ts";

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
    it(`ends acceptable after any faults, the gateway answering ${needsReboot} to NeedsArtifactReboot`, () => {
      const found = explore(seedBegin(), answersOf({}, needsReboot), {
        faults: needsReboot === "Automatic" ? 2 : inTier(1, 2),
        limit,
      });
      expect(found.givenUp).toBeNull();
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
          inconsistent: ["R998"],
          world: ["gateway-v2", "rtos-v2", null],
          faults: [expect.stringMatching(/ArtifactInstall.* half-way$/)],
        },
      ],
    );
    expect(found.ends.filter((end) => end.isUntrue)).toEqual([]);
    expect(found.forbidden).toEqual([]);
  });

  it("gives up at the limit and says so", () => {
    const found = explore(seedBegin(), answersOf(), { faults: 2, limit: 500 });
    expect(found.givenUp).toBe("situations");
  });
});

interface Bug {
  readonly bug: string;
  /** What it would make of a record. */
  readonly change?: Change;
  /** What it would take for done as soon as it is begun, but for the first Component. */
  readonly shortens?: RoundName;
  /** What it would do. */
  readonly decide?: typeof decide;
  readonly spec?: SeedSpec;
  /** An Interface without which it would not show. */
  readonly lies?: Answers["lies"];
}

const firm: SeedSpec = { withoutRollback: ["R998"] };

/** Bugs in the machine. */
const bugs: readonly Bug[] = [
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
    lies: (component, round) => component === gateway && round === "ArtifactInstall",
  },
  {
    bug: "does not see that the host rebooted",
    change: (record, before) =>
      record.type === "run" && before.open?.intent.round.startsWith("Host") !== true
        ? { ...record, bootId: before.run.bootId }
        : record,
  },
  {
    bug: "takes a Component that cannot go back for one that did",
    change: observing((before, id) => stepIn(before, id)?.from ?? null),
    spec: firm,
  },
  {
    bug: "takes a Component that was left half-way for an installed one",
    change: observing((before, id) => stepIn(before, id)?.to ?? null),
    spec: firm,
  },
  {
    bug: "says rolled back where it should say inconsistent",
    change: ending("inconsistent", (ended) => ({ ...ended, outcome: "failed-rolled-back" })),
    spec: firm,
  },
  {
    bug: "says elsewhere where it should say inconsistent",
    change: ending("inconsistent", (ended) => ({ ...ended, outcome: "failed-elsewhere" })),
    spec: firm,
  },
  {
    bug: "names no Component at fault",
    change: ending("inconsistent", (ended) => ({ ...ended, inconsistent: [] })),
    spec: firm,
  },
  {
    bug: "names the wrong Component at fault",
    change: ending("inconsistent", (ended) => ({ ...ended, inconsistent: [gateway] })),
    spec: firm,
  },
  {
    bug: "says success where it was rolled back",
    change: ending("failed-rolled-back", (ended) => ({ ...ended, outcome: "success" })),
  },
  {
    bug: "says unchanged where it went on to another end state",
    change: ending("failed-elsewhere", (ended) => ({ ...ended, outcome: "failed-unchanged" })),
    spec: firm,
  },
  {
    bug: "ends before the last group",
    decide: (deployment) => {
      const action = decide(deployment);
      const isLast = action.kind === "round" && action.group === 1;
      return isLast ? { kind: "end", outcome: "success", inconsistent: [] } : action;
    },
  },
  {
    bug: "ends instead of rolling back",
    decide: (deployment) =>
      deployment.direction === "back" && deployment.ended === null
        ? { kind: "end", outcome: "failed-rolled-back", inconsistent: [] }
        : decide(deployment),
  },
  {
    bug: "takes an interrupted ArtifactInstall for one that ended well",
    change: completing("ArtifactInstall"),
  },
  {
    bug: "takes an interrupted ArtifactRollback for one that ended well",
    change: completing("ArtifactRollback"),
  },
  {
    bug: "takes a state that is to be made once more for one that ended well",
    change: completing("ArtifactInstall"),
    spec: { onInterrupt: "retry" },
  },
  {
    bug: "believes that an interrupted state was done without being told so",
    change: (record, before) =>
      record.type === "outcome" && before.open?.intent.round === "ObserveInterrupted"
        ? { ...record, answer: stepIn(before, record.component)?.to ?? null }
        : record,
    spec: { onInterrupt: "observe" },
  },
  { bug: "installs the first Component of a group only", shortens: "ArtifactInstall" },
  { bug: "undoes the first Component of a group only", shortens: "ArtifactRollback" },
  {
    bug: "says success where nothing was changed",
    change: ending("failed-unchanged", (ended) => ({ ...ended, outcome: "success" })),
  },
  {
    bug: "says success where it should say inconsistent",
    change: ending("inconsistent", (ended) => ({
      ...ended,
      outcome: "success",
      inconsistent: [],
    })),
    spec: firm,
  },
  {
    bug: "says rolled back where everything is new",
    change: ending("success", (ended) => ({ ...ended, outcome: "failed-rolled-back" })),
  },
  {
    bug: "says inconsistent where everything is old",
    change: ending("failed-rolled-back", (ended) => ({
      ...ended,
      outcome: "inconsistent",
      inconsistent: [gateway],
    })),
  },
  {
    bug: "ends after a rollback that failed",
    decide: (deployment) => {
      const hasFailed = deployment.members.some(({ failures }) => failures.ArtifactRollback === 1);
      const isOver = deployment.ended === null && deployment.direction === "back" && hasFailed;
      return isOver
        ? { kind: "end", outcome: "failed-rolled-back", inconsistent: [] }
        : decide(deployment);
    },
  },
  {
    bug: "does not look at the end whether all is as it should be",
    decide: (deployment) => {
      const action = decide(deployment);
      const isLook = action.kind === "round" && action.round === "ConfirmEnd";
      return isLook ? { kind: "end", outcome: "success", inconsistent: [] } : action;
    },
    lies: (component, round) => component === gateway && round === "ArtifactInstall",
  },
  {
    bug: "finds no way out where there is one",
    change: replanning(() => null),
    spec: firm,
  },
  {
    bug: "goes the way out from its end",
    change: replanning((groups) => groups?.toReversed() ?? null),
    spec: { withoutRollback: ["R456"] },
  },
  {
    bug: "leaves out the last group of the way out",
    change: replanning((groups) => groups?.slice(0, -1) ?? null),
    spec: firm,
  },
  {
    bug: "plans the way out without asking what there is",
    decide: (deployment) => {
      const action = decide(deployment);
      const isAsking = action.kind === "round" && action.round === "ObserveStuck";
      return isAsking ? { kind: "replan" } : action;
    },
    spec: firm,
  },
];

type Ended = Extract<JournalRecord, { type: "ended" }>;

function ending(outcome: Ended["outcome"], changed: (record: Ended) => Ended): Change {
  return (record) =>
    record.type === "ended" && record.outcome === outcome ? changed(record) : record;
}

function completing(round: RoundName): Change {
  return (record, before) =>
    record.type === "run" && before.open?.intent.round === round ? "complete" : record;
}

type Groups = Extract<JournalRecord, { type: "replanned" }>["groups"];

function replanning(changed: (groups: Groups) => Groups): Change {
  return (record) =>
    record.type === "replanned" ? { ...record, groups: changed(record.groups) } : record;
}

function observing(told: (before: Deployment, component: string) => string | null): Change {
  return (record, before) =>
    record.type === "outcome" && before.open?.intent.round === "ObserveStuck"
      ? { ...record, answer: told(before, record.component) }
      : record;
}

function stepIn(deployment: Deployment, component: string) {
  return deployment.members.find(({ id }) => id === component)?.step ?? null;
}

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

function machineWith(bug: Bug): Machine {
  const { change = (record) => record, decide: decided = decide, shortens } = bug;
  return {
    decide: decided,
    evolve: (deployment, record) => {
      const changed = change(record, deployment);
      if (changed === "complete") return evolve(completed(deployment), record);
      const after = evolve(deployment, changed);
      const isShort = record.type === "intent" && record.round === shortens;
      return isShort ? completed(after, record.components.slice(1)) : after;
    },
  };
}

/** As if those that are waited for had ended well. */
function completed(
  deployment: Deployment,
  components = deployment.open?.waiting ?? [],
): Deployment {
  return components.reduce(
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
  // What goes wrong on the way back shows after two faults only, and takes as long as all others together.
  const kindOf = ({ bug }: Bug) => (/ArtifactRollback|rollback that/.test(bug) ? "way back" : bug);

  for (const bug of oneOfEachKind(bugs, kindOf)) {
    it(`in a machine that ${bug.bug}`, () => {
      // One fault shows most of them, and is soon tried.
      expect([1, 2].some((faults) => isFound(bug, faults))).toBe(true);
    });
  }

  const told = (end: End) => `${end.outcome} ${end.inconsistent.join()} ${end.world.join()}`;

  function isFound(bug: Bug, faults: number): boolean {
    const explored = (machine?: Machine) =>
      explore(
        seedBegin(bug.spec),
        { ...answersOf(bug.spec, "Automatic"), ...(bug.lies && { lies: bug.lies }) },
        { faults, limit },
        machine,
      );
    const { ends, forbidden } = explored(machineWith(bug));
    if (ends.some((end) => end.isUntrue) || forbidden.length > 0) return true;
    // Or it is inconsistent where the machine as it is never ends.
    const inconsistent = ends.filter(({ outcome }) => outcome === "inconsistent").map(told);
    if (inconsistent.length === 0) return false;
    const known = new Set(explored().ends.map(told));
    return inconsistent.some((end) => !known.has(end));
  }

  it("and in the machine as it is there is none, even where an Interface lies", () => {
    const lies = (component: string, round: string) =>
      component === gateway && round === "ArtifactInstall";
    const answers = { ...answersOf({}, "Automatic"), lies };
    const { ends } = explore(seedBegin(), answers, { faults: 1, limit });
    expect(ends.filter((end) => end.isUntrue)).toEqual([]);
    expect(ends.find((end) => end.faults.length === 0)).toMatchObject({
      outcome: "inconsistent",
      inconsistent: ["G13"],
    });
  });

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
      .map(
        ({ inconsistent, world }) => `${inconsistent.join()} in ${world.map(shownVersion).join()}`,
      );
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
