import { describe, expect, it } from "vitest";
import { acceptabilityOf } from "../../../src/planner/constraints/acceptability.ts";
import { endStateBudget } from "../../../src/planner/constraints/end-state-satisfiability.ts";
import { groundingOf } from "../../../src/planner/constraints/grounding.ts";
import { findWayOut } from "../../../src/planner/find-way-out.ts";
import { dice, randomSystem } from "../../support/planner-random.ts";
import { seedSketch, systemOf } from "../../support/planner-systems.ts";

const types = ["a", "b", "c", "d", "e"];
const pairs = types.flatMap((one, at) => types.slice(at + 1).map((other) => one + other));

/** Five types of three versions: no two may have the same one, but a and e, b and d. To find out takes a search. */
const colours = systemOf({
  types: Object.fromEntries(types.map((type) => [type, { versions: ["v0", "v1", "v2"] }])),
  components: types.map((type) => ({ id: type.toUpperCase(), type })),
  endTables: [
    {
      columns: types,
      rows: [
        "* * * * * YES any",
        ...pairs
          .filter((pair) => pair !== "ae" && pair !== "bd")
          .flatMap((pair) =>
            ["v0", "v1", "v2"].map(
              (version) =>
                `${types.map((type) => (pair.includes(type) ? version : "*")).join(" ")} NO`,
            ),
          ),
      ],
    },
  ],
  transitionTables: [{ columns: ["a", "c", "e"], rows: ["v0 v0 v0 NO"] }],
});

/** What the tables say of every combination, and whether the budget sufficed. */
function told(left: number, grounding = groundingOf(colours)) {
  const budget = { ...endStateBudget(), left };
  const { network } = acceptabilityOf(colours, grounding, budget);
  const accepted = network.constraints.flatMap(({ ask }) =>
    [0, 1, 2].flatMap((a) =>
      [0, 1, 2].flatMap((c) => [0, 1, 2].map((e) => ask?.([a, c, e]) ?? null)),
    ),
  );
  return { accepted, isExceeded: budget.isExceeded };
}

describe("the tables, ground once", () => {
  it("say the same to each question, whatever was asked before and with whatever budget", () => {
    const amounts = [0, 10, 40, 100, 300, 1_000_000];
    const alone = amounts.map((left) => told(left));
    expect(alone.at(-1)?.accepted.filter(Boolean)).toHaveLength(6);
    expect(new Set(alone.map(({ isExceeded }) => isExceeded))).toEqual(new Set([true, false]));
    const grounding = groundingOf(colours);
    const orders = [amounts, amounts.toReversed(), amounts];
    for (const order of orders) {
      const together = order.map((left) => ({ left, said: told(left, grounding) }));
      expect(together).toEqual(order.map((left) => ({ left, said: alone[amounts.indexOf(left)] })));
    }
  });

  it("serve all ways out of a System", () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const system = randomSystem(seed);
      const grounding = groundingOf(system);
      const { chance } = dice(seed);
      for (let round = 0; round < 4; round += 1) {
        const state = system.components.map(({ type, start }) =>
          chance(0.5) ? start : (system.types[type]?.target ?? start),
        );
        const stuck = new Set([...state.keys()].filter(() => chance(0.3)));
        expect({ seed, answer: findWayOut(system, state, stuck, { grounding }) }).toEqual({
          seed,
          answer: findWayOut(system, state, stuck),
        });
      }
    }
  });

  it("are not taken for those of another System", () => {
    const { transitionTables, ...sketch } = seedSketch;
    const grounding = groundingOf(systemOf(sketch));
    expect(transitionTables).toHaveLength(1);
    expect(() => acceptabilityOf(systemOf(seedSketch), grounding)).toThrow("of another System");
  });
});
