import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { System } from "../../src/manifest/system.ts";
import type { Move } from "../../src/planner/model/moves.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { acceptabilityOf } from "../../src/planner/constraints/acceptability.ts";
import { distinctRules } from "../../src/planner/constraints/rule-order.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { dice, randomCrowd, randomSystem } from "../support/planner-random.ts";
import { allowingRules } from "../support/planner-reasons.ts";

/** The rules that are named for each step, against every combination of versions of every tuple of Components. */

const seed = fc.nat();
const systemFrom = (number: number) =>
  number % 3 === 0 ? randomCrowd(number) : randomSystem(number);

it(
  "all rules that allow what a step leads to are named, and no others",
  () => {
    let moves = 0;
    fc.assert(
      fc.property(seed, (number) => {
        const system = systemFrom(number);
        const groups = randomWalk(system, number);
        const said = acceptabilityOf(system)
          .allowing(groups)
          .map((steps) => steps.map(distinctRules));
        expect(said).toEqual(allowingRules(system, groups));
        moves += groups.flat().length;
      }),
      fuzzing(2000),
    );
    expect(moves).toBeGreaterThan(0);
  },
  fuzzingTimeout(),
);

it(
  "the same in the steps of a plan, whatever its stages",
  () => {
    let staged = 0;
    fc.assert(
      fc.property(seed, (number) => {
        const system = systemFrom(number);
        const answer = findPlan(system);
        if (answer.kind !== "plan") return;
        const { stages } = answer.plan;
        const groups = stages.flatMap((stage) => stage.groups);
        const walk = groups.map((steps) =>
          steps.map(({ component: id, from, to }): Move => {
            const component = system.components.findIndex((one) => one.id === id);
            const { versions } = system.types[system.components[component]?.type ?? -1] ?? {};
            const versionOf = (name: typeof from) => versions?.indexOf(name) ?? -1;
            return { component, from: versionOf(from), to: versionOf(to) };
          }),
        );
        expect(groups.map((steps) => steps.map(({ allowedBy }) => allowedBy))).toEqual(
          allowingRules(system, walk),
        );
        if (stages.length > 1) staged += 1;
      }),
      fuzzing(2500),
    );
    expect(staged).toBeGreaterThan(0);
  },
  fuzzingTimeout(),
);

/** Groups of any moves, whether they may be made or not; often back to where a Component was at the start. */
function randomWalk(system: System, number: number): readonly (readonly Move[])[] {
  const { between, chance, pick } = dice(number + 1);
  const state = system.components.map(({ start }) => start);
  return Array.from({ length: between(1, 4) }, () => {
    const moves = system.components.flatMap(({ type, start }, component): readonly Move[] => {
      const from = state[component] ?? start;
      const others = [...(system.types[type]?.versions.keys() ?? [])].filter((one) => one !== from);
      if (chance(0.5)) return [];
      const to = from !== start && chance(0.4) ? start : pick(others);
      return [{ component, from, to }];
    });
    for (const { component, to } of moves) state[component] = to;
    return moves;
  }).filter((moves) => moves.length > 0);
}
