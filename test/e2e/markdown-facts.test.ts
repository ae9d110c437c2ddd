import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runProgram } from "../support/program.ts";
import { scratchDirectory } from "../support/scratch.ts";

/** Tables in Markdown with columns of facts, as they come out of a specification, by the built program. */

const sound = [
  "api_version: mender/v1",
  "kind: manifest",
  "name: m",
  "system_types_compatible: [x]",
  "component_types:",
  "  gateway: { artifact_name: gateway-2 }",
  "  rtos: { artifact_name: rtos-2 }",
  "constraints:",
  "  end_states: |",
  "    | gateway   | rtos   | Acceptable | System version |",
  "    |-----------|--------|------------|----------------|",
  "    | gateway-1 | rtos-1 | YES        | v.1            |",
  "    | gateway-2 | rtos-2 | YES        | v.2            |",
  "  transition_states: |",
  "    | gateway   | gateway:hw | rtos   | Acceptable |",
  "    |-----------|------------|--------|------------|",
  "    | gateway-2 | A          | rtos-1 | YES        |",
  "    | gateway-1 | !A         | rtos-2 | YES        |",
];

function device(hw: string, manifest: readonly string[] = sound) {
  const directory = scratchDirectory();
  const state = [
    "components:",
    `  - { component_type: gateway, id: G, version: gateway-1, facts: { ${hw} } }`,
    "  - { component_type: rtos, id: R, version: rtos-1 }",
    "",
  ];
  writeFileSync(join(directory, "m.yaml"), [...manifest, ""].join("\n"));
  writeFileSync(join(directory, "s.yaml"), state.join("\n"));
  return (...args: readonly string[]) => runProgram(args, { cwd: directory });
}

const withLine = (line: number, text: string) => sound.with(line - 1, text);

describe("a Manifest with facts in tables of Markdown", () => {
  test("is valid", () => {
    const { exit, stdout } = device("hw: A")("validate", "m.yaml");
    expect(exit).toBe(0);
    expect(stdout).not.toContain("error");
  });

  test.each([
    ["A", "G", "R", 17],
    ["B", "R", "G", 18],
  ])(
    "on the hardware %s updates %s first, by the row that speaks of it",
    (hw, first, last, line) => {
      const run = device(`hw: ${hw}`);
      const plan = run("plan", "m.yaml", "--state", "s.yaml", "--json");
      expect(plan.exit).toBe(0);
      expect(JSON.parse(plan.stdout)).toMatchObject({
        stages: [
          {
            groups: [
              [{ component: first, allowed_by: [{ file: "m.yaml", line }] }],
              [{ component: last }],
            ],
          },
        ],
      });
      const explained = run("explain", "m.yaml", "--state", "s.yaml");
      expect(explained.exit).toBe(0);
      expect(explained.stdout).toContain(`${last} after ${first}: the other order is forbidden by`);
    },
  );

  test("of a fact that nobody has no row that names it speaks, and the rows in the way are told", () => {
    const run = device("revision: A", sound.toSpliced(17, 1));
    const plan = run("plan", "m.yaml", "--state", "s.yaml");
    expect(plan.exit).toBe(14);
    expect(plan.stdout).toContain(
      `no row of "transition_states" allows gateway gateway-2 and rtos rtos-1`,
    );
    expect(plan.stdout).toContain(
      `The table "transition_states" asks for "gateway:hw", which no Component tells: it is taken as the worst. [fact-unknown]`,
    );
    expect(run("explain", "m.yaml", "--state", "s.yaml").stdout).toContain(
      `add to "transition_states" the row | gateway-2 | rtos-1 | YES |`,
    );
  });

  test.each([
    ["a head that names no type", 15, "    | gateway   | gatewy:hw  | rtos   | Acceptable |", 15],
    ["a row with a cell too few", 17, "    | gateway-2 | rtos-1 | YES        |", 17],
    ["a word that is no verdict", 18, "    | gateway-1 | !A         | rtos-2 | MAYBE      |", 18],
    [
      "an end state without a name",
      13,
      "    | gateway-2 | rtos-2 | YES        |                |",
      13,
    ],
  ])("is refused with its line for %s, by validate and by plan", (_, line, text, at) => {
    const run = device("hw: A", withLine(line, text));
    const validated = run("validate", "m.yaml");
    expect([validated.exit, validated.stdout.includes(`m.yaml:${at}:`)]).toEqual([11, true]);
    const plan = run("plan", "m.yaml", "--state", "s.yaml");
    expect([plan.exit, plan.stderr.includes(`m.yaml:${at}:`)]).toEqual([11, true]);
    expect(plan.stderr.match(/error:/g)).toHaveLength(1);
    expect(run("explain", "m.yaml", "--state", "s.yaml").exit).toBe(11);
  });
});
