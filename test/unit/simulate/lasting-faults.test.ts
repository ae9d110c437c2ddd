import { describe, expect, it } from "vitest";
import type { Begin } from "../../../src/deployment/records.ts";
import { syntheticBegin } from "../../../src/deployment/synthetic-begin.ts";
import { groundingOf } from "../../../src/planner/constraints/grounding.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import type { Fault } from "../../../src/simulate/checker/model.ts";
import { explore } from "../../../src/simulate/explore.ts";
import { faultsIn } from "../../../src/simulate/faults.ts";
import { onward } from "../../../src/simulate/onward.ts";
import { answersOf } from "../../../src/simulate/simulate.ts";
import { firstSituation, realMachine, type Situation } from "../../../src/simulate/situation.ts";
import { systemOf } from "../../support/planner-systems.ts";
import { seedBegin } from "../../support/seed-begin.ts";

/** How it ends where this fault happens at the first moment at which it can. */
function after(first: Begin, fault: string): { readonly end: Situation; readonly runs: number } {
  const setting = {
    machine: realMachine,
    answers: answersOf(first.system),
    grounding: groundingOf(first.system),
  };
  let situation = firstSituation(first);
  let runs: number | null = null;
  for (;;) {
    const wrong: Fault<Situation> | null | undefined =
      runs === null ? [...faultsIn(setting, situation)].find(({ told }) => told === fault) : null;
    if (wrong !== null && wrong !== undefined) runs = wrong.next.deployment.runs;
    const next = wrong?.next ?? onward(setting, situation);
    if (next === null) break;
    situation = next;
  }
  if (runs === null) throw new Error(`"${fault}" was never possible`);
  return { end: situation, runs };
}

/** A comes to a3 over a2, in two stages. */
const inTwoStages = systemOf({
  types: { a: { versions: ["a1", "a2", "a3"] } },
  components: [{ id: "A", type: "a", hops: { a1: ["a2"], a2: ["a3", "a1"], a3: ["a2"] } }],
  endTables: [{ columns: ["a"], rows: ["a1 YES v.1", "a2 YES v.2", "a3 YES v.3"] }],
});

describe("a fault that lasts", () => {
  it("is a Cleanup that stays owed, also when the next stage makes it again", () => {
    const answer = findPlan(inTwoStages);
    if (answer.kind !== "plan") throw new Error("there is a plan");
    expect(answer.plan.stages).toHaveLength(2);
    const first = syntheticBegin(inTwoStages, answer.plan);
    const { end } = after(first, "A: Cleanup fails for good");
    expect(end.deployment.ended?.outcome).toBe("success");
    expect(end.deployment.owed).toEqual(["A"]);
    expect(end.deployment.members[0]?.ran.OwedCleanup).toBe("failed");
  });

  it("is a supply that vanishes: no way out installs anything, where with one failed Download it would", () => {
    const first = seedBegin({ withoutRollback: ["G13"] });
    const { ends } = explore(first, answersOf(first.system), { faults: 1, limit: 100_000 });
    const by = (fault: string) => after(first, fault).end.deployment.ended?.outcome;
    expect(by("R456: Download fails")).toBe("failed-elsewhere");
    expect(by("R456: Download fails, the supply is gone")).toBe("inconsistent");
    expect(ends).toContainEqual(
      expect.objectContaining({
        outcome: "inconsistent",
        world: ["gateway-v2", "rtos-v1", "rtos-v1"],
        faults: ["R456: Download fails, the supply is gone"],
      }),
    );
  });

  it("is an answer to SupportsRollback other than declared, wherever it is asked", () => {
    const declared = after(seedBegin(), "R998: SupportsRollback is answered No").end;
    expect(declared.deployment.ended?.outcome).toBe("failed-rolled-back");
    const firm = seedBegin({ withoutRollback: ["R998"] });
    const { end } = after(firm, "R998: SupportsRollback is answered Yes");
    expect(end.deployment.ended?.outcome).toBe("success");
    expect(end.deployment.members.map(({ supportsRollback }) => supportsRollback)).toEqual([
      "Yes",
      "Yes",
      "Yes",
    ]);
  });
});

describe("two kills in one round", () => {
  it("are one fault where the next run makes the round once more", () => {
    const retried = seedBegin({ onInterrupt: "retry" });
    const { end, runs } = after(retried, "killed twice in ArtifactInstall half-way");
    expect(runs).toBe(3);
    expect(end.deployment.ended?.outcome).toBe("success");
    // Asked what it has become, and then made once more or not.
    const observed = seedBegin({ onInterrupt: "observe" });
    expect(after(observed, "killed twice in ArtifactInstall").runs).toBe(3);
  });

  it("cannot be where the round is not made again", () => {
    expect(() => after(seedBegin(), "killed twice in ArtifactInstall")).toThrow(
      '"killed twice in ArtifactInstall" was never possible',
    );
  });
});
