import { describe, expect, it } from "vitest";
import { readConstraintsFile } from "../../src/manifest/constraints-file.ts";
import { readManifest } from "../../src/manifest/read-manifest.ts";
import { matchSystem } from "../../src/manifest/match.ts";
import type { System } from "../../src/manifest/system.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { acceptance } from "../../src/planner/constraints/state-acceptance.ts";
import { expectOk, matchInput, textFile } from "../support/manifests.ts";
import { cheapest, everyState, fault, oracle } from "../support/planner-brute-force.ts";
import {
  dice,
  onDevice,
  randomCrowd,
  randomSystem,
  underManifest,
} from "../support/planner-random.ts";
import { inTier } from "../support/tier.ts";

/** A device's own tables beside those of the Manifest: they forbid, and allow nothing. */

const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed);

const passable = (system: System) => {
  const { transit } = acceptance(
    system,
    system.components.map(({ start }) => start),
  );
  return everyState(system).filter(transit);
};

describe("for random Systems", () => {
  const systems = seeds(inTier(300, 2500)).map((seed) => {
    const plain = seed % 5 === 0 ? randomCrowd(seed) : randomSystem(seed);
    const own = underManifest(plain, seed);
    const both = onDevice(own, seed);
    return { seed, own, both, passed: passable(both).map(String) };
  });

  it("they never add a state that may be passed", () => {
    let forbidden = 0;
    for (const { seed, own, passed } of systems) {
      const without = passable(own).map(String);
      const added = passed.filter((state) => !without.includes(state));
      expect({ seed, added }).toEqual({ seed, added: [] });
      forbidden += without.length - passed.length;
    }
    expect(forbidden).toBeGreaterThan(500);
  });

  it("they never add a plan, and the best one is found beside them", { timeout: 600_000 }, () => {
    const kinds = new Map<string, number>();
    for (const { seed, own, both } of systems) {
      const answer = findPlan(both);
      const expected = cheapest(both);
      const said =
        answer.kind === "plan"
          ? { fault: fault(both, answer.plan), cost: answer.plan.cost }
          : answer.kind;
      expect({ seed, said }).toEqual({
        seed,
        said: expected === null ? "no-plan" : { fault: null, cost: expected },
      });
      if (answer.kind === "plan")
        expect({ seed, own: findPlan(own).kind }).toEqual({ seed, own: "plan" });
      const kind = `${answer.kind} ${String(own.endStatesOnly)}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    for (const kind of ["plan true", "plan false", "no-plan true", "no-plan false"])
      expect({ kind, isSeen: (kinds.get(kind) ?? 0) > 20 }).toEqual({ kind, isSeen: true });
  });

  it("the states that may be passed are those of the brute force", () => {
    for (const { seed, both, passed } of systems) {
      const law = oracle(both);
      const expected = everyState(both).filter(law.isAcceptable).map(String);
      expect({ seed, states: passed }).toEqual({ seed, states: expected });
    }
  });
});

describe("for random Manifests and files of a device", () => {
  const types = ["gateway", "rtos", "heater"] as const;
  /** Nothing brings a Component to another version, which one table may name and another one may not. */
  const isReachable = (state: string) => !/v3|\?/.test(state);
  const components = ["gateway G1", "rtos R1", "rtos R2"];

  it(
    "one more table never adds a state that may be passed, nor a plan",
    { timeout: 600_000 },
    () => {
      let plans = 0;
      for (const seed of seeds(inTier(50, 400))) {
        const { between, chance, pick, shuffle } = dice(seed);
        const hasHeater = chance(0.4);
        const there = [...components, ...(hasHeater ? ["heater H1"] : [])];
        const state = there.map((one) => {
          const [type = "", id = ""] = one.split(" ");
          return `  - { component_type: ${type}, id: ${id}, version: ${type}-v1 }`;
        });
        const columnsOf = (wide: number) => shuffle([...types]).slice(0, wide);
        const cellOf = (type: string) =>
          pick([`${type}-v1`, `${type}-v2`, `${type}-v3`, '"*"', "any"]);
        const ends = (indent: string, isOwn: boolean) => {
          const columns = isOwn ? [...types] : columnsOf(between(1, 3));
          const rows = [
            columns.map((type) => `${type}-v1`),
            columns.map((type) => `${type}-v2`),
            ...Array.from({ length: between(0, 3) }, () => columns.map(cellOf)),
          ].filter((_, at) => isOwn || at > 1 || chance(0.8));
          return [
            `${indent}end_states:`,
            `${indent}  columns: [${columns.join(", ")}]`,
            `${indent}  rows:`,
            ...rows.map((cells, at) => `${indent}    v.${String(at)}: [${cells.join(", ")}]`),
            ...(rows.length === 0
              ? [`${indent}    v.9: [${columns.map(() => "any").join(", ")}]`]
              : []),
          ];
        };
        const transition = (indent: string, name: string) => {
          const columns = columnsOf(between(1, 3));
          const rows = Array.from({ length: between(0, 3) }, () => columns.map(cellOf));
          return [
            `${indent}- name: ${name}`,
            `${indent}  columns: [${columns.join(", ")}]`,
            `${indent}  default: ${chance(0.7) ? "allow" : "deny"}`,
            rows.length === 0 ? `${indent}  rows: []` : `${indent}  rows:`,
            ...rows.map((cells) => `${indent}    - [${cells.join(", ")}, ${pick(["YES", "NO"])}]`),
          ];
        };
        const kind = between(0, 3);
        const manifest = [
          "api_version: mender/v1",
          "kind: manifest",
          "name: m",
          "system_types_compatible: [a]",
          "component_types:",
          ...types.map((type) => {
            const order =
              kind === 0 ? `, update_strategy: { order: ${String(between(1, 3))} }` : "";
            return `  ${type}: { artifact_name: ${type}-v2${order} }`;
          }),
          ...(kind === 0 ? [] : ["constraints:", ...ends("  ", true)]),
          ...(kind < 2 ? [] : ["  transition_states:", ...transition("    ", "own")]),
        ].join("\n");
        const own = expectOk(readManifest(textFile("m.yaml", manifest))).manifest;
        const tables = shuffle([
          ends("  ", false),
          transition("    ", "one"),
          transition("    ", "two"),
        ]);
        const told = seeds(tables.length + 1).map((count) => {
          const given = tables.slice(0, count);
          const isEnd = (lines: readonly string[]) => lines[0]?.includes("end_states") === true;
          const transitions = given.filter((lines) => !isEnd(lines)).flat();
          const lines = [
            "constraints:",
            ...given.filter(isEnd).flat(),
            ...(transitions.length === 0 ? [] : ["  transition_states:", ...transitions]),
          ];
          const deviceConstraints =
            count === 0
              ? null
              : expectOk(readConstraintsFile(textFile("constraints.yaml", lines.join("\n"))));
          const text = ["components:", ...state].join("\n");
          const { system } = expectOk(matchSystem(matchInput(own, text, { deviceConstraints })));
          const named = passable(system).map((versions) =>
            versions
              .map(
                (version, at) => system.types[system.components[at]?.type ?? -1]?.versions[version],
              )
              .join(),
          );
          return {
            named: named.filter(isReachable),
            kind: findPlan(system).kind,
          };
        });
        for (const [at, { named, kind: answer }] of told.entries()) {
          // Beside a Manifest without tables those of the device are the only ones: what they say together is less than
          // anything.
          const before = kind === 0 ? told[0] : told[at - 1];
          if (before === undefined) continue;
          const added = named.filter((one) => !before.named.includes(one));
          expect({ seed, at, added }).toEqual({ seed, at, added: [] });
          if (answer === "plan") {
            plans += 1;
            expect({ seed, at, before: before.kind }).toEqual({ seed, at, before: "plan" });
          }
        }
      }
      expect(plans).toBeGreaterThan(inTier(12, 100));
    },
  );
});
