import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ComponentId } from "../../src/core/ids.ts";
import { decide } from "../../src/deployment/decide.ts";
import { evolve, replay } from "../../src/deployment/evolve.ts";
import { ending } from "../../src/deployment/verdict.ts";
import { syntheticBegin } from "../../src/deployment/synthetic-begin.ts";
import type { RoundName } from "../../src/deployment/rounds.ts";
import { type Begin, JournalRecord } from "../../src/deployment/records.ts";
import type { System } from "../../src/manifest/system.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { groundingOf } from "../../src/planner/constraints/grounding.ts";
import { startingIn } from "../../src/planner/constraints/state-acceptance.ts";
import { passage } from "../../src/simulate/passage.ts";
import type { Effect, World } from "../../src/simulate/world.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { type Kill, runWithKills } from "../support/kills.ts";
import { missedWay } from "../support/known-way.ts";
import { oracle } from "../support/planner-brute-force.ts";
import { needless } from "../support/needless.ts";
import { possibleSystem } from "../support/possible-system.ts";
import { inTier } from "../support/tier.ts";

/**
 * The real machine over a journal in memory, where Components cannot go back, rollbacks fail, and the process is killed
 * besides: ways out are planned, and it ends wherever it can.
 */

/** What a Component is declared to do, and does. */
type Return = "goes back" | "declared that it does not" | "answers No unexpectedly";

/** The calls of a round by one Component that fail: from the nth on, so many of them. */
interface Fault {
  readonly round: RoundName;
  readonly component: number;
  readonly from: number;
  readonly times: number;
  readonly effect: Effect;
}

interface Given {
  /** Of the System. */
  readonly seed: number;
  readonly returns: readonly Return[];
  readonly faults: readonly Fault[];
  readonly kills: readonly Kill[];
  readonly policy: "rollback" | "retry" | "observe";
  /** The calls of a round run beside each other. */
  readonly isAtOnce: boolean;
}

const effect = fc.constantFrom<Effect>("none", "half", "done");

const fault = (...rounds: readonly RoundName[]): fc.Arbitrary<Fault> =>
  fc.record({
    round: fc.constantFrom(...rounds),
    component: fc.nat({ max: 3 }),
    from: fc.constantFrom(1, 1, 2),
    times: fc.constantFrom(1, 3, 5),
    effect,
  });

/** One that starts the way back, and those that trouble it. */
const faults = fc
  .tuple(
    fault("ArtifactInstall", "ArtifactVerifyReboot", "ArtifactCommit", "ArtifactCommit"),
    fc.array(fault("ArtifactRollback"), { maxLength: 2 }),
    fc.array(fault("ArtifactInstall", "ArtifactCommit", "ArtifactFailure", "Cleanup"), {
      maxLength: 1,
    }),
    fc.array(fault("ArtifactVerifyRollbackReboot", "ObserveStuck", "ConfirmEnd"), { maxLength: 2 }),
  )
  .map(([first, ...others]) => [first, ...others.flat()]);

const given: fc.Arbitrary<Given> = fc.record({
  seed: fc.nat(),
  returns: fc.array(
    fc.constantFrom<Return>(
      "goes back",
      "goes back",
      "declared that it does not",
      "answers No unexpectedly",
    ),
    { minLength: 4, maxLength: 4 },
  ),
  faults,
  kills: fc.array(
    fc.record({
      after: fc.nat({ max: 60 }),
      isWritten: fc.boolean(),
      isRebooted: fc.boolean(),
      isDropped: fc.boolean(),
      effect,
    }),
    { maxLength: 3 },
  ),
  policy: fc.constantFrom("rollback" as const, "retry" as const, "observe" as const),
  isAtOnce: fc.boolean(),
});

function declared(system: System, returns: readonly Return[]): System {
  const components = system.components.map((each, index) => ({
    ...each,
    supportsRollback: returns[index] !== "declared that it does not",
  }));
  return { ...system, components };
}

/** Null where there is nothing to do, or no way to do it. */
function planned({ seed, returns, policy }: Given) {
  const system = declared(possibleSystem(seed), returns);
  const answer = findPlan(system);
  const first =
    answer.kind === "plan" && answer.plan.stages.length > 0
      ? syntheticBegin(system, answer.plan, { policy: () => policy })
      : null;
  return { system, first };
}

function troubled(one: Given) {
  const { system, first } = planned(one);
  fc.pre(first !== null);
  if (first === null) throw new Error("no plan");
  return run(one, system, first);
}

function run(
  { returns, faults: wrong, kills, isAtOnce, policy }: Given,
  system: System,
  first: Begin,
) {
  const indexOf = (id: ComponentId) => system.components.findIndex((each) => each.id === id);
  const killing = runWithKills(first, kills, isAtOnce, {
    supportsRollback: (id) => (returns[indexOf(id)] === "goes back" ? "Yes" : "No"),
    failsWith: (round, id, nth) =>
      wrong.find(
        (one) =>
          one.round === round &&
          one.component === indexOf(id) &&
          one.from <= nth &&
          nth < one.from + one.times,
      )?.effect ?? null,
    // Who is declared to be taken up after a reboot is not dropped by it.
    areBoardsDroppable: policy === "rollback",
  });
  return { system, killing };
}

function check(what: (found: ReturnType<typeof troubled>) => void): void {
  fc.assert(
    fc.property(given, (one) => {
      what(troubled(one));
    }),
    fuzzing(150),
  );
}

describe("a deployment with Components that cannot go back, rollbacks that fail, and kills", () => {
  it(
    "says of the end what is true, and names whatever is left half-way or in no acceptable end state",
    () => {
      check(({ system, killing: { deployment, world } }) => {
        const { ended } = deployment;
        const start = versionsAt(system, "start");
        switch (ended?.outcome) {
          case "success":
            expect(world).toEqual(versionsAt(system, "target"));
            break;
          case "failed-unchanged":
          case "failed-rolled-back":
            expect(world).toEqual(start);
            break;
          case "failed-elsewhere":
            expect(endName(system, world)).not.toBeNull();
            break;
          default: {
            expect(ended?.outcome).toBe("inconsistent");
            const named = ended?.inconsistent ?? [];
            const halfWay = system.components.filter((_, index) => world[index] === null);
            expect(named.length).toBeGreaterThan(0);
            expect(named).toEqual(expect.arrayContaining(halfWay.map(({ id }) => id)));
            const lost = deployment.members.filter(
              ({ version, inconsistent }) => version === null || inconsistent,
            );
            const uncommitted = ending(deployment)?.uncommitted ?? [];
            const must = [...lost.map(({ id }) => id), ...uncommitted];
            expect(needless(system, world, must, named)).toBeNull();
          }
        }
      });
    },
    fuzzingTimeout(),
  );

  it(
    "ends inconsistent only where, from what was known, no way existed",
    () => {
      check(({ killing: { records } }) => {
        expect(missedWay(records)).toBeNull();
      });
    },
    fuzzingTimeout(),
  );

  it(
    "brings about nothing that the tables forbid",
    () => {
      check(({ system, killing: { steps } }) => {
        const isForbidden = passage(system, groundingOf(system));
        const wrong = steps.filter(({ since, from, to }) => {
          // What stands where a way begins is no reason to refuse what it passes.
          const { isAcceptable } = oracle(startingIn(system, indicesIn(system, since)));
          const accepts = (world: World) => isAcceptable(indicesIn(system, world));
          return isForbidden(from, to) || (accepts(from) && !accepts(to));
        });
        expect(wrong).toEqual([]);
      });
    },
    fuzzingTimeout(),
  );

  it(
    "is told again by its journal, record by record, and can be taken up from each of them",
    () => {
      check(({ killing: { records, prefixes, run, deployment } }) => {
        const read = JournalRecord.array().parse(JSON.parse(JSON.stringify(records)));
        expect(replay(read)).toEqual(deployment);
        for (const [index, prefix] of prefixes.entries()) {
          expect(replay(records.slice(0, index + 2))).toEqual(prefix);
          for (const bootId of [prefix.run.bootId, "another"]) {
            const taken = evolve(prefix, { ...run, verb: "resume", bootId });
            expect(taken.open).toBeNull();
            expect(decide(taken).kind).toMatch(/^(?:round|reboot-host|replan|end|none)$/);
          }
        }
      });
    },
    fuzzingTimeout(),
  );
});

it("takes ways out often enough to tell something of them", () => {
  const taken = fc.sample(given, { seed: 2, numRuns: inTier(1000, 4000) }).flatMap((one) => {
    const { system, first } = planned(one);
    if (first === null) return [];
    const { deployment, records } = run(one, system, first).killing;
    const isOut = records.some((record) => record.type === "replanned" && record.groups !== null);
    return isOut ? [deployment.ended?.outcome] : [];
  });
  expect(taken.length).toBeGreaterThan(30);
  expect(new Set(taken)).toEqual(
    new Set(["failed-elsewhere", "failed-rolled-back", "inconsistent"]),
  );
});

function versionsAt(system: System, at: "start" | "target"): World {
  return system.components.map(({ type: index, start }) => {
    const type = system.types[index];
    return type?.versions[at === "start" ? start : type.target] ?? null;
  });
}

function endName(system: System, world: World): string | null {
  return world.includes(null) ? null : oracle(system).endName(indicesIn(system, world));
}

function indicesIn(system: System, world: World): readonly number[] {
  return world.map((version, index) => {
    const type = system.types[system.components[index]?.type ?? -1];
    return type?.versions.findIndex((known) => known === version) ?? -1;
  });
}
