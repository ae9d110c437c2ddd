import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readYaml } from "../../../src/manifest/yaml-document.ts";
import { problemLines, textFile } from "../../support/manifests.ts";

/** `line:column code message hint` */
function told(...lines: readonly string[]): readonly string[] {
  const read = readYaml(textFile("m.yaml", `${lines.join("\n")}\n`));
  const problems = read.ok ? read.value.problems : read.problems;
  return problemLines(problems).map((line) => line.replace(/^m\.yaml:/, ""));
}

test.each([
  [
    "brace that is not closed",
    ["a:", "  b: { c: d", "  e: { f: g }", "h: i"],
    '2:6 yaml-syntax The "{" that is opened here is not closed on its line. Write "}" where the map ends.',
  ],
  [
    "list of several lines that is not closed",
    ["a: [ b,", "  c,", "  d", "e: { f: g }"],
    '1:4 yaml-syntax The "[" that is opened here is not closed up to line 3. Write "]" where the list ends.',
  ],
  [
    "brace too many",
    ["a: { b: c }}", "d: e", "f: { g: h }"],
    '1:12 yaml-syntax The "}" closes nothing. Remove it, or write the "{" that it belongs to; quote a text that holds it.',
  ],
  [
    "brace that is missing at the beginning",
    ["a:", "  b: c: d }", "  e: { f: g }"],
    "2:6 yaml-syntax The YAML is broken here: nested mappings are not allowed in compact mappings. Quote the value, or put what follows it on a line of its own.",
  ],
  [
    "bracket of the other kind",
    ["a: [ { b: c ], d ]", "e: f"],
    '1:13 yaml-syntax The "{" of line 1, column 6 is closed by "]". Write "}" before it, or in its place.',
  ],
  [
    "quote that is not closed",
    ['a: [ "b, c ]', 'd: [ "e" ]', "f: g"],
    '1:6 yaml-syntax The quote (") that is opened here is not closed on its line. Write " where the text ends, too.',
  ],
  [
    "quote that the next one of a list closes",
    ["a:", "  - [ 'b, c ]", "  - [ 'd', 'e' ]", "  - [ 'f' ]"],
    "2:7 yaml-syntax The quote (') that is opened here is not closed on its line. Write ' where the text ends, too.",
  ],
  [
    "quote before a field",
    ["a:", '  "b: c', '  d: [ "e", f ]', "g: h"],
    '2:3 yaml-syntax The quote (") that is opened here is not closed on its line. Write " where the text ends, too.',
  ],
  [
    "tab in neighbouring lines",
    ["a:", "\tb: c", "\td: e", "f: g"],
    "2:1 yaml-syntax The YAML is broken here: tabs are not allowed as indentation. Indent with blanks.",
  ],
  [
    "line indented deeper",
    ["a:", "  b: c", "   d: e", "   f: g", "h: i"],
    "3:4 yaml-syntax The line is indented deeper than the entry before it, which has its value already. Indent all entries of one map or list alike.",
  ],
  [
    "line indented less",
    ["a:", "    b: c", "  d: e", "  f: g", "h: i"],
    "3:3 yaml-syntax The YAML is broken here: all mapping items must start at the same column. Indent all entries of one map or list alike.",
  ],
  [
    "list item among fields",
    ["a:", "  b: c", "  - d", "  - e", "f: g"],
    "3:3 yaml-syntax The YAML is broken here: a block sequence may not be used as an implicit map key. Indent all entries of one map or list alike.",
  ],
  [
    "colon that is missing",
    ["a:", "  b", "    - { c: d }", "    - { e: f }", "g: h"],
    '2:3 yaml-syntax The YAML is broken here: implicit keys need to be on a single line. A key ends with ":" on its own line; quote a text that holds ": ".',
  ],
  [
    "table that is indented as its field",
    ["a:", "  end_states: |", "  | b | Acceptable |", "  |---|------------|", "  | c | YES |"],
    '3:3 yaml-syntax A line of a table is no part of a text here. Write "|" behind the field above, as in "end_states: |", and indent the table deeper than the field, all lines alike.',
  ],
  [
    "key that is there twice",
    ["a: 1", "b: 2", "a: 3"],
    '3:1 yaml-duplicate-key The key "a" is there twice. Remove one; the first is in line 1.',
  ],
] as const)("one %s is one problem", (_name, lines, line) => {
  expect(told(...lines)).toEqual([line]);
});

test.each([
  [
    "rows of one table",
    ["rows:", "  - [ a, b", "  - [ c, 'd ]", "  - [ e, f ]", "  - [ g, h ]]"],
    ["2:5", "3:10", "5:13"],
  ],
  ["a row and a field", ["a:", "  - [ b }", "c: d", "e", "f: g"], ["2:9", "4:1"]],
  ["an indentation and a brace", ["a:", "  b: c", "   d: e", "f: { g: h"], ["3:4", "4:4"]],
  ["tabs in two maps", ["a:", "\tb: c", "d:", "\te: f"], ["2:1", "4:1"]],
  ["a brace and a key given twice", ["a: { b: c", "d: e", "d: f"], ["1:4", "3:1"]],
  ["a brace and a bare star", ["a: [*, b]", "c: { d: e", "f: g"], ["1:5", "2:4"]],
] as const)("%s: each of several mistakes is told", (_name, lines, places) => {
  expect(told(...lines).map((line) => line.split(" ")[0])).toEqual(places);
});

test("what an alias stands for may lie in what is broken: the alias is no problem", () => {
  expect(told("a: &a { b: c", "d: *a")).toEqual([expect.stringMatching(/^1:7 yaml-syntax/)]);
});

test("of a file that is broken everywhere the first ten places are told", () => {
  expect(told(...Array.from({ length: 30 }, (_, n) => `key${n}: { a: b`))).toHaveLength(10);
});

test("a bracket or a quote that is missing or there twice is one problem in its own line", () => {
  const text = readFileSync("fixtures/manifests/valid/rules.yaml", "utf8");
  const marks = [...text.matchAll(/[{}[\]"']/g)].map(({ index }) => index);
  expect(marks.length).toBeGreaterThan(50);
  for (const at of marks) {
    const line = text.slice(0, at).split("\n").length;
    const changed = [
      `${text.slice(0, at)}${text.slice(at + 1)}`,
      `${text.slice(0, at + 1)}${text.slice(at)}`,
    ];
    // A text without either of its quotes, or within two pairs, may be one that is sound.
    for (const problems of changed.map((one) => told(one)).filter(({ length }) => length > 0))
      expect(problems).toEqual([expect.stringMatching(new RegExp(`^${line}:`))]);
  }
});
