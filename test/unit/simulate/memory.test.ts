import { expect, test } from "vitest";
import { syntheticBegin } from "../../../src/deployment/synthetic-begin.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { explore, exploring } from "../../../src/simulate/explore.ts";
import { answersOf } from "../../../src/simulate/simulate.ts";
import { systemOf } from "../../support/planner-systems.ts";

/** So many Components, each of a type of its own, and each goes before the next one. */
function chain(length: number) {
  const names = Array.from({ length }, (_, index) => `t${String(index)}`);
  const row = (version: string, name: string) =>
    `${names.map(() => version).join(" ")} YES ${name}`;
  return systemOf({
    types: Object.fromEntries(names.map((name) => [name, { versions: ["old", "new"] }])),
    components: names.map((name) => ({ id: `C-${name}`, type: name })),
    endTables: [{ columns: names, rows: [row("old", "v.1"), row("new", "v.2")] }],
    transitionTables: names.slice(1).map((name, index) => ({
      columns: [names[index] ?? "", name],
      allowByDefault: true,
      rows: ["old new NO"],
    })),
  });
}

const system = chain(12);
const answer = findPlan(system);
if (answer.kind !== "plan") throw new Error("there is no plan to explore");
const first = syntheticBegin(system, answer.plan);
const answers = answersOf(system);

/** It is given up where the set of situations could take more than this before the next look; bytes. */
function within(most: number) {
  const steps = exploring(first, answers, { faults: 3, limit: Infinity });
  let taken = 0;
  let mostGrown = 0;
  let mayTake = Infinity;
  for (let step = steps.next(null); ;) {
    if (step.done === true) return { ...step.value, taken, isWithinWhatWasTold: mostGrown <= 0 };
    const { bytes } = step.value;
    mostGrown = Math.max(mostGrown, bytes - taken - mayTake);
    taken = bytes;
    mayTake = step.value.mayTake;
    step = steps.next(bytes + mayTake > most ? "memory" : null);
  }
}

test("a large System that does not fit into the memory is given up deep in the search, with what is covered", () => {
  const most = 6e6;
  const { givenUp, covered, situations, ends, forbidden, taken, isWithinWhatWasTold } =
    within(most);
  expect({ givenUp, isWithinWhatWasTold }).toEqual({
    givenUp: "memory",
    isWithinWhatWasTold: true,
  });
  expect(taken).toBeLessThanOrEqual(most);
  expect(taken).toBeGreaterThan(most / 4);
  expect(situations).toBeGreaterThan(20_000);
  // All that fewer faults lead to is told as if there had been room for everything.
  expect(covered).toBe(1);
  const fewer = explore(first, answers, { faults: 1, limit: Infinity });
  expect(fewer.givenUp).toBeNull();
  expect(ends.slice(0, fewer.ends.length)).toEqual(fewer.ends);
  expect(forbidden).toEqual(fewer.forbidden);
});
