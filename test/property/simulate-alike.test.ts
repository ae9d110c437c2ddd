import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ComponentId } from "../../src/core/ids.ts";
import type { Begin } from "../../src/deployment/records.ts";
import { syntheticBegin } from "../../src/deployment/synthetic-begin.ts";
import type { System } from "../../src/manifest/system.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { alikeClasses, type Merging } from "../../src/simulate/alike.ts";
import { explore } from "../../src/simulate/explore.ts";
import { answersOf } from "../../src/simulate/simulate.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { inTier } from "../support/tier.ts";
import { possibleSystem } from "../support/possible-system.ts";
import { randomFleet } from "../support/random-fleet.ts";

/** How many of the alike are in which condition counts, or only whether any is. */
type Counting = "how many" | "whether any";

const policies = ["rollback", "retry", "observe"] as const;

interface Explored {
  readonly situations: number;
  /** What was found, whichever of the alike Components it is, with how many faults. */
  readonly kinds: readonly string[];
}

function explored(first: Begin, merging: Merging, faults: number, counting: Counting): Explored {
  const { system } = first;
  const classes = alikeClasses(first, answersOf(system), []);
  const kindOf = (told: readonly string[]): string => {
    const all = classes.map((places) => {
      const own = places.map((place) => told[place] ?? "");
      return (counting === "how many" ? own : [...new Set(own)]).toSorted();
    });
    // By name, so that the order of the Topology does not matter.
    const others = told.flatMap((one, place) =>
      classes.some((places) => places.includes(place))
        ? []
        : [`${system.components[place]?.id ?? ""} ${one}`],
    );
    return JSON.stringify([all.map(String).toSorted(), others.toSorted()]);
  };
  const { situations, ends, forbidden, givenUp } = explore(first, answersOf(system), {
    faults,
    limit: 300_000,
    merging,
  });
  expect(givenUp).toBeNull();
  const kinds = new Map<string, number>();
  // Those of fewer faults come first.
  const note = (kind: string, by: number) => kinds.set(kind, kinds.get(kind) ?? by);
  for (const { outcome, isUntrue, world, inconsistent, uncommitted, faults: by } of ends) {
    const told = system.components.map(({ id }, place) =>
      [world[place] ?? "half-way", inconsistent.includes(id), uncommitted.includes(id)].join(),
    );
    note(`${outcome} ${String(isUntrue)} ${kindOf(told)}`, by.length);
  }
  for (const { world, faults: by } of forbidden) {
    note(`passed ${kindOf(world.map(String))}`, by.length);
  }
  return { situations, kinds: [...kinds].map(([kind, by]) => `${kind} ${by}`).toSorted() };
}

function begun(system: System, policy: (typeof policies)[number]): Begin | null {
  const answer = findPlan(system);
  return answer.kind === "plan"
    ? syntheticBegin(system, answer.plan, { policy: () => policy })
    : null;
}

describe("where alike Components are counted", () => {
  for (const [name, systems, faults, runs] of [
    ["random Systems after any fault", fc.nat().map(possibleSystem), 1, 24],
    ["random fleets after any fault", randomFleet, 1, 24],
    // As many situations as all others together.
    ...inTier([], [["random fleets after any two faults", randomFleet, 2, 8] as const]),
  ] as const) {
    it(
      `${name} end in the same ways and pass the same, with as many faults, and no more situations are met`,
      () => {
        fc.assert(
          fc.property(systems, fc.constantFrom(...policies), (system, policy) => {
            const first = begun(system, policy);
            fc.pre(first !== null && system.components.length <= (faults === 1 ? 99 : 3));
            if (first === null) return;
            for (const [merging, counting] of [
              ["counted", "how many"],
              ["capped", "whether any"],
            ] as const) {
              const exact = explored(first, "none", faults, counting);
              const merged = explored(first, merging, faults, counting);
              expect(merged.kinds).toEqual(exact.kinds);
              expect(merged.situations).toBeLessThanOrEqual(exact.situations);
            }
          }),
          fuzzing(runs),
        );
      },
      fuzzingTimeout(),
    );
  }
});

/** The System with the names of these Components given to others of them. */
function renamed(system: System, names: ReadonlyMap<string, string>): System {
  return {
    ...system,
    components: system.components.map((component) => {
      const id = names.get(component.id) ?? component.id;
      return { ...component, id: ComponentId.parse(id) };
    }),
  };
}

describe("permuting the names of alike Components", () => {
  it(
    "permutes the ends, and what leads there",
    () => {
      fc.assert(
        fc.property(
          randomFleet,
          fc.constantFrom(...policies),
          fc.nat(),
          fc.constantFrom("none", "counted", "capped"),
          (system, policy, turn, merging) => {
            const first = begun(system, policy);
            fc.pre(first !== null && system.components.length <= 6);
            if (first === null) return;
            const names = new Map<string, string>();
            for (const places of alikeClasses(first, answersOf(system), [])) {
              const own = places.map((place) => system.components[place]?.id ?? "");
              const by = 1 + (turn % (own.length - 1 || 1));
              for (const [at, id] of own.entries())
                names.set(id, own[(at + by) % own.length] ?? "");
            }
            fc.pre(names.size > 0);
            const found = (one: Begin | null) => {
              if (one === null) return null;
              const { ends, forbidden, situations } = explore(one, answersOf(one.system), {
                faults: 1,
                limit: 300_000,
                merging,
              });
              return { ends, forbidden, situations };
            };
            const pattern = new RegExp(`\\b(?:${[...names.keys()].join("|")})\\b`, "g");
            const told = JSON.stringify(found(first));
            const expected = told.replaceAll(pattern, (id) => names.get(id) ?? id);
            const other = found(begun(renamed(system, names), policy));
            expect(other).toEqual(JSON.parse(expected));
          },
        ),
        fuzzing(20),
      );
    },
    fuzzingTimeout(),
  );
});
