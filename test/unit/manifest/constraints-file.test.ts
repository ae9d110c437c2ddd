import { expect, test } from "vitest";
import { readConstraintsFile } from "../../../src/manifest/constraints-file.ts";
import { expectOk, problemLines, problemsOf, textFile } from "../../support/manifests.ts";

const file = (...lines: readonly string[]) =>
  textFile("constraints.yaml", [...lines, ""].join("\n"));

test("a device may have transition states alone", () => {
  const { endStates, transitionStates } = expectOk(
    readConstraintsFile(
      file(
        "constraints:",
        "  transition_states: |",
        "    | gateway | rtos | Acceptable |",
        "    |---------|------|------------|",
        "    | *       | any  | YES        |",
      ),
    ),
  );
  expect(endStates).toBeNull();
  expect(transitionStates.map(({ rows }) => rows.map(({ rule }) => rule))).toEqual([
    [{ file: "constraints.yaml", line: 5, row: "| *       | any  | YES        |" }],
  ]);
});

test.each([
  [
    file("constraints: {}"),
    "1:1 missing-field The file holds neither a table nor a rule nor a limit.",
  ],
  [
    file("constraints:"),
    '1:13 wrong-type "constraints" must be a map with end_states, transition_states, rules, limits, but is empty.',
  ],
  [file("constraint: {}"), '1:1 unknown-field There is no field "constraint" here.'],
])("a file without tables is an error: %#", (text, start) => {
  const lines = problemLines(problemsOf(readConstraintsFile(text)));
  expect(lines.some((line) => line.startsWith(`constraints.yaml:${start}`))).toBe(true);
});

test("what a cell cannot say is found without any Manifest", () => {
  const lines = problemLines(
    problemsOf(
      readConstraintsFile(
        file(
          "constraints:",
          "  transition_states:",
          "    columns: [gateway]",
          '    rows: [["!!a", NO], [">=1", MAYBE]]',
        ),
      ),
    ),
  );
  expect(lines).toEqual([
    'constraints.yaml:4:13 table-cell The cell "!!a" says nothing that can be compared. After "!" goes a version, a range or "?"; a name has at most 256 characters.',
    'constraints.yaml:4:33 table-verdict "MAYBE" does not say whether the row is acceptable. Write YES, NO or n/a.',
  ]);
});
