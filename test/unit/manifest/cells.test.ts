import { expect, test } from "vitest";
import { unknownVersion, Version } from "../../../src/core/ids.ts";
import { readCell } from "../../../src/manifest/cell.ts";
import { knownVersions, namesIn, versionsOf } from "../../../src/manifest/cell-versions.ts";
import { numberIn, readRange } from "../../../src/manifest/number-range.ts";

const place = { file: "m.yaml", line: 1, column: 1 };

/** The versions, by name, that a cell with these alternatives matches; null is every one, known or not. */
function matched(texts: string | readonly string[], names: readonly string[]) {
  const versions = [...names.map((name) => Version.parse(name)), unknownVersion];
  const { cell, problems } = readCell(typeof texts === "string" ? [texts] : texts, place);
  expect(problems).toEqual([]);
  const { set, problems: found } = versionsOf(cell, knownVersions(versions));
  return {
    versions: set === null ? null : set.map((index) => versions[index]),
    problems: found.map(({ message }) => message),
  };
}

const tcu = ["tcu-2.4.1", "tcu-3.0.0", "tcu-4.0.0"];

test.each([
  ["tcu-3.0.0", ["tcu-3.0.0"]],
  ["tcu-3.0.0.mender", ["tcu-3.0.0"]],
  ["tcu-2.4.1 | tcu-4.0.0", ["tcu-2.4.1", "tcu-4.0.0"]],
  ["*", tcu],
  ["?", ["?"]],
  ["* | ?", [...tcu, "?"]],
  ["any", null],
  ["!tcu-3.0.0", ["tcu-2.4.1", "tcu-4.0.0"]],
  ["! tcu-3.0.0.mender", ["tcu-2.4.1", "tcu-4.0.0"]],
  ["!>=3", ["tcu-2.4.1"]],
  ["!?", tcu],
  [">=3.0.0", ["tcu-3.0.0", "tcu-4.0.0"]],
  ["<3", ["tcu-2.4.1"]],
  [">= 2.4 <4", ["tcu-2.4.1", "tcu-3.0.0"]],
  ["^2.4.0", ["tcu-2.4.1"]],
  ["~2.4.0", ["tcu-2.4.1"]],
  ["=4", ["tcu-4.0.0"]],
  ["<3 | tcu-4.0.0", ["tcu-2.4.1", "tcu-4.0.0"]],
  ["tcu-9.9.9", []],
])("the cell %j", (text, versions) => {
  expect(matched(text, tcu)).toEqual({ versions, problems: [] });
});

test("a list matches what any of its entries matches", () => {
  expect(matched(["tcu-2.4.1", ">=4"], tcu).versions).toEqual(["tcu-2.4.1", "tcu-4.0.0"]);
});

test("the name of a version always wins over a range", () => {
  expect(matched("=1.0", ["=1.0", "app-1.0"]).versions).toEqual(["=1.0"]);
  expect(matched("~1.0", ["app-1.0"]).versions).toEqual(["app-1.0"]);
});

test("the unknown version is in no range, and no range complains of it", () => {
  expect(matched(">=0", ["app-1.0"])).toEqual({ versions: ["app-1.0"], problems: [] });
});

test.each([
  ["app-latest", "has no number with a dot in it"],
  ["gateway-v2", "has no number with a dot in it"],
  ["fw-1.2-hw-3.4", "has several numbers with dots in them"],
  ["fw-1.2.3.4", "has a number of more than three parts, or too large a one"],
  ["fw-1.99999999999999999", "has a number of more than three parts, or too large a one"],
])("a range cannot be compared with the version %s, and says so", (name, reason) => {
  expect(matched(">=1", [name]).problems).toEqual([
    `The version "${name}" cannot be compared with the range ">=1": it ${reason}.`,
  ]);
});

test.each([
  ["esp32-fw-1.2.3", "1.2.3"],
  ["rootfs2-1.4", "1.4.0"],
  ["app-2026.03", "2026.3.0"],
  ["1.10", "1.10.0"],
  ["v1.2.3-rc4", "1.2.3"],
  ["app-0.0.00", "0.0.0"],
])("the number in %s is %s", (name, number) => {
  expect(numberIn(name)).toEqual({ kind: "number", number });
});

test.each([
  [">=4.0", ">=4.0"],
  [">= 4.0", ">=4.0"],
  [">=2.1   <3", ">=2.1 <3"],
  [">=2026.03", ">=2026.3"],
  ["^v1.2.3", "^1.2.3"],
  [">=1.2.3.4", null],
  [">=app-1.2", null],
  ["==1", null],
  [">=1 || <2", null],
  [">=*", null],
  [">", null],
  ["<>1", null],
  [">=1.2.3-rc1", null],
])("the range %j is read as %j", (text, range) => {
  expect(readRange(text)).toBe(range);
});

test("ranges, wildcards and the unknown version are no names", () => {
  const { cell } = readCell(["a.mender", "!b", ">=1.0", "* | ? | any", "!>=2"], place);
  expect(namesIn(cell)).toEqual(["a", "b"]);
});

test.each(["", "a | ", "!", "!!a", "!*", "!any", "x".repeat(257)])(
  "a cell cannot say %j",
  (text) => {
    const { problems } = readCell([text], place);
    expect(problems.map(({ code }) => code)).toEqual(["table-cell"]);
  },
);
