import { expect, it } from "vitest";
import { startState } from "../../src/manifest/system-state.ts";
import type { System } from "../../src/manifest/system.ts";
import { acceptabilityOf } from "../../src/planner/constraints/acceptability.ts";
import { symmetryClassesOf } from "../../src/planner/model/symmetry-classes.ts";
import { wantedState } from "../../src/planner/model/wanted.ts";
import { baseHopsOf, hopConsistent } from "../../src/planner/search/hop-consistency.ts";
import { type SingleInstalls, singleInstalls } from "../../src/planner/search/single-installs.ts";
import { keyOf } from "../../src/planner/search/successors.ts";
import { oracle } from "../support/planner-brute-force.ts";
import { randomCrowd, randomSystem } from "../support/planner-random.ts";
import { inTier } from "../support/tier.ts";

/** Ways of single installs through acceptable states, beside a breadth-first search over every state. */

it("a way of single installs is none, or as short, as breadth-first search tells", () => {
  const kinds = new Map<string, number>();
  for (let seed = 0; seed < inTier(200, 4000); seed += 1) {
    for (const system of [randomSystem(seed), randomCrowd(seed)]) {
      const isPlain = system.components.every(({ ways }) => ways === undefined);
      const { isAcceptable } = oracle(system);
      if (!isPlain || !isAcceptable(wantedState(system))) continue;
      const { found, keyIn } = asked(system);
      const { fromStart, toGoal } = walked(system, isAcceptable);
      const least = fromStart.get(wantedState(system).join());
      const kind = least === undefined ? "none" : "reached";
      expect({ seed, kind: found.kind }).toEqual({ seed, kind });
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (found.kind !== "reached") continue;
      expect({ seed, installs: found.installs }).toEqual({ seed, installs: least });
      for (const [text, installs] of fromStart) {
        const rest = toGoal.get(text) ?? Infinity;
        if (installs + rest !== least) continue;
        const state = text.split(",").map(Number);
        expect({ seed, text, left: found.left.get(keyIn(state)) }).toEqual({
          seed,
          text,
          left: rest,
        });
      }
    }
  }
  expect(kinds.get("none")).toBeGreaterThan(50);
  expect(kinds.get("reached")).toBeGreaterThan(50);
});

function asked(system: System): {
  readonly found: SingleInstalls;
  readonly keyIn: (state: readonly number[]) => string;
} {
  const acceptability = acceptabilityOf(system);
  const symmetryClasses = symmetryClassesOf(system, acceptability.tableClasses);
  const names = system.types.map(({ versions }) => versions);
  const { network } = acceptability;
  const hopGraph = hopConsistent(baseHopsOf(symmetryClasses, names), network);
  const [start, goal] = [startState(system), wantedState(system)];
  const moves = { symmetryClasses, network, ...hopGraph };
  return {
    found: singleInstalls(moves, acceptability, start, goal, { left: 1_000_000 }),
    keyIn: (state) => keyOf(symmetryClasses, state),
  };
}

/** For each acceptable state the fewest installs from the start, and to the goal; absent: there is no way. */
function walked(system: System, isAcceptable: (state: readonly number[]) => boolean) {
  const search = (
    from: readonly number[],
    mayHop: (one: number, u: number, v: number) => boolean,
  ) => {
    const known = new Map([[from.join(), 0]]);
    const queue = [from];
    for (const state of queue) {
      for (const [one, version] of state.entries()) {
        const { length } = system.types[system.components[one]?.type ?? -1]?.versions ?? [];
        for (let other = 0; other < length; other += 1) {
          const next = state.with(one, other);
          if (!mayHop(one, version, other) || known.has(next.join()) || !isAcceptable(next))
            continue;
          known.set(next.join(), (known.get(state.join()) ?? 0) + 1);
          queue.push(next);
        }
      }
    }
    return known;
  };
  const { mayHop } = oracle(system);
  return {
    fromStart: search(startState(system), mayHop),
    toGoal: search(wantedState(system), (one, u, v) => mayHop(one, v, u)),
  };
}
