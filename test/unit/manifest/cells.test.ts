import { expect, test } from "vitest";
import { unknownVersion, Version } from "../../../src/core/ids.ts";
import { readCell } from "../../../src/manifest/cell.ts";
import { knownVersions, namesIn, versionsOf } from "../../../src/manifest/cell-versions.ts";
import { Range } from "semver";
import { inRange, partialNumbersExplained, readRange } from "../../../src/manifest/number-range.ts";
import { numberOf, plainNumbers } from "../../../src/manifest/version-number.ts";

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
  ["!tcu-2.4.1 !tcu-4.0.0", ["tcu-3.0.0"]],
  ["* !tcu-3.0.0", ["tcu-2.4.1", "tcu-4.0.0"]],
  ["any !tcu-3.0.0", ["tcu-2.4.1", "tcu-4.0.0"]],
  [">=2.5 !tcu-4.0.0", ["tcu-3.0.0"]],
  [">=2 <4 !tcu-3.0.0 | tcu-4.0.0", ["tcu-2.4.1", "tcu-4.0.0"]],
  ["!>=4 !<3", ["tcu-3.0.0"]],
  ["2.x", ["tcu-2.4.1"]],
  ["2.4.*", ["tcu-2.4.1"]],
  ["3.0.0.x", ["tcu-3.0.0"]],
  ["!2.x", ["tcu-3.0.0", "tcu-4.0.0"]],
])("the cell %j", (text, versions) => {
  expect(matched(text, tcu)).toEqual({ versions, problems: [] });
});

test("a list matches what any of its entries matches", () => {
  expect(matched(["tcu-2.4.1", ">=4"], tcu).versions).toEqual(["tcu-2.4.1", "tcu-4.0.0"]);
});

test("the name of a version always wins over a range", () => {
  expect(matched("=1.0", ["=1.0", "app-1.0"]).versions).toEqual(["=1.0"]);
  expect(matched("~1.0", ["app-1.0"]).versions).toEqual(["app-1.0"]);
  expect(matched("2.x", ["2.x", "app-2.1"]).versions).toEqual(["2.x"]);
  expect(matched("a !b", ["a !b", "a"]).versions).toEqual(["a !b"]);
});

test("the unknown version is in no range, and no range complains of it", () => {
  expect(matched(">=0", ["app-1.0"])).toEqual({ versions: ["app-1.0"], problems: [] });
});

test.each([
  ["app-latest", "has no number with a dot in it"],
  ["gateway-v2", "has no number with a dot in it"],
  ["fw-1.2-hw-3.4", "has several numbers with dots in them"],
  ["fw-1.99999999999999999", "has too large a number in it"],
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
  ["fw-1.2.3.4", "1.2.3.4"],
  ["fw-01.2.3.04.5", "1.2.3.4.5"],
])("the number in %s is %s", (name, number) => {
  expect(numberOf(name, plainNumbers)).toEqual({ kind: "number", number });
});

test.each([
  // A whole number is compared as it is.
  [">1.2.3", "1.2.3", false],
  [">1.2.3", "1.2.4", true],
  [">1.2.3", "1.2.3.1", true],
  ["<=1.2.3", "1.2.3.0", true],
  ["<=1.2.3", "1.2.3.1", false],
  ["=1.2.3", "1.2.3.4", false],
  ["=1.2.3.4", "1.2.3.4", true],
  [">=1.2.3.4 <1.2.3.10", "1.2.3.9", true],
  [">=1.2.3.4 <1.2.3.10", "1.2.3.10", false],
  // A partial one stands for all that begin with it.
  [">1.2", "1.2.5", false],
  [">1.2", "1.3.0", true],
  ["<=1.2", "1.2.5", true],
  ["<=1.2", "1.3.0", false],
  ["=1.2", "1.2.5.7", true],
  ["<2024.10", "2024.9.3", true],
  [">2024.9", "2024.9.3", false],
  [">=2024.9 <2024.10", "2024.9.3", true],
  // `^` lets all move but the first part that is not 0, `~` all behind the second.
  ["^1.2.3.4", "1.9.0", true],
  ["^1.2.3.4", "1.2.3.3", false],
  ["^0.0.3.1", "0.0.3.9", true],
  ["^0.0.3.1", "0.0.4.0", false],
  ["~1.2.3.4", "1.2.9.0", true],
  ["~1.2.3.4", "1.3.0", false],
  ["1.2.x", "1.2.3.4", true],
  ["1.2.3.*", "1.2.3.4", true],
  ["1.2.3.*", "1.2.4.0", false],
])("in the range %j the number %s lies: %s", (text, number, isIn) => {
  const range = readRange(text);
  expect(range === null ? null : inRange(range, number)).toBe(isIn);
});

test("with numbers of up to three parts every range says what package semver says", () => {
  const parts = [0, 1, 2];
  const numbers = parts.flatMap((a) => parts.flatMap((b) => parts.map((c) => `${a}.${b}.${c}`)));
  const ranges = numbers.flatMap((number) =>
    [number, number.slice(0, 3), number.slice(0, 1)].flatMap((written) =>
      ["<", "<=", ">", ">=", "=", "^", "~"].map((sign) => `${sign}${written}`),
    ),
  );
  const differing = [...new Set(ranges)].flatMap((text) => {
    const ours = readRange(text);
    const theirs = new Range(text);
    return numbers
      .filter((number) => (ours === null ? null : inRange(ours, number)) !== theirs.test(number))
      .map((number) => `${number} in ${text}`);
  });
  expect(differing).toEqual([]);
});

test.each([
  [">= 4.0", true],
  [">=2.1   <3", true],
  [">=2026.03", true],
  ["^v1.2.3", true],
  [">=1.2.3.4", true],
  ["v2.x", true],
  [">=app-1.2", false],
  ["==1", false],
  [">=1 || <2", false],
  [">=*", false],
  [">", false],
  ["<>1", false],
  [">=1.2.3-rc1", true],
  [">=1.2-rc1", false],
  [">=2.x", false],
  ["x.2", false],
])("the text %j is a range: %s", (text, isRange) => {
  expect(readRange(text) !== null).toBe(isRange);
});

test.each([
  [">1.2", `">1.2" means ">=1.3"`],
  ["<2024.10 >2024.9", `">2024.9" means ">=2024.10"`],
  ["<=3", `"<=3" means "<4"`],
  ["=1.2 | <=1.2", `"=1.2" means ">=1.2 <1.3", "<=1.2" means "<1.3"`],
])("what the partial numbers in %j mean is told", (text, told) => {
  expect(partialNumbersExplained(text)).toBe(
    `${told}: a number of one or two parts stands for all that begin with it.`,
  );
});

test.each([">=1.2", "<1.2", ">1.2.3", "<=1.2.3", "gateway-1.2"])(
  "in %j nothing is to be explained",
  (text) => {
    expect(partialNumbersExplained(text)).toBe("");
  },
);

test("a version that only a Component reports, and no range can read, is in no range", () => {
  const versions = ["app-1.0", "half", "?"].map((name) => Version.parse(name));
  const set = (text: string, reported: readonly string[]) => {
    const { cell } = readCell([text], place);
    return versionsOf(
      cell,
      knownVersions(versions, new Set(reported.map((name) => Version.parse(name)))),
    );
  };
  expect(set(">=1", ["half"])).toEqual({ set: [0], problems: [] });
  expect(set("!>=1", ["half"])).toEqual({ set: [], problems: [] });
  expect(set("!<1", ["half"])).toEqual({ set: [0], problems: [] });
  expect(set("half | >=1", ["half"])).toEqual({ set: [0, 1], problems: [] });
  expect(set("!app-1.0", ["half"])).toEqual({ set: [1], problems: [] });
  expect(set(">=1", []).problems).toHaveLength(1);
});

test.each([
  [["!a", "!b"], "!a !b"],
  [["!a | !b"], "!a !b"],
  [["!a", "!>=2 | !?"], "!a !>=2 !?"],
])("a list of negations only is refused, and says how to write neither: %j", (texts, neither) => {
  expect(readCell(texts, place).problems).toEqual([
    expect.objectContaining({
      code: "table-cell",
      message: `The cell "${texts.join(" | ").replaceAll(/ *\| */g, " | ")}" matches every version: whichever it is, it is not one of the others.`,
      hint: `"Neither of them" is written with a blank in between: "${neither}".`,
    }),
  ]);
});

test("one negation, and a negation beside a version, are cells", () => {
  expect(readCell(["!a"], place).problems).toEqual([]);
  expect(readCell(["!a", "b"], place).problems).toEqual([]);
});

test("what ! stands for must be plain", () => {
  expect(readCell(["!>=2 <3"], place).problems).toEqual([
    expect.objectContaining({
      code: "table-cell",
      message: `In the cell "!>=2 <3" it is not clear how far the "!" reaches.`,
      hint: `Write what is meant as alternatives, such as "<2 | >=3", or each with its own "!".`,
    }),
  ]);
  expect(readCell(["<3 !>=2"], place).problems).toEqual([]);
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
