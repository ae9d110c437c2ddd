import { describe, expect, it } from "vitest";
import { matchSystem } from "../../src/manifest/match.ts";
import { readManifest } from "../../src/manifest/read-manifest.ts";
import type { System } from "../../src/manifest/system.ts";
import { explain } from "../../src/planner/explain.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import type { Nogood } from "../../src/planner/model/conflict.ts";
import { expectOk, matchInput, problemLines, textFile } from "../support/manifests.ts";
import { withOnly } from "../support/only-nogoods.ts";
import { hasWay } from "../support/planner-brute-force.ts";
import { dice } from "../support/planner-random.ts";
import { inTier } from "../support/tier.ts";
import {
  artifactsFor,
  isClosedBy,
  randomEdges,
  type WrittenEdges,
} from "../support/written-edges.ts";

function matched(said: WrittenEdges, lines = said.lines) {
  const read = readManifest(textFile("m.yaml", lines.join("\n")));
  // Edges that leave no way at all are refused; nothing else is.
  if (!read.ok && problemLines(read.problems).every((line) => line.includes("leave no way")))
    return null;
  const { manifest } = expectOk(read);
  return expectOk(
    matchSystem({
      ...matchInput(manifest, said.state),
      artifacts: artifactsFor(said, manifest),
      start: "made-up",
    }),
  );
}

/** The Systems that have no plan though the wanted state is an end state, each explained once. */
const cases = Array.from({ length: inTier(380, 4000) }, (_, seed) => seed).flatMap((seed) => {
  const said = randomEdges(dice(seed));
  const found = matched(said);
  if (found === null) return [];
  const { system, openInstalls } = found;
  if (system.components.some(({ ways }) => ways !== undefined)) return [];
  const answer = findPlan(system);
  const why = explain(system, answer, { stepLimit: 2_000_000, openInstalls });
  return why.kind === "no-plan" ? [{ seed, said, system, why }] : [];
});

/** The System in which nothing else forbids anything. */
function under(said: WrittenEdges, system: System, nogoods: readonly Nogood[]): System {
  const nameOf = (type: number, version: number) => system.types[type]?.versions[version] ?? "";
  const components = system.components.map((component) => {
    const { name = "", versions = [] } = system.types[component.type] ?? {};
    return {
      ...component,
      hops: versions.map((from) =>
        versions.flatMap((to, target) => {
          if (from === to || !said.needs.has(to)) return [];
          return isClosedBy(said, nogoods, { type: name, from, to }, nameOf) ? [] : [target];
        }),
      ),
    };
  });
  return withOnly({ ...system, components }, nogoods);
}

const isOfInstalls = ({ kind }: Nogood) =>
  ["edge", "edge-default", "depends", "artifact-depends"].includes(kind);

describe("where edges and depends close installs of random Systems", () => {
  it("what is named forbids every plan by itself, and nothing of it can be left out", () => {
    const kinds = new Map<string, number>();
    let mixed = 0;
    for (const { seed, said, system, why } of cases) {
      expect({ seed, irreducible: why.isIrreducible }).toEqual({ seed, irreducible: true });
      expect({ seed, way: hasWay(under(said, system, why.core)) }).toEqual({ seed, way: false });
      const superfluous = why.core.filter(
        (nogood) =>
          !hasWay(
            under(
              said,
              system,
              why.core.filter((other) => other !== nogood),
            ),
          ),
      );
      expect({ seed, superfluous }).toEqual({ seed, superfluous: [] });
      for (const { kind } of why.core) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      mixed += Number(why.core.some(isOfInstalls) && !why.core.every(isOfInstalls));
    }
    expect(mixed).toBeGreaterThan(20);
    const counts = ["edge", "edge-default", "depends", "artifact-depends", "row"].map(
      (kind) => kinds.get(kind) ?? 0,
    );
    expect(Math.min(...counts)).toBeGreaterThan(10);
  });

  it("each change of them that is named opens a way when it is written, and no other does", () => {
    let opened = 0;
    let closed = 0;
    for (const { seed, said, why } of cases.slice(0, inTier(130, cases.length))) {
      expect({ seed, complete: why.areRepairsComplete }).toEqual({ seed, complete: true });
      const told = why.repairs.flatMap((repair) =>
        repair.kind === "open-installs" ? [repair.nogood] : [],
      );
      const isTold = (line: number) => told.some(({ rule }) => rule.line === line);
      const written = [...said.types.values()].flatMap(({ isDeny, defaultLine, rows, depends }) => [
        ...(isDeny ? [{ line: defaultLine }] : []),
        ...rows.filter(({ isNo }) => isNo),
        ...depends.values(),
      ]);
      for (const { line } of written) {
        const text = (said.lines[line - 1] ?? "")
          .replace("NO]", "n/a]")
          .replace("depends:", "#")
          .replace("deny", "allow");
        const changed = matched(said, said.lines.with(line - 1, text));
        if (changed === null) continue;
        expect({ seed, line, way: hasWay(changed.system) }).toEqual({
          seed,
          line,
          way: isTold(line),
        });
        if (isTold(line)) opened += 1;
        else closed += 1;
      }
    }
    expect(Math.min(opened, closed)).toBeGreaterThan(20);
  });
});
