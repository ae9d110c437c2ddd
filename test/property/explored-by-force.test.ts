import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { syntheticBegin } from "../../src/deployment/synthetic-begin.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { explore } from "../../src/simulate/explore.ts";
import { answersOf } from "../../src/simulate/simulate.ts";
import { exploredByForce } from "../support/explored-by-force.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { possibleSystem } from "../support/possible-system.ts";

const policies = ["rollback", "retry", "observe"] as const;

describe("the ends of a generated System, and what it passes", () => {
  it(
    "are those that are found where every situation is written out, with as many faults",
    () => {
      fc.assert(
        fc.property(fc.nat(), fc.constantFrom(...policies), (seed, policy) => {
          const system = possibleSystem(seed);
          const answer = findPlan(system);
          fc.pre(answer.kind === "plan");
          if (answer.kind !== "plan") return;
          const first = syntheticBegin(system, answer.plan, { policy: () => policy });
          const answers = answersOf(system);
          const { ends, forbidden } = explore(first, answers, {
            faults: 1,
            limit: 400_000,
            merging: "none",
          });
          const found = [...ends, ...forbidden].map(({ faults, ...what }) =>
            JSON.stringify([what, faults.length]),
          );
          const forced = [...exploredByForce(first, answers, 1).values()].map(
            ({ found: what, faults }) =>
              JSON.stringify([what.kind === "end" ? what.end : { world: what.world }, faults]),
          );
          expect(found.toSorted()).toEqual(forced.toSorted());
        }),
        fuzzing(120),
      );
    },
    fuzzingTimeout(),
  );
});
