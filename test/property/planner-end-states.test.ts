import * as fc from "fast-check";
import { expect, it } from "vitest";
import { acceptabilityOf } from "../../src/planner/constraints/acceptability.ts";
import { endStateBudget } from "../../src/planner/constraints/end-state-satisfiability.ts";
import { groundingOf } from "../../src/planner/constraints/grounding.ts";
import { accepts, acceptsAll } from "../../src/planner/constraints/ground.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { type SystemSketch, systemOf } from "../support/planner-systems.ts";

/**
 * What the ground constraints of a table say of many combinations at once, where NO rows overlap the end states,
 * against all of them one by one.
 */

const sizes = [3, 4, 4, 3, 2];
const names = sizes.map((_, type) => `t${String(type)}`);
const versionsOf = (type: number) =>
  Array.from({ length: sizes[type] ?? 0 }, (_, version) => `${String(type)}v${String(version)}`);

const cell = (type: number, loose: number) =>
  fc.oneof(
    { weight: loose, arbitrary: fc.constant("*") },
    {
      weight: 1,
      arbitrary: fc
        .uniqueArray(fc.constantFrom(...versionsOf(type)), { minLength: 1, maxLength: 3 })
        .map((versions) => versions.join("|")),
    },
  );
const row = (columns: number, loose: number, end: string) =>
  fc
    .tuple(...names.slice(0, columns).map((_, type) => cell(type, loose)))
    .map((cells) => [...cells, end].join(" "));

const system = fc
  .record({
    yes: fc.array(row(5, 2, "YES v"), { minLength: 1, maxLength: 3 }),
    no: fc.array(row(5, 2, "NO"), { minLength: 1, maxLength: 4 }),
    transit: fc.array(fc.oneof(row(4, 2, "YES"), row(4, 1, "NO")), { maxLength: 2 }),
    /** A second Component of these types. */
    twice: fc.uniqueArray(fc.constantFrom(0, 1, 4)),
  })
  .map(({ yes, no, transit, twice }): SystemSketch => {
    const components = names.map((type) => ({ id: type.toUpperCase(), type }));
    return {
      types: Object.fromEntries(names.map((name, type) => [name, { versions: versionsOf(type) }])),
      components: [
        ...components,
        ...twice.map((type) => ({ id: `T${String(type)}b`, type: `t${String(type)}` })),
      ],
      endTables: [{ columns: names, rows: [...yes, ...no] }],
      transitionTables: [{ columns: names.slice(0, 4), rows: transit }],
    };
  });

const lists = fc.tuple(
  ...sizes.slice(0, 4).map((size) =>
    fc
      .subarray(
        Array.from({ length: size }, (_, version) => version),
        { minLength: 2 },
      )
      .map((versions) => versions.toSorted((a, b) => a - b)),
  ),
);

it(
  "every combination is accepted exactly where each one is",
  () => {
    fc.assert(
      fc.property(system, lists, (sketch, asked) => {
        const whole = systemOf(sketch);
        const budget = endStateBudget();
        const law = acceptabilityOf(whole, groundingOf(whole), budget);
        for (const constraint of law.network.constraints) {
          const all = combinations(asked);
          expect(acceptsAll(constraint, asked)).toBe(
            all.every((versions) => accepts(constraint, versions)),
          );
        }
        expect(budget.isExceeded).toBe(false);
      }),
      fuzzing(300),
    );
  },
  fuzzingTimeout(),
);

it(
  "a combination is part of an end state exactly where some whole state is one",
  () => {
    fc.assert(
      fc.property(system, (sketch) => {
        const whole = systemOf(sketch);
        const law = acceptabilityOf(whole);
        const { of } = law.tableClasses;
        const states = combinations(
          whole.components.map(({ type }) =>
            Array.from({ length: sizes[type] ?? 0 }, (_, version) => version),
          ),
        ).filter((state) => law.ends.nameOf(state) !== null);
        for (const [one, other] of [
          [0, 1],
          [2, 3],
          [1, 4],
        ] as const) {
          const peers = [of[one] ?? -1, of[other] ?? -1];
          const found = new Set(
            states.map((state) => `${String(state[one])}/${String(state[other])}`),
          );
          for (let first = 0; first < (sizes[one] ?? 0); first += 1) {
            for (let second = 0; second < (sizes[other] ?? 0); second += 1) {
              expect(law.ends.granting(peers, [first, second]) !== null).toBe(
                found.has(`${String(first)}/${String(second)}`),
              );
            }
          }
        }
      }),
      fuzzing(60),
    );
  },
  fuzzingTimeout(),
);

function combinations(columns: readonly (readonly number[])[]): readonly (readonly number[])[] {
  let all: readonly (readonly number[])[] = [[]];
  for (const column of columns) {
    all = all.flatMap((chosen) => column.map((version) => [...chosen, version]));
  }
  return all;
}
