import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  addPair,
  followersIn,
  leadersIn,
  noPrecedence,
} from "../../src/planner/stage/precedence.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";

/** Pairs "this before that" in lists, against a set for each. */

/** How many there are, and pairs of them: few and often the same, or many. */
const pairsOf = fc.integer({ min: 1, max: 60 }).chain((count) => {
  const one = fc.integer({ min: 0, max: count - 1 });
  return fc.record({
    count: fc.constant(count),
    pairs: fc.array(fc.tuple(one, one), { maxLength: 600, size: "max" }),
  });
});

it(
  "what comes behind and before each is listed once, ascending, whatever order the pairs were found in",
  () => {
    fc.assert(
      fc.property(pairsOf, ({ count, pairs }) => {
        const followers = Array.from({ length: count }, () => new Set<number>());
        const leaders = Array.from({ length: count }, () => new Set<number>());
        const precedence = noPrecedence();
        for (const [first, second] of pairs) {
          addPair(precedence, first, second);
          followers[first]?.add(second);
          leaders[second]?.add(first);
        }
        expect(followersIn(precedence, count)).toEqual(followers.map(ascending));
        expect(leadersIn(precedence, count)).toEqual(leaders.map(ascending));
      }),
      fuzzing(500),
    );
  },
  fuzzingTimeout(),
);

it("none of nobody is an empty list, and so it is where no pair was found", () => {
  expect(followersIn(noPrecedence(), 0)).toEqual([]);
  expect(leadersIn(noPrecedence(), 2)).toEqual([[], []]);
});

function ascending(all: ReadonlySet<number>): readonly number[] {
  return [...all].toSorted((a, b) => a - b);
}
