import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SeedProgram, seedProgram } from "../support/seed-program.ts";

let system: SeedProgram;
beforeAll(() => {
  system = seedProgram();
});
afterAll(() => system.remove());

const desk = ["manifest-v2.yaml", "--state", "state-v1.yaml"];

test("plan --format markdown is a grid, a graph and the tables", () => {
  const { exit, stdout } = system.run(["plan", ...desk, "--format", "markdown"]);
  expect(exit).toBe(0);
  expect(stdout).toContain(`## Plan for "system-core-v2"

**Plan for "system-core-v2" from v.1 to v.2: 3 installs in 2 order groups.**

| Component | Type | Now | Stage 1 → v.2: group 1 | group 2 |
| --- | --- | --- | --- | --- |
| G13 | gateway | v1 | ● v2 |  |
| R456 | rtos | v1 |  | ● v2 |
| R998 | rtos | v1 |  | ● v2 |

\`\`\`mermaid
flowchart LR
  s0("v.1<br/>G13 v1<br/>R456 v1<br/>R998 v1"):::rest
  s1["after group 1<br/>G13 v2<br/>R456 v1<br/>R998 v1"]:::passing
  s2("v.2<br/>G13 v2<br/>R456 v2<br/>R998 v2"):::rest
  s0x0["forbidden<br/>R456 and R998: v1 → v2<br/>manifest-v2.yaml:29 says NO"]:::forbidden
  s0 -->|"G13: v1 → v2"| s1
  s1 -->|"R456 and R998: v1 → v2"| s2
  s0 -.-x s0x0
`);
  expect(stdout).toContain("| ✅ | v2 | v1 | YES | after group 1 | manifest-v2.yaml:30 |");
});

test("plan --format html is a page that lights the rows of the way", () => {
  const { exit, stdout } = system.run(["plan", ...desk, "--format", "html"]);
  expect(exit).toBe(0);
  expect(stdout).toMatch(/^<!doctype html>/);
  expect(stdout.match(/<tr id="row-\d+-\d+" class="lit">/g)).toHaveLength(3);
  expect(stdout).toContain("Risks: every way with at most 1 fault");
});

test("a plan that there is not is drawn as the edges that are missing", () => {
  const args = ["manifest-v2-no-way.yaml", "--state", "state-v1.yaml"];
  const { exit, stdout } = system.run(["explain", ...args, "--format", "dot"]);
  expect(exit).toBe(14);
  expect(stdout).toMatch(/-> wanted \[label=" manifest-v2-no-way\.yaml:\d+: .*class="missing"/);
});

test("simulate draws where the System ends", () => {
  const { exit, stdout } = system.run(["simulate", ...desk, "--format", "mermaid"]);
  expect(exit).toBe(0);
  expect(stdout).toContain('r0("v.1"):::rest');
  expect(stdout).toContain('("success<br/>v.2"):::rest');
});

describe("bad calls", () => {
  test.each(["plan", "explain", "simulate"])("%s --json with a picture is refused", (command) => {
    const { exit, stdout } = system.run([command, ...desk, "--json", "--format", "html"]);
    expect(exit).toBe(10);
    expect(JSON.parse(stdout)).toMatchObject({
      code: "invalid-argument",
      message: '"--json" and "--format html" ask for two forms of the same answer.',
    });
  });

  test("what is read is not written over", () => {
    const before = readFileSync(system.path("state-v1.yaml"), "utf8");
    const { exit, stderr } = system.run([
      "plan",
      ...desk,
      "--format",
      "svg",
      "--out",
      "./state-v1.yaml",
    ]);
    expect(exit).toBe(10);
    expect(stderr)
      .toBe(`error: "./state-v1.yaml" is the file that is read, and would be lost. [output-misplaced]
  expected: another file to write
  found: ./state-v1.yaml
  hint: Give the output another name.
`);
    expect(readFileSync(system.path("state-v1.yaml"), "utf8")).toBe(before);
  });
});

test("Graphviz is loaded by svg and html only", () => {
  const hook = system.path("hook.cjs");
  writeFileSync(
    hook,
    `const fs = require("node:fs");
const { readFileSync } = fs;
fs.readFileSync = (name, ...rest) => {
  if (String(name).endsWith("viz.cjs")) process.stderr.write("loads Graphviz\\n");
  return readFileSync(name, ...rest);
};
`,
  );
  const isLoadedFor = (format: string) =>
    system
      .run(["plan", ...desk, "--format", format], { NODE_OPTIONS: `--require ${hook}` })
      .stderr.includes("loads Graphviz");
  const loading = ["text", "json", "markdown", "mermaid", "dot", "svg", "html"].filter(isLoadedFor);
  expect(loading).toEqual(["svg", "html"]);
});
