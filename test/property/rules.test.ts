import { describe, expect, it } from "vitest";
import { acceptance } from "../../src/planner/constraints/state-acceptance.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { systemOf, textFile } from "../support/manifests.ts";
import { cheapest, everyState, fault } from "../support/planner-brute-force.ts";
import { dice } from "../support/planner-random.ts";
import { inTier } from "../support/tier.ts";
import { mayPass, mayRest, randomRules } from "../support/written-rules.ts";

/** Rules are made into tables; what they forbid is what they say where they are written. */

describe("for random Systems and rules of every kind", () => {
  const written = Array.from({ length: inTier(500, 4000) }, (_, seed) => {
    const said = randomRules(dice(seed));
    return { seed, said, system: systemOf(textFile("m.yaml", said.manifest), said.state) };
  });

  it("the end states, and what may be passed, are those that the rules as written allow", () => {
    const seen = { resting: 0, passing: 0, all: 0 };
    for (const { seed, said, system } of written) {
      const { endState, transit } = acceptance(
        system,
        system.components.map(({ start }) => start),
      );
      const wrong = everyState(system).flatMap((state) => {
        const versions = state.map(
          (version, at) => system.types[system.components[at]?.type ?? -1]?.versions[version] ?? "",
        );
        const is = { rest: endState(state) !== null, pass: transit(state) };
        const shouldBe = { rest: mayRest(said, versions), pass: mayPass(said, versions) };
        seen.resting += Number(shouldBe.rest);
        seen.passing += Number(shouldBe.pass);
        seen.all += 1;
        return is.rest === shouldBe.rest && is.pass === shouldBe.pass
          ? []
          : [{ versions, is, shouldBe }];
      });
      expect({ seed, manifest: said.manifest, wrong }).toEqual({
        seed,
        manifest: said.manifest,
        wrong: [],
      });
    }
    for (const share of [seen.resting / seen.all, seen.passing / seen.all]) {
      expect(share).toBeGreaterThan(0.2);
      expect(share).toBeLessThan(0.8);
    }
  });

  it("the best plan under them is found", () => {
    const kinds = new Map<string, number>();
    for (const { seed, system } of written.slice(0, inTier(60, 400))) {
      const answer = findPlan(system);
      const said =
        answer.kind === "plan"
          ? { fault: fault(system, answer.plan), cost: answer.plan.cost }
          : answer.kind;
      const expected = cheapest(system);
      expect({ seed, said }).toEqual({
        seed,
        said: expected === null ? "no-plan" : { fault: null, cost: expected },
      });
      kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
    }
    expect(Math.min(...kinds.values())).toBeGreaterThan(5);
    expect([...kinds.keys()].toSorted()).toEqual(["no-plan", "plan"]);
  });
});
