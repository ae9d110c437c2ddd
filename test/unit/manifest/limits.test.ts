import { expect, test } from "vitest";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { maxFileBytes } from "../../../src/manifest/source.ts";
import { problemsOf, textFile } from "../../support/manifests.ts";
import { inTier } from "../../support/tier.ts";

/** Bytes; what grows with the square of this takes minutes. */
const size = 300_000;
const filled = (piece: string) => piece.repeat(Math.floor(size / piece.length));
const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("");

const head = [
  "api_version: mender/v1",
  "kind: manifest",
  "name: large",
  "system_types_compatible: [a]",
  "component_types:",
  "  a: { artifact_name: a-2.0 }",
  "constraints:",
  "",
].join("\n");
/** Without a field of a Manifest it would be told as no Manifest at all. */
const fields = (text: string) => `kind: manifest\n${text}`;
const value = (text: string) => `constraints:\n  ${text}`;
const table = `${head}  end_states: |\n    | a | Acceptable | System version |\n    |---|---|---|\n`;

test.each([
  ["a flood of brackets", value(filled("[")), "yaml-forbidden", "The file is nested too deeply."],
  ["a flood of maps", value(filled("{a: ")), "yaml-forbidden", "The file is nested too deeply."],
  ["lists on one line", value(filled("- ")), "yaml-forbidden", "The file is nested too deeply."],
  [
    "maps in maps",
    fields(many(1400, (n) => `${" ".repeat(n)}a:\n`)),
    "yaml-forbidden",
    "The file is nested too deeply.",
  ],
  [
    "aliases",
    fields(`x: &a [b]\ny:\n${filled(" - *a\n").slice(0, -100)}`),
    "yaml-forbidden",
    "The file holds too many anchors, aliases and tags.",
  ],
  [
    "tags",
    fields(`x: [${filled("!x, ").slice(0, -100)}]`),
    "yaml-forbidden",
    "The file holds too many anchors, aliases and tags.",
  ],
  [
    "documents",
    fields(filled("---\n")),
    "yaml-forbidden",
    "The file holds more than one document.",
  ],
  [
    "unknown fields",
    fields(many(20_000, (n) => `key${n}: 1\n`)),
    "missing-field",
    'The field "api_version" is missing in the file.',
  ],
  [
    "one key over and over",
    fields(filled("a: 1\n").slice(0, inTier(size / 3, size))),
    "missing-field",
    'The field "api_version" is missing in the file.',
  ],
  ["closing brackets", value(filled("]")), "yaml-syntax", 'The "]" closes nothing.'],
  [
    "a text without its end",
    value(`"${filled("\\x")}`),
    "yaml-forbidden",
    "A quoted text is too long.",
  ],
  [
    "columns",
    `${head}  end_states: |\n    ${filled("|").slice(0, -200)}\n`,
    "table-invalid",
    "The table has 299799 columns.",
  ],
  [
    "a long cell",
    `${table}    | ${filled("a").slice(0, -300)} | YES | v |\n`,
    "table-cell",
    `The cell "${"a".repeat(60)}" says nothing that can be compared.`,
  ],
  [
    "a column's head of signs",
    `${head}  transition_states:\n    columns: [a${filled("@").slice(0, -300)}]\n    rows: []\n`,
    "missing-field",
    'The field "end_states" is missing in "constraints".',
  ],
  [
    "versions in many rows",
    `${table}${many(5_000, (n) => `    | a-1.${n} | YES | v |\n`)}`,
    "table-invalid",
    'The table "end_states" is too large: 5000 rows, and up to 5002 versions in a column.',
  ],
])("%s: one clear problem, at once", (_, text, code, message) => {
  const [problem, ...more] = problemsOf(readManifest(textFile("m.yaml", text)));
  expect([problem?.code, problem?.message]).toEqual([code, message]);
  expect(more.length).toBeLessThanOrEqual(100);
});

test.each([
  ["names of all kinds", many(40_000, (n) => `k${n}:\n`)],
  ["spaces", filled(" ")],
  ["quotes and braces", filled("{'")],
])("a text that is none of ours is told at once, too: %s", (_, text) => {
  const codes = problemsOf(readManifest(textFile("m.yaml", text))).map(({ code }) => code);
  expect(codes).toEqual(["not-a-manifest"]);
});

test("a file that is too large is not even read", () => {
  const problems = problemsOf(readManifest(textFile("m.yaml", "a".repeat(maxFileBytes + 1))));
  expect(problems).toEqual([
    {
      code: "file-too-large",
      message: '"m.yaml" is too large to be a text of ours.',
      at: { file: "m.yaml" },
      expected: "at most 1048576 bytes",
      got: "1048577 bytes",
      hint: "Give the right file; shorten tables with wildcards and ranges.",
    },
  ]);
});

test("aliases that stand for aliases do not multiply", () => {
  const levels = many(
    12,
    (n) =>
      `l${n}: &l${n} [${n === 0 ? "x" : Array.from({ length: 10 }, () => `*l${n - 1}`).join(", ")}]\n`,
  );
  const problems = problemsOf(readManifest(textFile("m.yaml", fields(levels))));
  expect(problems.some(({ message }) => message === "The file uses too many aliases.")).toBe(true);
});

test("an alias of what it stands in is told to be quoted", () => {
  const problems = problemsOf(readManifest(textFile("m.yaml", fields("a: &a [*a]\n"))));
  expect(problems.map(({ hint }) => hint)).toContain('Quote it: "*a".');
});

test("bytes that are no text, and control characters, are refused with their place", () => {
  const notText = readManifest({ name: "m.yaml", bytes: new Uint8Array([0x61, 0xff, 0xfe]) });
  expect(problemsOf(notText).map(({ message }) => message)).toEqual([
    '"m.yaml" is not a text in UTF-8.',
  ]);
  const escape = readManifest(textFile("m.yaml", "kind: manifest\nname: \u001b[2J\n"));
  expect(problemsOf(escape)).toEqual([
    {
      code: "yaml-forbidden",
      message: "The file holds the control character U+001B.",
      at: { file: "m.yaml", line: 2, column: 7 },
      hint: "Remove it; it does not show in an editor.",
    },
  ]);
});

test("a byte order mark and Windows line ends are no problem", () => {
  const text = `\u{feff}${head.replace("constraints:\n", "")}`.replace(
    "a-2.0 }",
    "a-2.0, update_strategy: { order: 1 } }",
  );
  expect(readManifest(textFile("m.yaml", text.replaceAll("\n", "\r\n"))).ok).toBe(true);
});
