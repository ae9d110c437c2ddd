import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runProgram } from "../support/program.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { widening } from "../support/tier.ts";

/** Two types of a Manifest, whose a1 and b1 are installed, and the rows of its tables. */
interface Sketch {
  readonly a?: string;
  readonly b?: string;
  readonly ends?: readonly string[];
  readonly transitions?: readonly string[];
}

/** What `plan` prints, and the same as JSON. */
function planned({
  a = "{ artifact_name: a2 }",
  b = "{ artifact_name: b2 }",
  ends = [`"v.1": [a1, b1]`, `"v.2": [a2, b2]`],
  transitions = ["- [a2, b1, YES]"],
}: Sketch): { readonly text: string; readonly json: unknown; readonly drawn: () => string } {
  const directory = scratchDirectory();
  const transitHead = ["  transition_states:", "    columns: [a, b]", "    rows:"];
  const manifest = [
    "api_version: mender/v1",
    "kind: manifest",
    "name: m",
    "system_types_compatible: [x]",
    "component_types:",
    `  a: ${a}`,
    `  b: ${b}`,
    "constraints:",
    "  end_states:",
    "    columns: [a, b]",
    "    rows:",
    ...ends.map((row) => `      ${row}`),
    ...(transitions.length === 0 ? [] : transitHead),
    ...transitions.map((row) => `      ${row}`),
  ];
  const state = [
    "components:",
    "  - { component_type: a, id: A, version: a1 }",
    "  - { component_type: b, id: B, version: b1 }",
  ];
  writeFileSync(join(directory, "m.yaml"), manifest.join("\n"));
  writeFileSync(join(directory, "s.yaml"), state.join("\n"));
  const args = ["plan", "m.yaml", "--state", "s.yaml"];
  const ran = runProgram(args, { cwd: directory });
  expect({ exit: ran.exit, stderr: ran.stderr }).toEqual({ exit: 14, stderr: "" });
  const [text = "", ...notes] = ran.stdout.split(
    /\n\n(?=m\.yaml:6:3: warning: Known by name only)/,
  );
  expect(notes).toHaveLength(1);
  const told = (...more: readonly string[]) =>
    runProgram([...args, ...more], { cwd: directory }).stdout;
  return { text, json: JSON.parse(told("--json")), drawn: () => told("--format", "mermaid") };
}

const hint = '  hint: "explain" tells how far one gets, and what would open a way.';

describe("no plan names the rules in the way", () => {
  test("where the written order leads to what no row allows", () => {
    const { text, json } = planned({
      a: "{ artifact_name: a2, update_strategy: { order: 2 } }",
      b: "{ artifact_name: b2, update_strategy: { order: 1 } }",
    });
    expect(text)
      .toBe(`There is no acceptable plan for "m". Group 1 of the hand-written order updates "B" when the tables do not allow it: no row of "transition_states" allows a "a1" with b "b2".
Together these rules forbid it, whatever the others say:
  m.yaml:17  no row of "transition_states" allows a a1 and b b2
  m.yaml:7   the order of "b" is written by hand: 1
  m.yaml:6   the order of "a" is written by hand: 2
${hint}`);
    expect(json).toMatchObject({
      core: [
        { file: "m.yaml", line: 17, row: '(no row of "transition_states" allows a a1 and b b2)' },
        { file: "m.yaml", line: 7, row: '(the order of "b" is written by hand: 1)' },
        { file: "m.yaml", line: 6, row: '(the order of "a" is written by hand: 2)' },
      ],
      irreducible: true,
      repair: [{ kind: "add-row" }, { kind: "drop-order" }, { kind: "drop-order" }],
      all_repairs_tried: true,
    });
  });

  /** Over the end state between, where the order holds in each stage. */
  const overStones: Sketch = {
    a: "{ artifact_name: a3, depends: [a2], stepping_stones: [{ artifact_name: a2 }], update_strategy: { order: 2 } }",
    b: "{ artifact_name: b2, update_strategy: { order: 1 } }",
    ends: [`"v.1": [a1, b1]`, `"v.mid": [a2, b1]`, `"v.2": [a3, b2]`],
    transitions: ["- [a3, b1, YES]"],
  };

  test(
    "where the order written over stepping stones leads to what no row allows",
    widening(() => {
      const { text, json } = planned(overStones);
      expect(text)
        .toBe(`There is no acceptable plan for "m". No order of the updates passes acceptable states only.
Together these rules forbid it, whatever the others say:
  m.yaml:18  no row of "transition_states" allows a a2 and b b2
  m.yaml:12  a stage may end in no state but those of "end_states"
  m.yaml:6   the order of "a" is written by hand: 2
  m.yaml:7   the order of "b" is written by hand: 1
${hint}`);
      expect(json).toMatchObject({
        core: [{ line: 18 }, { line: 12 }, { line: 6 }, { line: 7 }],
        irreducible: true,
        repair: [{ kind: "add-row" }, { kind: "drop-order" }, { kind: "drop-order" }],
      });
    }),
  );

  test("where no order over stepping stones has an end state between", () => {
    const { text, json } = planned({ ...overStones, ends: [`"v.1": [a1, b1]`, `"v.2": [a3, b2]`] });
    expect(text)
      .toBe(`There is no acceptable plan for "m". No order of the updates passes acceptable states only, whatever the transition tables say: stages must end in end states.
This rule alone forbids it:
  m.yaml:12  a stage may end in no state but those of "end_states"
${hint}`);
    expect(json).toMatchObject({ core: [{ line: 12 }], irreducible: true, repair: [] });
  });

  test("where no row of the end states allows what is wanted", () => {
    const { text, json } = planned({ ends: [`"v.1": [a1, b1]`, `"v.2": [a2, b9]`] });
    expect(text)
      .toBe(`There is no acceptable plan for "m". The wanted state is not an acceptable end state: a "a2", b "b2".
This rule alone forbids it:
  m.yaml:13  no row of "end_states" allows a a2 and b b2
${hint}`);
    expect(json).toMatchObject({
      core: [{ file: "m.yaml", line: 13, row: '(no row of "end_states" allows a a2 and b b2)' }],
      irreducible: true,
      repair: [{ kind: "add-end-state", components: { A: "a2", B: "b2" } }],
    });
  });

  test("where no Artifact leads there: what the Manifest says of it", () => {
    const { text, json } = planned({ a: "{ artifact_name: a2, depends: [a0] }" });
    expect(text)
      .toBe(`There is no acceptable plan for "m". No Artifact at hand brings "A" from "a1" to "a2", directly or by stepping stones.
This rule alone forbids it:
  m.yaml:6  a: { artifact_name: a2, depends: [a0] }
${hint}`);
    expect(json).toMatchObject({
      core: [{ file: "m.yaml", line: 6, row: "  a: { artifact_name: a2, depends: [a0] }" }],
      irreducible: true,
      at: { file: "m.yaml", line: 6 },
      repair: [
        { kind: "drop-depends", component_type: "a", file: "m.yaml", line: 6 },
        { kind: "add-artifact", component_type: "a", from: ["a1"], to: "a2" },
      ],
      all_repairs_tried: true,
    });
  });

  test("where rows forbid the way over a stepping stone, and an edge the way past it", () => {
    const { text, json, drawn } = planned({
      b: "{ artifact_name: b3, stepping_stones: [{ artifact_name: b2 }], edges: { rows: [[b1, b3, NO]] } }",
      ends: [`"v.1": [a1, b1]`, `"v.mid": [a1, b2]`, `"v.2": [a2, b3]`],
      transitions: ["- [a1, b2, NO]", "- [a2, b1, NO]", "- [a1, b3, YES]"],
    });
    expect(text)
      .toBe(`There is no acceptable plan for "m". No order of the updates passes acceptable states only.
Together these rules forbid it, whatever the others say:
  m.yaml:19  [a2, b1, NO]
  m.yaml:18  [a1, b2, NO]
  m.yaml:7   [b1, b3, NO]
${hint}`);
    expect(json).toMatchObject({
      core: [{ line: 19 }, { line: 18 }, { file: "m.yaml", line: 7, row: "[b1, b3, NO]" }],
      irreducible: true,
      repair: [
        { kind: "say-yes", line: 18 },
        { kind: "drop-edge", component_type: "b", file: "m.yaml", line: 7 },
      ],
    });
    expect(drawn()).toContain(`start -.-x|"m.yaml:7: #91;b1, b3, NO#93;"| wanted`);
  });

  test("where edges allow nothing that no row of theirs allows", () => {
    const { text, json } = planned({
      b: "{ artifact_name: b2, edges: { default: deny, rows: [[b0, b2, YES]] } }",
      ends: [`"v.0": [a1, b0]`, `"v.1": [a1, b1]`, `"v.2": [a2, b2]`],
    });
    expect(text)
      .toBe(`There is no acceptable plan for "m". No Artifact at hand brings "B" from "b1" to "b2", directly or by stepping stones.
This rule alone forbids it:
  m.yaml:7  the edges of "b" allow nothing that no row of theirs allows
${hint}`);
    expect(json).toMatchObject({
      core: [{ line: 7, row: '(the edges of "b" allow nothing that no row of theirs allows)' }],
      repair: [
        {
          kind: "allow-edges",
          text: 'say default: allow in m.yaml:7, for the edges of "b", or add the rows that it takes',
        },
      ],
    });
  });

  test(
    "where only end states may be passed through",
    widening(() => {
      const { text, json } = planned({ transitions: [] });
      expect(text)
        .toBe(`There is no acceptable plan for "m". Without a transition table only end states may be passed through, and no order of the updates does.
Together these rules forbid it, whatever the others say:
  m.yaml:12  no row of "end_states" allows a@A a2 and b@B b1
  m.yaml:12  no row of "end_states" allows a@A a1 and b@B b2
${hint}`);
      expect(json).toMatchObject({ core: [{ line: 12 }, { line: 12 }], irreducible: true });
    }),
  );
});
