import { expect, test } from "vitest";
import type { Problem } from "../../../src/core/problem.ts";
import { errorDocument, problemJson, problemsText } from "../../../src/report/problems.ts";
import { plainStyle } from "../../../src/report/style.ts";

const unknownField: Problem = {
  code: "unknown-field",
  message: `There is no field "artefact_name" here.`,
  at: { file: "m.yaml", line: 12, column: 5, text: "    artefact_name: gateway-v2" },
  expected: "artifact_name or artifact_path",
  got: "artefact_name",
  hint: `Write "artifact_name".`,
};

const text = (...problems: readonly Problem[]): string =>
  problemsText(problems, plainStyle).join("\n");

test("a problem is told with its place, its line with a caret, and what to do", () => {
  expect(text(unknownField))
    .toBe(`m.yaml:12:5: error: There is no field "artefact_name" here. [unknown-field]
  12 |     artefact_name: gateway-v2
     |     ^
  expected: artifact_name or artifact_path
  found: artefact_name
  hint: Write "artifact_name".`);
});

test("on a narrow terminal it is broken between words, and of the line that is shown as much as fits", () => {
  const lines = problemsText([unknownField], plainStyle, "error", 40);
  expect(lines.join("\n")).toBe(`m.yaml:12:5: error: There is no field
  "artefact_name" here. [unknown-field]
  12 |     artefact_name: gateway-v2
     |     ^
  expected: artifact_name or
    artifact_path
  found: artefact_name
  hint: Write "artifact_name".`);
  const far = { file: "m.yaml", line: 12, column: 41, text: `${"a".repeat(40)}X${"b".repeat(60)}` };
  for (const width of [20, 27, 40]) {
    const told = problemsText([{ ...unknownField, at: far }], plainStyle, "error", width);
    const shown = told.findIndex((line) => line.startsWith("  12 | "));
    expect(told[shown]?.length).toBeLessThanOrEqual(width);
    expect(told[shown + 1]?.indexOf("^")).toBe(told[shown]?.indexOf("X"));
  }
});

test("a problem without a place is told without one", () => {
  const problem: Problem = { code: "no-plan", message: "There is no way.", hint: "Add a row." };
  expect(text(problem)).toBe(`error: There is no way. [no-plan]
  hint: Add a row.`);
});

test("a place without a column has no caret, and one without a line no excerpt", () => {
  const at = { file: "m.yaml", line: 3, text: "name: x" };
  expect(text({ ...unknownField, at })).toContain("m.yaml:3: error:");
  expect(text({ ...unknownField, at })).toContain("\n  3 | name: x\n  expected");
  expect(text({ ...unknownField, at: { file: "m.yaml" } })).toMatch(
    /^m.yaml: error: .*\n {2}expected/,
  );
});

test("the caret stands under its column behind tabs and in a line that is cut", () => {
  const tabs = { file: "m.yaml", line: 1, column: 3, text: "\t\tname: x" };
  expect(text({ ...unknownField, at: tabs })).toContain("\n  1 |   name: x\n    |   ^\n");
  const long = `${"a".repeat(300)}!${"b".repeat(300)}`;
  const lines = text({
    ...unknownField,
    at: { file: "m.yaml", line: 1, column: 301, text: long },
  }).split("\n");
  expect(lines[1]?.length).toBeLessThan(120);
  expect(lines[1]?.charAt(lines[2]?.indexOf("^") ?? -1)).toBe("!");
});

test("what does not show is spelled out, and the caret stands right", () => {
  const shown = text({
    ...unknownField,
    message: 'There is no field "a\u200b" here.',
    at: { file: "m.yaml", line: 1, column: 3, text: "a\u200b: b" },
  });
  expect(shown).toContain(String.raw`error: There is no field "a\u{200b}" here.`);
  expect(shown).toContain(String.raw`1 | a\u{200b}: b` + `\n    | ${" ".repeat(9)}^`);
});

test("control characters in broken input reach no terminal", () => {
  const shown = text({
    ...unknownField,
    message: `There is no field "\u001b[2Jx\r\n" here.`,
    at: { file: "m\u0007.yaml", line: 1, column: 2, text: "\u001b\u202ename" },
  });
  expect(shown).toContain(
    String.raw`m\x07.yaml:1:2: error: There is no field "\x1b[2Jx\x0d\x0a" here.`,
  );
  expect(shown).toContain(String.raw`1 | \x1b\u{202e}name`);
  expect(shown).toMatch(/\n {4}\| {5}\^\n/);
});

test("tools get a problem as one object", () => {
  expect(problemJson(unknownField)).toEqual({
    type: "error",
    code: "unknown-field",
    exit: 11,
    message: `There is no field "artefact_name" here.`,
    at: { file: "m.yaml", line: 12, column: 5 },
    expected: "artifact_name or artifact_path",
    got: "artefact_name",
    hint: `Write "artifact_name".`,
  });
});

test("several problems are one document: the first, whose exit status counts, and the others", () => {
  const other: Problem = { code: "no-plan", message: "There is no way.", hint: "Add a row." };
  expect(errorDocument([other, unknownField])).toEqual({
    type: "error",
    code: "no-plan",
    exit: 14,
    message: "There is no way.",
    hint: "Add a row.",
    more: [problemJson(unknownField)],
  });
  expect(errorDocument([other])).not.toHaveProperty("more");
});
