import { expect, it } from "vitest";
import { simulationLines } from "../../../src/report/simulation-text.ts";
import { plainStyle } from "../../../src/report/style.ts";
import type { Scope } from "../../../src/simulate/explore.ts";
import { simulate } from "../../../src/simulate/simulate.ts";
import { systemOf } from "../../support/planner-systems.ts";

/** A hub, which goes first, and so many nodes. */
function fleet(nodes: number, supportsRollback = true) {
  return systemOf({
    types: { hub: { versions: ["h1", "h2"] }, node: { versions: ["n1", "n2"] } },
    components: [
      { id: "H", type: "hub" },
      ...Array.from({ length: nodes }, (_, at) => ({
        id: `N${String(at)}`,
        type: "node",
        supportsRollback,
      })),
    ],
    endTables: [{ columns: ["hub", "node"], rows: ["h1 n1 YES v.1", "h2 n2 YES v.2"] }],
    transitionTables: [{ columns: ["hub", "node"], rows: ["h2 n1 YES"] }],
  });
}

function simulated(nodes: number, scope: Partial<Scope> = {}, supportsRollback = true) {
  const system = fleet(nodes, supportsRollback);
  const all = { faults: 1, limit: 100_000, ...scope };
  const run = simulate(system, all, () => "rollback");
  if (run.exploration === null) throw new Error("there is a plan");
  expect(run.exploration.givenUp).toBeNull();
  return { system, run, exploration: run.exploration };
}

it("fifty alike nodes take no more than three times the situations of five", () => {
  const five = simulated(5).exploration.situations;
  const fifty = simulated(50).exploration.situations;
  expect(fifty).toBeLessThanOrEqual(3 * five);
  // One by one even the five take more.
  expect(five).toBeLessThan(simulated(5, { merging: "none" }).exploration.situations);
});

it("an end says whose places may be changed, and the hint names them all", () => {
  const { system, run } = simulated(7, {}, false);
  const lines = simulationLines(
    { manifest: "m", faults: 1, system, runs: [run], untried: 0, accepted: [], notes: [] },
    plainStyle,
  );
  const at = lines.findIndex((line) => line.includes("N0 ?") && line.includes("N1 n2"));
  expect(lines.slice(at, at + 3)).toEqual([
    "  UNACCEPTABLE inconsistent (N0; beside it H, N1, N2, N3, N4, N5 and N6): H h2, N0 ?, N1 n2, N2 n2, N3 n2, N4 n2, N5 n2, N6 n2; N0, N1, N2, N3 and 3 more are alike: it may be others of them, or more",
    expect.stringMatching(/^ {4}1\. /),
    '    hint: Where this risk is accepted, say so with "--accept N0 --accept N1 --accept N2 --accept N3 --accept N4 --accept N5 --accept N6".',
  ]);
});

it("of very many that have one version some are named", () => {
  const { system, run } = simulated(50);
  const lines = simulationLines(
    { manifest: "m", faults: 1, system, runs: [run], untried: 0, accepted: [], notes: [] },
    plainStyle,
  );
  expect(lines).toContain("  success, v.2: H h2, N0, N1, N2, N3 and 46 more n2");
});

it("one that is told apart is never taken for another one", () => {
  const [, second] = fleet(4).components;
  if (second === undefined) throw new Error("there are nodes");
  const { exploration } = simulated(4, { apart: [second.id] }, false);
  const halfWay = exploration.ends.flatMap(({ world, inconsistent }) =>
    world.filter((version) => version === null).length === 1 ? inconsistent : [],
  );
  expect(halfWay).toEqual(expect.arrayContaining(["N0", "N1"]));
  expect(exploration.ends.flatMap(({ alike }) => alike.flat())).not.toContain("N0");
});
