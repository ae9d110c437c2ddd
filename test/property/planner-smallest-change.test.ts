import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unknownVersion } from "../../src/core/ids.ts";
import type { System } from "../../src/manifest/system.ts";
import { smallestChange, type Standing } from "../../src/planner/smallest-change.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { everyState, oracle } from "../support/planner-brute-force.ts";
import { randomSystem } from "../support/planner-random.ts";
import { systemOf } from "../support/planner-systems.ts";

/** By trying every state: the sets of the smallest size, each told by its Components. */
function smallest(system: System, standing: Standing): readonly (readonly number[])[] {
  const { endName } = oracle(system);
  const sets = everyState(system)
    .filter((state) => endName(state) !== null)
    .filter((state) =>
      state.every((version, c) => {
        const { type = -1, start = -1 } = system.components[c] ?? {};
        const isUnnamed = system.types[type]?.versions[version] === unknownVersion;
        return version === standing[c] || !isUnnamed || version === start;
      }),
    )
    .map((state) =>
      state.flatMap((version, c) => (standing[c] === null || standing[c] !== version ? [c] : [])),
    );
  const least = Math.min(...sets.map((set) => set.length));
  return sets.filter((set) => set.length === least);
}

describe("the smallest set of Components at fault", () => {
  it(
    "is the first of the smallest with most suspects, as trying every state tells",
    () => {
      const given = fc.record({
        seed: fc.nat(),
        dice: fc.array(fc.nat({ max: 3 }), { minLength: 4, maxLength: 4 }),
        suspects: fc.subarray([0, 1, 2, 3]),
      });
      fc.assert(
        fc.property(given, ({ seed, dice, suspects }) => {
          const system = randomSystem(seed);
          const standing = system.components.map(({ type }, c) => {
            const count = system.types[type]?.versions.length ?? 0;
            return dice[c] === 3 ? null : (dice[c] ?? 0) % count;
          });
          const suspect = new Set(suspects);
          const weight = (set: readonly number[]) => set.filter((c) => suspect.has(c)).length;
          const [best] = smallest(system, standing).toSorted(
            (one, other) => weight(other) - weight(one) || (one.join() < other.join() ? -1 : 1),
          );
          expect(smallestChange(system, standing, suspect)).toEqual(best ?? null);
        }),
        fuzzing(500),
      );
    },
    fuzzingTimeout(),
  );

  const one = { versions: ["v1", "v2"] };
  const many = systemOf({
    types: { a: one, b: one },
    components: Array.from({ length: 200 }, (_, at) => ({
      id: `C${String(at)}`,
      type: at % 2 === 0 ? "a" : "b",
    })),
    endTables: [
      { columns: ["a", "b"], rows: ["v1 v1 YES v.1", "v2 v2 YES v.2", "* * YES v.3", "v1 v2 NO"] },
    ],
  });

  it("is at least one that would do where exceptions tie two hundred Components together", () => {
    const standing = many.components.map(({ type }) => type);
    expect(smallestChange(many, standing, new Set())).toHaveLength(100);
    const mixed = many.components.map((_, at) => Math.floor(at / 2) % 2);
    expect(smallestChange(many, mixed, new Set())).toHaveLength(100);
  });
});
