import fc from "fast-check";
import { parse, satisfies } from "semver";
import { expect, test } from "vitest";
import { inRange, readRange } from "../../../src/manifest/number-range.ts";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { type NumberForm, numberOf } from "../../../src/manifest/version-number.ts";
import { fuzzing } from "../../support/fuzzing.ts";
import {
  expectOk,
  matchInput,
  problemLines,
  problemsOf,
  systemOf,
  textFile,
} from "../../support/manifests.ts";

const form = (template: string | null, scheme: NumberForm["scheme"] = "dotted"): NumberForm => ({
  template,
  scheme,
});

test.each([
  ["esp32-fw-1.2.3-idf5.1", form("esp32-fw-{}-*"), "1.2.3"],
  ["build-417", form("build-{}"), "417.0.0"],
  ["os2.1-app-3.4", form("*-app-{}"), "3.4.0"],
  ["1.2.3.4", form("{}"), "1.2.3.4"],
  ["app-2.0.0-rc.1", form(null, "semver"), "2.0.0-rc.1"],
  ["app-2.0.0-rc.1+b5", form(null, "semver"), "2.0.0-rc.1"],
  ["app-2.0.0-arm64", form("app-{}-arm64", "semver"), "2.0.0"],
  ["app-2.0.0-rc1-arm64", form("app-{}-arm64", "semver"), null],
  ["fw-2026-03-01", form(null, "date"), "2026.3.1"],
  ["fw-20260301", form(null, "date"), "2026.3.1"],
  ["fw-2026.03.01.7", form(null, "date"), "2026.3.1.7"],
  ["fw-2026-13-01", form(null, "date"), null],
  ["other-1.2.3", form("esp32-fw-{}-*"), null],
  ["app-1.2-3.4", form(null), null],
])("the number in %s under %j is %s", (name, how, number) => {
  const found = numberOf(name, how);
  expect(found.kind === "number" ? found.number : null).toBe(number);
});

test.each([
  [">=2026-03", "2026.3.1", true],
  ["<2026-03-01", "2026.2.28", true],
  ["=2026.3", "2026.3.31", true],
  [">2026.3.1", "2026.3.1", false],
])("a date in %s: %s, %s", (range, number, isIn) => {
  const read = readRange(range);
  expect(read === null ? null : inRange(read, number)).toBe(isIn);
});

const part = fc.integer({ min: 0, max: 3 });
const version = fc
  .tuple(part, part, part, fc.constantFrom("", "-rc", "-rc.1", "-rc.2", "-1", "-alpha.beta"))
  .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre}`);
const range = fc
  .tuple(
    fc.constantFrom("<", "<=", ">", ">=", "=", "^", "~"),
    fc.oneof(
      version,
      fc.tuple(part, part).map((both) => both.join(".")),
      part.map(String),
    ),
  )
  .map((both) => both.join(""));

test("with pre-releases a range is what package semver takes it for", () => {
  fc.assert(
    fc.property(range, version, (text, number) => {
      const read = readRange(text);
      expect(read).not.toBeNull();
      const theirs = satisfies(number, text, { includePrerelease: true });
      expect({ text, number, isIn: read !== null && inRange(read, number) }).toEqual({
        text,
        number,
        isIn: theirs,
      });
      expect(parse(number)).not.toBeNull();
    }),
    fuzzing(4000),
  );
});

const manifest = (...lines: readonly string[]) =>
  [
    "api_version: mender/v1",
    "kind: manifest",
    "name: numbers",
    "system_types_compatible: [a]",
    "component_types:",
    "  app:",
    "    artifact_name: app-2.0.0-lts5.1",
    ...lines.map((line) => `    ${line}`),
    "constraints:",
    "  end_states: any",
    "  transition_states: any",
    '  rules: [{ require: { app: ">=1.0.0-rc1" } }]',
    "",
  ].join("\n");

test("a type says where its numbers stand, whether pre-releases count, and what exists", () => {
  const text = manifest('number: "app-{}-*"', "scheme: semver", "versions: [app-1.0.0-lts5.1]");
  expect(expectOk(readManifest(textFile("m.yaml", text))).manifest.componentTypes[0]).toMatchObject(
    {
      numbers: { template: "app-{}-*", scheme: "semver" },
      versions: ["app-1.0.0-lts5.1"],
    },
  );
  const state = "components: [{ component_type: app, id: A1, version: app-1.0.0-lts5.1 }]\n";
  expect(systemOf(textFile("m.yaml", text), state).types[0]?.versions).toEqual([
    "app-1.0.0-lts5.1",
    "app-2.0.0-lts5.1",
    "?",
  ]);
  expect(
    matchInput(expectOk(readManifest(textFile("m.yaml", text))).manifest, state).artifacts,
  ).toHaveLength(1);
});

test("what cannot be compared is an error, and so is a pattern without a number", () => {
  const refused = (...lines: readonly string[]) =>
    problemLines(problemsOf(readManifest(textFile("m.yaml", manifest(...lines)))));
  expect(refused()).toEqual([
    'm.yaml:11:29 table-range ">=1.0.0-rc1" is neither a range nor the name of a version. Write the number alone behind the sign, and "|" between alternatives.',
  ]);
  expect(refused('number: "{}-lts5.1"', "versions: [other]", "scheme: semver")).toEqual([
    'm.yaml:14:29 table-range The version "app-2.0.0-lts5.1" cannot be compared with the range ">=1.0.0-rc1": it does not fit the pattern of its type. List the versions by name in place of the range: "a | b".',
  ]);
  expect(refused("number: app-*", "scheme: roman")).toEqual([
    'm.yaml:8:13 wrong-value "component_types.app.number" must be a text with "{}" where the number stands and "*" for anything, such as "esp32-fw-{}-*", but is "app-*". Write a text with "{}" where the number stands and "*" for anything, such as "esp32-fw-{}-*".',
    'm.yaml:9:13 wrong-value "component_types.app.scheme" must be "dotted", "semver" or "date", but is "roman". Write "dotted", "semver" or "date".',
    'm.yaml:13:29 table-range ">=1.0.0-rc1" is neither a range nor the name of a version. Write the number alone behind the sign, and "|" between alternatives.',
  ]);
});
