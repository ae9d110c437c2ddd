import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runProgram } from "../support/program.ts";

test("the worked trace in docs/planner.md is what explain prints", () => {
  const page = readFileSync("docs/planner.md", "utf8");
  const [, command = "", printed = ""] =
    /`orchestrator (explain [^`]+)` tells step 4:\n\n```\n([^`]*)```/.exec(page) ?? [];
  expect(runProgram(command.split(" ")).stdout).toBe(printed);
});

test("what the search did in docs/planner.md is what plan prints", () => {
  const page = readFileSync("docs/planner.md", "utf8");
  const [, command = "", printed = ""] =
    /`orchestrator (--log-level debug plan [^`]+)` tells:\n\n```\n([^`]*)```/.exec(page) ?? [];
  const traced = runProgram(command.split(" "));
  expect(traced.stderr).toBe(printed);
  const quiet = runProgram(command.split(" ").slice(2));
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
