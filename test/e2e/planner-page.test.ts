import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runProgram } from "../support/program.ts";

test("what the search tells of itself changes nothing of the answer", () => {
  const seed = (name: string) => `fixtures/systems/seed/${name}`;
  const plan = ["plan", seed("manifest-v3.yaml"), "--state", seed("state-v1.yaml")];
  const traced = runProgram(["--log-level", "debug", ...plan]);
  const quiet = runProgram(plan);
  expect(traced.stderr).toContain("Search: 3 Components");
  expect([quiet.stderr, quiet.stdout]).toEqual(["", traced.stdout]);
});

test("the limits that docs/planner.md tells are those of the code", () => {
  const page = readFileSync("docs/planner.md", "utf8");
  const limits = [
    ["src/core/node-limit.ts", "defaultNodeLimit", "300,000"],
    ["src/planner/constraints/network.ts", "constraintsOfOneTable", "20,000"],
    ["src/planner/constraints/relation-dense.ts", "denseLimit", "4,096"],
    ["src/planner/stage/ordering-constraints.ts", "residualLimit", "8"],
    ["src/planner/search/successor-consistency.ts", "tryLimit", "256"],
    ["src/planner/search/critical-path.ts", "contextLimit", "1,024"],
    ["src/planner/conflict/plan-conflicts.ts", "conflictNodeLimit", "20,000"],
    ["src/planner/explain.ts", "defaultStepLimit", "30,000"],
  ] as const;
  for (const [file, name, said] of limits) {
    const value = new RegExp(`const ${name} = ([0-9_]+);`).exec(readFileSync(file, "utf8"))?.[1];
    expect({ name, value: Number(value?.replaceAll("_", "")) }).toEqual({
      name,
      value: Number(said.replaceAll(",", "")),
    });
    expect(page).toContain(said);
  }
});
