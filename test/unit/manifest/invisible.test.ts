import { describe, expect, test } from "vitest";
import { readConstraintsFile } from "../../../src/manifest/constraints-file.ts";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { readStateFile } from "../../../src/manifest/state-file.ts";
import { readTopology } from "../../../src/manifest/topology.ts";
import { expectOk, problemLines, problemsOf, textFile } from "../../support/manifests.ts";

/** A Manifest with a NO row; `%s` stands behind a version in it. */
function manifest(changes: { readonly [from: string]: string } = {}): string {
  const text = [
    "api_version: mender/v1",
    "kind: manifest",
    "name: update-1",
    "system_types_compatible: [machine]",
    "component_types:",
    "  gateway: { artifact_name: gateway-v2 }",
    "  rtos: { artifact_name: rtos-v2 }",
    "constraints:",
    "  end_states: |",
    "    | gateway    | rtos    | Acceptable | System version |",
    "    |------------|---------|------------|----------------|",
    "    | gateway-v1 | rtos-v1 | YES        | v.1            |",
    "    | gateway-v2 | rtos-v2 | YES        | v.2            |",
    "  transition_states:",
    "    columns: [gateway, rtos@R1]",
    "    default: allow",
    "    rows:",
    "      - [gateway-v2, rtos-v1, NO]",
  ].join("\n");
  return Object.entries(changes).reduce((changed, [from, to]) => changed.replace(from, to), text);
}

function told(text: string): readonly string[] {
  return problemLines(problemsOf(readManifest(textFile("m.yaml", text)))).map((line) =>
    line.replace(/^m\.yaml:/, ""),
  );
}

const hint =
  "Remove the character: two names that look the same would not be the same. It does not show in an editor.";

describe("characters that do not show", () => {
  test.each([
    ["a zero width space", 0x200b],
    ["a soft hyphen", 0xad],
    ["a word joiner", 0x2060],
    ["a left-to-right mark", 0x200e],
    ["a right-to-left mark", 0x200f],
    ["a variation selector", 0xfe0f],
    ["a supplementary variation selector", 0xe0100],
    ["a Mongolian variation selector", 0x180b],
    ["a tag", 0xe0041],
    ["a byte order mark in the middle", 0xfeff],
    ["a private-use character", 0xe000],
    ["an unassigned character", 0x378],
    ["a noncharacter", 0xfdd0],
    ["a Hangul filler", 0x3164],
    ["a combining grapheme joiner", 0x34f],
    ["a line separator", 0x2028],
    ["a no-break space", 0xa0],
    ["an em space", 0x2003],
    ["a blank Braille pattern", 0x2800],
  ])("%s in a NO cell is refused, with its place", (_, code) => {
    const character = String.fromCodePoint(code);
    const shown = `\\u{${code.toString(16)}}`;
    expect(told(manifest({ "[gateway-v2,": `[gateway${character}-v2,` }))).toEqual([
      `18:17 invisible-character "gateway${shown}-v2" holds ${shown}, which does not show. ${hint}`,
    ]);
  });

  test.each([
    ["the name", "update-1", "update-1\u200b", "3:15"],
    ["a System type", "[machine]", "[machine\u200b]", "4:34"],
    ["a Component type", "  rtos: {", "  rtos\u200b: {", "7:7"],
    ["the name of an Artifact", "gateway-v2 }", "gateway-v2\u200b }", "6:39"],
    ["a key", "component_types:", "component_types\u200b:", "5:16"],
    ["a cell of a Markdown table", "| rtos-v2 |", "| rtos-v2\u200b|", "13:27"],
    ["a head of a Markdown table", "| gateway    |", "| gateway\u200b   |", "10:14"],
    ["a System version", "v.2 ", "v.2\u200b", "13:46"],
    ["a Component id", "R1]", "R1\u200b]", "15:31"],
  ])("%s is refused, with its place", (_, from, to, place) => {
    expect(told(manifest({ [from]: to })).filter((line) => line.includes("invisible"))).toEqual([
      expect.stringMatching(new RegExp(`^${place} invisible-character `)),
    ]);
  });

  test("written as an escape is refused where the text begins", () => {
    expect(told(manifest({ "[gateway-v2,": String.raw`["gateway-v2\u200b",` }))).toEqual([
      `18:10 invisible-character "gateway-v2\\u{200b}" holds \\u{200b}, which does not show. ${hint}`,
    ]);
  });

  test("blanks that are not plain may pad a Markdown table, and stand in none of its names", () => {
    const padded = manifest({
      "| gateway-v1 | rtos-v1 |": "|\u00a0gateway-v1\u2003| rtos-v1\u00a0|",
    });
    expect(expectOk(readManifest(textFile("m.yaml", padded))).notes).toEqual([]);
    expect(told(manifest({ "| gateway-v1 |": "| gateway\u00a0v1 |" }))).toEqual([
      `12:7 invisible-character "gateway\\u{a0}v1" holds \\u{a0}, which does not show. ${hint}`,
    ]);
  });

  test("of two kinds are told one by one", () => {
    expect(told(manifest({ "[gateway-v2,": "[gateway\u200b-v2\u2060," }))).toEqual([
      expect.stringContaining("holds \\u{200b},"),
      expect.stringContaining("holds \\u{2060},"),
    ]);
  });

  test("may stand in a comment, and a byte order mark at the beginning", () => {
    const text = `\ufeff# a\u200bb\n${manifest({ "name: update-1": "name: update-1 # \u26a0\ufe0f" })}`;
    expect(expectOk(readManifest(textFile("m.yaml", text))).manifest.name).toBe("update-1");
  });

  test("are refused in a Topology, but in the arguments of an Interface, which are nobody's names", () => {
    const topology = (type: string, argument: string) =>
      [
        "api_version: mender/v1",
        "kind: topology",
        "system_type: machine",
        "components:",
        `  - { component_type: ${type}, interface_args: ["${argument}"] }`,
      ].join("\n");
    const refused = readTopology(textFile("t.yaml", topology("rtos\u200b", "x")), null);
    expect(problemsOf(refused)[0]).toMatchObject({
      code: "invisible-character",
      at: { line: 5, column: 27 },
    });
    const read = readTopology(textFile("t.yaml", topology("rtos", "a\u200d\u00a0b")), null);
    expect(expectOk(read).components[0]?.args).toEqual(["a\u200d\u00a0b"]);
  });

  test("are refused in a state file and in a device's own constraints", () => {
    const state = "components: [{ component_type: rtos, id: R1, version: rtos-v1\u200b }]";
    expect(problemsOf(readStateFile(textFile("s.yaml", state)))[0]?.code).toBe(
      "invisible-character",
    );
    const constraints = [
      "constraints:",
      "  transition_states:",
      "    columns: [rtos]",
      "    rows: [[rtos-v1\u200b, NO]]",
    ].join("\n");
    expect(problemsOf(readConstraintsFile(textFile("c.yaml", constraints)))[0]?.code).toBe(
      "invisible-character",
    );
  });
});

describe("names that look the same", () => {
  test("versions that differ by normalisation are refused", () => {
    const text = manifest({
      "[gateway-v2, rtos-v1": "[gateway-v2, ge\u0301rat",
      "[gateway-v2": "[g\u00e9rat | ge\u0301rat",
    });
    expect(told(text)).toEqual([
      `18:10 names-look-alike "ge\\u{301}rat" and "g\\u{e9}rat" are two names for versions of "gateway" that look the same. Write both in the same characters; the other is in line 18.`,
    ]);
  });

  test("an Artifact and a cell that differ by normalisation are refused", () => {
    const text = manifest({
      "artifact_name: gateway-v2": "artifact_name: gate\uff57ay-v2",
    });
    expect(told(text)).toEqual([
      `13:7 names-look-alike "gateway-v2" and "gate\\u{ff57}ay-v2" are two names for versions of "gateway" that look the same. Write both in the same characters; the other is in line 6.`,
    ]);
  });

  test("System versions and keys that differ by normalisation are refused", () => {
    const systems = manifest({ "v.1 ": "\u00e9 ", "v.2 ": "e\u0301 " });
    expect(told(systems)).toEqual([
      expect.stringContaining(
        `names-look-alike "e\\u{301}" and "\\u{e9}" are two names for System versions that look the same.`,
      ),
    ]);
    const types = manifest({
      "  rtos: {": "  \u00e9: { artifact_name: x }\n  e\u0301: { artifact_name: y }\n  rtos: {",
    });
    expect(told(types)).toEqual([
      expect.stringContaining(
        `8:3 names-look-alike "e\\u{301}" and "\\u{e9}" are two names for keys of one map that look the same.`,
      ),
    ]);
  });

  test("names that differ only by case are a note that spells out both", () => {
    const text = manifest({ "[gateway-v2, rtos-v1": "[Gateway-v2, rtos-v1" });
    const { notes } = expectOk(readManifest(textFile("m.yaml", text)));
    expect(problemLines(notes)).toEqual([
      `m.yaml:18:10 names-differ-in-case "Gateway-v2" and "gateway-v2" are two names for versions of "gateway" that differ only in upper and lower case. They do not match each other. If one is meant, write it everywhere in the same way; the other is in line 6.`,
    ]);
  });

  test("so are Component types and System versions", () => {
    const text = manifest({
      "  rtos: {": "  Gateway: { artifact_name: x }\n  rtos: {",
      "v.1 ": "V.2 ",
    });
    const { notes } = expectOk(readManifest(textFile("m.yaml", text)));
    expect(problemLines(notes)).toEqual([
      expect.stringContaining(`"Gateway" and "gateway" are two names for Component types`),
      expect.stringContaining(`"v.2" and "V.2" are two names for System versions`),
    ]);
  });
});

describe("markup in a cell is refused as what it is", () => {
  test.each([
    ["`rtos-v1`"],
    ["**rtos-v1**"],
    ["*rtos-v1*"],
    ["~~rtos-v1~~"],
    ["rtos-v1<br>rtos-v2"],
    ["<b>rtos-v1</b>"],
    ["&gt;=1.0"],
    ["&#8805;1.0"],
    ["[rtos-v1](https://example.com)"],
    ["\u22651.0"],
    ["\u22641.0"],
    ["!`rtos-v1`"],
  ])("%s", (cell) => {
    const lines = told(manifest({ "rtos-v1, NO": `"${cell}", NO` }));
    expect(lines).toEqual([
      `18:22 table-cell The cell "${cell}" holds "${markup(cell)}": this is markup, and no version. Write the version alone, without Markdown or HTML; a comparison is written ">=", "<=", ">" or "<".`,
    ]);
  });

  test("in a head and in the name of a System version as well", () => {
    expect(told(manifest({ "| gateway    |": "| **gateway** |", "v.2 ": "`v.2` " }))).toEqual([
      expect.stringContaining(`10:7 table-column The column "**gateway**" names no Component type`),
      expect.stringContaining(
        `13:43 table-system-version "\`v.2\`" cannot be the name of a System version: this is markup.`,
      ),
    ]);
  });
});

/** What of a cell is told as markup. */
function markup(cell: string): string {
  return /`|\*\*|~~|<br>|<b>|&gt;|&#8805;|\[.*\)|[\u2264\u2265]|\*.*\*/.exec(cell)?.[0] ?? "";
}

test("a name that is too long says the limit", () => {
  const long = "x".repeat(257);
  expect(told(manifest({ "artifact_name: rtos-v2": `artifact_name: ${long}` }))).toEqual([
    expect.stringContaining(
      'must be 1 to 256 characters without control characters or blanks at its ends, but is "xxx',
    ),
  ]);
  expect(told(manifest({ "artifact_name: rtos-v2": `artifact_name: ${long}` }))[0]).toContain(
    `...", 257 characters.`,
  );
  expect(told(manifest({ "  rtos: {": `  ${long}: { artifact_name: x }\n  rtos: {` }))).toEqual([
    `7:3 wrong-value The name "${"x".repeat(60)}..." must be 1 to 256 characters without control characters or blanks at its ends. Write a shorter or simpler name.`,
  ]);
});
