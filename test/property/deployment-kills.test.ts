import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ComponentId } from "../../src/core/ids.ts";
import { decide } from "../../src/deployment/decide.ts";
import { evolve } from "../../src/deployment/evolve.ts";
import { syntheticBegin } from "../../src/deployment/synthetic-begin.ts";
import type { JournalRecord } from "../../src/deployment/records.ts";
import type { System } from "../../src/manifest/system.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import type { World } from "../../src/simulate/world.ts";
import { withAskedFacts } from "../support/asked-facts.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { type Kill, type Killing, runWithKills } from "../support/kills.ts";
import { oracle } from "../support/planner-brute-force.ts";
import { randomSystem } from "../support/planner-random.ts";

/** The real machine over a journal in memory, killed at any records up to four times in a row; all else goes well. */

const kill: fc.Arbitrary<Kill> = fc.record({
  after: fc.nat({ max: 90 }),
  isWritten: fc.boolean(),
  isRebooted: fc.boolean(),
  isDropped: fc.boolean(),
  effect: fc.constantFrom("none", "half", "done"),
});

interface Given {
  /** Of the System. */
  readonly seed: number;
  readonly kills: readonly Kill[];
  readonly policy: "rollback" | "retry" | "observe";
  /** The calls of a round run beside each other. */
  readonly isAtOnce: boolean;
}

const given: fc.Arbitrary<Given> = fc.record({
  seed: fc.nat(),
  kills: fc.array(kill, { minLength: 1, maxLength: 4 }),
  policy: fc.constantFrom("rollback" as const, "retry" as const, "observe" as const),
  isAtOnce: fc.boolean(),
});

/** Where each Component can be taken back, a kill must never leave anything half-way. */
function undoable(system: System): System {
  const components = system.components.map((each) => ({ ...each, supportsRollback: true }));
  return { ...system, components };
}

function killed({ seed, kills, policy, isAtOnce }: Given) {
  const system = undoable(withAskedFacts(randomSystem(seed), seed));
  const answer = findPlan(system);
  fc.pre(answer.kind === "plan" && answer.plan.stages.length > 0);
  if (answer.kind !== "plan") throw new Error("no plan");
  const first = syntheticBegin(system, answer.plan, { policy: () => policy });
  return { system, first, policy, killing: runWithKills(first, kills, isAtOnce) };
}

function check(what: (found: ReturnType<typeof killed>) => void): void {
  fc.assert(
    fc.property(given, (one) => {
      what(killed(one));
    }),
    fuzzing(120),
  );
}

describe("a deployment that is killed at any records, up to four times", () => {
  it(
    "ends all new or where its stage began, and passes nothing that the tables forbid",
    () => {
      check(({ system, killing: { deployment, world, steps } }) => {
        const { isAcceptable } = oracle(system);
        const version = (index: number, at: "start" | "target") => {
          const component = system.components[index];
          const type = system.types[component?.type ?? -1];
          return type?.versions[(at === "start" ? component?.start : type.target) ?? -1];
        };
        const outcome = deployment.ended?.outcome;
        if (outcome === "success") {
          expect(world).toEqual(world.map((_, index) => version(index, "target")));
        } else if (outcome !== "failed-elsewhere" || deployment.stage === 0) {
          expect(["failed-unchanged", "failed-rolled-back"]).toContain(outcome);
          expect(world).toEqual(world.map((_, index) => version(index, "start")));
        }
        const passed = steps.map(({ to }) => to);
        expect(passed.filter((state) => !isAcceptable(indicesIn(system, state)))).toEqual([]);
      });
    },
    fuzzingTimeout(),
  );

  it(
    "can be taken up from every prefix of its journal, in the same boot and in another one",
    () => {
      check(({ killing: { prefixes, run } }) => {
        for (const prefix of prefixes) {
          for (const bootId of [prefix.run.bootId, "another"]) {
            const taken = evolve(prefix, { ...run, verb: "resume", bootId });
            expect(taken.open).toBeNull();
            expect(decide(taken).kind).toMatch(/^(?:round|reboot-host|end|none)$/);
          }
        }
      });
    },
    fuzzingTimeout(),
  );

  it(
    "installs no group before the same run has asked what runs, and nothing twice unless that is declared",
    () => {
      check(({ system, policy, killing }) => {
        expect(installedUnasked(killing)).toEqual([]);
        expect(installedUnread(system, killing)).toEqual([]);
        if (policy !== "rollback") return;
        const once = killing.calls.filter(({ round }) =>
          /^Artifact(?:Install|Commit)$/.test(round),
        );
        const told = once.map(({ round, stage, component }) => `${round} ${stage} ${component}`);
        expect(told).toEqual([...new Set(told)]);
      });
    },
    fuzzingTimeout(),
  );
});

function indicesIn(system: System, world: World): readonly number[] {
  return world.map((version, index) => {
    const type = system.types[system.components[index]?.type ?? -1];
    return type?.versions.findIndex((known) => known === version) ?? -1;
  });
}

/**
 * The groups whose ArtifactInstall was begun by a run that had neither made the plan nor asked since its last install.
 */
function installedUnasked({ records }: Killing): readonly string[] {
  const unasked: string[] = [];
  const begun = new Set<ComponentId>();
  let hasAsked = true;
  for (const record of records.slice(2)) {
    if (record.type === "run") hasAsked = false;
    if (record.type !== "intent") continue;
    if (record.round === "ExpectOld") hasAsked = true;
    if (record.round === "Cleanup") begun.clear();
    if (record.round !== "ArtifactInstall") continue;
    // What was interrupted and is declared to be made once more may tell anything.
    if (!hasAsked && !record.components.every((id) => begun.has(id))) unasked.push(told(record));
    for (const id of record.components) begun.add(id);
    hasAsked = false;
  }
  return unasked;
}

/** The groups that were begun by a run that had not read, since its last install, the facts of all that was not. */
function installedUnread({ components }: System, { records }: Killing): readonly string[] {
  const unread: string[] = [];
  const begun = new Set<ComponentId>();
  const read = new Set<ComponentId>();
  for (const record of records.slice(2)) {
    if (record.type === "run") read.clear();
    if (record.type !== "intent") continue;
    if (record.round === "ExpectFacts") for (const id of record.components) read.add(id);
    if (record.round === "Cleanup") begun.clear();
    if (record.round !== "ArtifactInstall") continue;
    const isDue = components.some(
      ({ id, facts }) => facts !== undefined && !begun.has(id) && !read.has(id),
    );
    if (isDue) unread.push(told(record));
    for (const id of record.components) begun.add(id);
    read.clear();
  }
  return unread;
}

function told(record: Extract<JournalRecord, { type: "intent" }>): string {
  return `${record.round} ${record.group} of ${record.components.join()}`;
}
