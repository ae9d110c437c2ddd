import fc from "fast-check";
import { expect, test } from "vitest";
import { syntheticBegin } from "../../src/deployment/synthetic-begin.ts";
import type { JournalRecord } from "../../src/deployment/records.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { type Kill, runWithKills } from "../support/kills.ts";
import { randomSystem } from "../support/planner-random.ts";

/** The real machine over a journal in memory: Cleanups fail, and it is killed at any records. */

const kill: fc.Arbitrary<Kill> = fc.record({
  after: fc.nat({ max: 90 }),
  isWritten: fc.boolean(),
  isRebooted: fc.boolean(),
  isDropped: fc.boolean(),
  effect: fc.constantFrom("none", "half", "done"),
});

const given = fc.record({
  seed: fc.nat(),
  kills: fc.array(kill, { maxLength: 4 }),
  /** Which Cleanups fail, by their number and Component. */
  fails: fc.array(fc.boolean(), { minLength: 7, maxLength: 13 }),
  isAtOnce: fc.boolean(),
});

test(
  "who owes a Cleanup at the end is who was called last without ending well; nobody is called too often",
  () => {
    fc.assert(
      fc.property(given, ({ seed, kills, fails, isAtOnce }) => {
        const system = randomSystem(seed);
        const answer = findPlan(system);
        fc.pre(answer.kind === "plan" && answer.plan.stages.length > 0);
        if (answer.kind !== "plan") return;
        const order = new Map(system.components.map(({ id }, index) => [id, index]));
        const { records, deployment } = runWithKills(
          syntheticBegin(system, answer.plan),
          kills,
          isAtOnce,
          {
            supportsRollback: () => "Yes",
            areBoardsDroppable: true,
            failsWith: (round, component, nth) => {
              if (round !== "Cleanup" && round !== "OwedCleanup") return null;
              const at = 3 * nth + (order.get(component) ?? 0);
              return fails[at % fails.length] === true ? "none" : null;
            },
          },
        );
        const expected = system.components
          .map(({ id }) => id)
          .filter((id) => lastOf(records, id) === "owed");
        expect(deployment.owed).toEqual(expected);
        for (const { id } of system.components) {
          expect(mostCleanups(records, id)).toBeLessThanOrEqual(3);
        }
      }),
      fuzzing(150),
    );
  },
  fuzzingTimeout(),
);

/** A second reading of the journal: only the calls of this Component, in their order. */
function lastOf(records: readonly JournalRecord[], id: string): "clean" | "owed" {
  let round = "";
  let state: "clean" | "owed" = "clean";
  for (const record of records) {
    if (record.type === "intent") ({ round } = record);
    if (record.type !== "running" && record.type !== "outcome") continue;
    if (record.component !== id || !round.endsWith("Cleanup")) continue;
    const isWell = record.type === "outcome" && record.failure === null;
    // One that was owed is written off, however it ends.
    state = isWell || round === "OwedCleanup" ? "clean" : "owed";
  }
  return state;
}

/**
 * How often Cleanup was called at most for one Download, as far as anybody knows: killed behind its intent, it may have
 * begun.
 */
function mostCleanups(records: readonly JournalRecord[], id: string): number {
  let round = "";
  let most = 0;
  let count = 0;
  for (const record of records) {
    if (record.type === "intent") {
      ({ round } = record);
      if (round === "Download" && record.components.some((one) => one === id)) count = 0;
    }
    if (record.type !== "running" || record.component !== id) continue;
    if (round === "Cleanup") count += 1;
    most = Math.max(most, count);
  }
  return most;
}
