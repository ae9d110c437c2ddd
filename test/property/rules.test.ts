import { describe, expect, it } from "vitest";
import { acceptance } from "../../src/planner/constraints/state-acceptance.ts";
import { matchSystem } from "../../src/manifest/match.ts";
import { readConstraintsFile } from "../../src/manifest/constraints-file.ts";
import { readManifest } from "../../src/manifest/read-manifest.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { expectOk, matchInput, problemLines, problemsOf, textFile } from "../support/manifests.ts";
import { cheapest, everyState, fault } from "../support/planner-brute-force.ts";
import { dice } from "../support/planner-random.ts";
import { inTier } from "../support/tier.ts";
import {
  hasEndRow,
  mayGoTogether,
  mayInstall,
  mayPass,
  mayRest,
  randomRules,
} from "../support/written-rules.ts";

/** Rules are made into tables; what they forbid is what they say where they are written. */

describe("for random Systems and rules of every kind", () => {
  const written = Array.from({ length: inTier(450, 4000) }, (_, seed) => seed).flatMap((seed) => {
    const said = randomRules(dice(seed));
    const read = readManifest(textFile("m.yaml", said.manifest));
    // Edges that leave no way are refused; nothing else is.
    if (!read.ok && problemLines(read.problems).every((line) => line.includes("leave no way")))
      return [];
    const { manifest } = expectOk(read);
    const own =
      said.device === null ? null : readConstraintsFile(textFile("own.yaml", said.device));
    const matched = matchSystem({
      ...matchInput(manifest, said.state),
      deviceConstraints: own === null ? null : expectOk(own),
      start: "made-up",
    });
    // End states of which none is for such boards are refused.
    if (!hasEndRow(said)) {
      const told = problemLines(problemsOf(matched)).join();
      if (told.includes("fits the facts of this System")) return [];
      throw new Error(told);
    }
    return [{ seed, said, system: expectOk(matched).system }];
  });

  it("the end states, and what may be passed, are those that the rules as written allow", () => {
    const seen = { resting: 0, passing: 0, all: 0 };
    for (const { seed, said, system } of written.slice(0, inTier(200, 4000))) {
      const { endState, transit } = acceptance(
        system,
        system.components.map(({ start }) => start),
      );
      const named = (state: readonly number[]) =>
        state.map(
          (version, at) => system.types[system.components[at]?.type ?? -1]?.versions[version] ?? "",
        );
      const all = everyState(system);
      const resting = all.map(named).filter((versions) => mayRest(said, versions));
      const wrong = all.flatMap((state) => {
        const versions = named(state);
        const is = { rest: endState(state) !== null, pass: transit(state) };
        const shouldBe = { rest: mayRest(said, versions), pass: mayPass(said, versions, resting) };
        seen.resting += Number(shouldBe.rest);
        seen.passing += Number(shouldBe.pass);
        seen.all += 1;
        return is.rest === shouldBe.rest && is.pass === shouldBe.pass
          ? []
          : [{ versions, is, shouldBe }];
      });
      expect({ seed, manifest: said.manifest, device: said.device, wrong }).toEqual({
        seed,
        manifest: said.manifest,
        device: said.device,
        wrong: [],
      });
    }
    for (const share of [seen.resting / seen.all, seen.passing / seen.all]) {
      expect(share).toBeGreaterThan(0.2);
      expect(share).toBeLessThan(0.8);
    }
  });

  it("one version is installed over another where the edges as written allow it", () => {
    const seen = { allowed: 0, refused: 0 };
    for (const { seed, said, system } of written) {
      const wrong = system.components.flatMap(({ type, hops }, at) => {
        const versions = system.types[type]?.versions ?? [];
        const board = said.boards[at];
        if (board === undefined) return [];
        return versions.flatMap((from, index) =>
          versions.flatMap((to, target) => {
            if (from === to || to === "?") return [];
            const is = hops[index]?.includes(target) ?? false;
            const shouldBe = mayInstall(said, board, from, to);
            seen[shouldBe ? "allowed" : "refused"] += Number(said.edges.has(board.type));
            return is === shouldBe ? [] : [{ board, from, to, is, shouldBe }];
          }),
        );
      });
      expect({ seed, manifest: said.manifest, wrong }).toEqual({
        seed,
        manifest: said.manifest,
        wrong: [],
      });
    }
    expect(Math.min(seen.allowed, seen.refused)).toBeGreaterThan(500);
  });

  it("as many may be updated at once as the limits as written allow, and no more", () => {
    const seen = { allowed: 0, refused: 0 };
    for (const { seed, said, system } of written) {
      const all = [...system.components.keys()];
      for (let group = 1; group < 1 << all.length; group += 1) {
        const own = all.filter((at) => (group & (1 << at)) !== 0);
        const is = (system.limits ?? []).every(
          ({ components, most }) => own.filter((at) => components.includes(at)).length <= most,
        );
        const shouldBe = mayGoTogether(said, own);
        seen[shouldBe ? "allowed" : "refused"] += 1;
        expect({ seed, own, is }).toEqual({ seed, own, is: shouldBe });
      }
    }
    expect(Math.min(seen.allowed, seen.refused)).toBeGreaterThan(500);
  });

  it("the best plan under them is found", () => {
    const kinds = new Map<string, number>();
    for (const { seed, said: asWritten, system } of written.slice(0, inTier(40, 400))) {
      const answer = findPlan(system);
      const groups =
        answer.kind === "plan" ? answer.plan.stages.flatMap((stage) => stage.groups) : [];
      const crowded = groups
        .map((steps) =>
          steps.map((step) => system.components.findIndex(({ id }) => id === step.component)),
        )
        .filter((group) => !mayGoTogether(asWritten, group));
      expect({ seed, crowded }).toEqual({ seed, crowded: [] });
      const said =
        answer.kind === "plan"
          ? { fault: fault(system, answer.plan), cost: answer.plan.cost }
          : answer.kind;
      const expected = cheapest(system);
      expect({ seed, said }).toEqual({
        seed,
        said: expected === null ? "no-plan" : { fault: null, cost: expected },
      });
      kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
    }
    expect(Math.min(...kinds.values())).toBeGreaterThan(5);
    expect([...kinds.keys()].toSorted()).toEqual(["no-plan", "plan"]);
  });
});
