import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { System } from "../../src/manifest/system.ts";
import type { End } from "../../src/simulate/ends.ts";
import { simulate, type Simulated } from "../../src/simulate/simulate.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { oracle } from "../support/planner-brute-force.ts";
import { missedWay } from "../support/known-way.ts";
import { needless } from "../support/needless.ts";
import { possibleSystem } from "../support/possible-system.ts";
import { recorded } from "../support/recorded.ts";

/** More situations than these small Systems have. */
const limit = 400_000;

const policies = ["rollback", "retry", "observe"] as const;

/**
 * What is wrong with an end, told by the brute force's reading of the tables; null: nothing. `isDeclared`:
 * its Components declare that they can be taken up after a reboot. One that was dropped then is inconsistent.
 */
function fault(
  system: System,
  { outcome, inconsistent, uncommitted, world }: End,
  isDeclared: boolean,
): string | null {
  const versionOf = (index: number, version: number) =>
    system.types[system.components[index]?.type ?? -1]?.versions[version];
  const isWanted = world.every(
    (version, index) =>
      version ===
      versionOf(index, system.types[system.components[index]?.type ?? -1]?.target ?? -1),
  );
  const hasMoved = (index: number) =>
    world[index] !== versionOf(index, system.components[index]?.start ?? -1);
  const moved = system.components.flatMap(({ id }, index) => (hasMoved(index) ? [id] : []));
  const broken = system.components.flatMap(({ id }, index) => (world[index] === null ? [id] : []));
  // An install of it that did nothing cannot be told from one that was left half-way.
  const unnamed = system.components.flatMap(({ id }, index) => (world[index] === "?" ? [id] : []));
  const state = system.components.map(({ type }, index) =>
    (system.types[type]?.versions ?? []).findIndex((version) => version === world[index]),
  );
  const isEnd = !state.includes(-1) && oracle(system).endName(state) !== null;
  switch (outcome) {
    case "success":
      return isWanted ? null : "no success";
    case "failed-unchanged":
    case "failed-rolled-back":
      return moved.length === 0 ? null : "not where it began";
    case "failed-elsewhere":
      return isEnd ? null : "no acceptable end state";
    default: {
      const isDoubted = inconsistent.some((id) => unnamed.includes(id));
      const isOwed = uncommitted.length > 0;
      if (broken.length === 0 && isEnd && !isDeclared && !isDoubted && !isOwed)
        return "an acceptable end state called inconsistent";
      const isMissed = broken.some((id) => !inconsistent.includes(id));
      if (inconsistent.length === 0 || isMissed) return "the wrong Components";
      const lost = [
        ...broken,
        ...uncommitted,
        ...inconsistent.filter((id) => unnamed.includes(id)),
      ];
      return isDeclared ? null : needless(system, world, lost, inconsistent);
    }
  }
}

function faults(
  system: System,
  { exploration }: Simulated,
  isDeclared: boolean,
): readonly string[] {
  if (exploration === null) return [];
  return [
    ...(exploration.givenUp === null ? [] : ["not explored to the end"]),
    ...exploration.forbidden.map(
      ({ world, faults: by }) => `forbidden ${world.join()} by ${by.join("; ")}`,
    ),
    ...exploration.ends.flatMap((end) => {
      const wrong = fault(system, end, isDeclared);
      const told = `${end.outcome} (${end.inconsistent.join()}) in ${end.world.join()} by ${end.faults.join("; ")}`;
      return [
        ...(wrong === null ? [] : [`${wrong}: ${told}`]),
        ...(end.isUntrue ? [`untrue: ${told}`] : []),
      ];
    }),
  ];
}

describe("a generated System with tables, whatever fails", () => {
  for (const count of [1, 2]) {
    it(
      `ends acceptable, or inconsistent with the right Components named, after ${count === 1 ? "any fault" : "any two faults"}`,
      () => {
        fc.assert(
          fc.property(fc.nat(), fc.constantFrom(...policies), (seed, policy) => {
            const system = possibleSystem(seed);
            const missed: string[] = [];
            const simulated = simulate(
              system,
              { faults: count, limit },
              () => policy,
              undefined,
              (first) =>
                recorded(first, (records) => {
                  const way = missedWay(records);
                  if (way !== null) missed.push(`a way is missed: ${way.join(" > ")}`);
                }),
            );
            // Two of three have no plan, and nothing to explore: another one is taken.
            fc.pre(simulated.exploration !== null);
            expect([...missed, ...faults(system, simulated, policy !== "rollback")]).toEqual([]);
          }),
          fuzzing(count === 1 ? 150 : 15),
        );
      },
      fuzzingTimeout(),
    );
  }
});
