import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { problemLines, problemsOf, textFile } from "../../support/manifests.ts";

const directory = "fixtures/manifests/invalid";

/** Every problem of the file, in its order: `line:column code message hint`. */
function told(name: string): readonly string[] {
  const text = readFileSync(`${directory}/${name}.yaml`, "utf8");
  return problemLines(problemsOf(readManifest(textFile("m.yaml", text)))).map((line) =>
    line.replace(/^m\.yaml:/, ""),
  );
}

const expected: { readonly [name: string]: readonly string[] } = {
  "shared-name": [
    '13 table-system-version Two rows have the System version "v.1". Give one of them another name, or write both as one row with "a | b" in its cells; the first is in line 11.',
  ],
  "no-acceptable-end-state": [
    "9:5 table-invalid No row of the end states is acceptable. Add a row for each combination of versions in which the System works.",
  ],
  "no-order": [
    '7:3 missing-field The Component type "rtos" has no "update_strategy.order", and there are no constraints. Add "constraints", or "update_strategy: { order: 1 }" to every Component type.',
    '7:26 wrong-value The path "artifacts/" does not end in the name of a file. Correct the path, or add "artifact_name".',
    '8:28 wrong-value An Artifact cannot be called "any" here: the tables mean something else by it. Give the Artifact another name.',
  ],
  "odd-yaml": [
    '2:7 yaml-forbidden YAML tags are not allowed. Remove the tag; if a text starts with "!", quote it.',
    '4:34 yaml-forbidden YAML does not read "*nobody" as a value. Quote it: "*nobody".',
    '5:18 yaml-forbidden YAML tags are not allowed. Remove the tag; if a text starts with "!", quote it.',
    "7:5 yaml-forbidden A key must be a text. Write a name before the colon, in quotes if it holds characters of YAML's own.",
    '9:1 yaml-forbidden The key "__proto__" is not allowed. Write a name before the colon.',
  ],
  ranges: [
    '12:13 table-range The version "gateway-latest" cannot be compared with the range ">=2.0": it has no number with a dot in it. List the versions by name in place of the range: "a | b".',
    '13:29 table-range ">=rtos-2.0" is neither a range nor the name of a version. Write the number alone behind the sign, and "|" between alternatives.',
    '14:18 table-range The version "rtos-1.99999999999999999" cannot be compared with the range "<2": it has too large a number in it. List the versions by name in place of the range: "a | b".',
  ],
  shape: [
    '1:14 wrong-value "api_version" must be "mender/v1", but is "mender/v2". Write "mender/v1".',
    '3:26 wrong-type "system_types_compatible" must be a list of System types, but is "a". Write a list of System types.',
    '6:20 wrong-type "component_types.gateway.artifact_name" must be a text, but is a list. Write a text.',
    '7:5 unknown-field There is no field "artifact-path" in "component_types.gateway". Did you mean "artifact_path"?',
    '8:24 wrong-value "component_types.gateway.supports_rollback" must be yes or no, but is "perhaps". Write yes or no.',
    '10:14 wrong-value "component_types.gateway.update_strategy.order" must be a whole number from 1 to 100, but is "101". Write a whole number from 1 to 100.',
    '11:7 unknown-field There is no field "max_paralel" in "component_types.gateway.update_strategy". Did you mean "max_parallel"?',
    "12:3 yaml-forbidden A key is empty. Write a name before the colon.",
    '14:5 missing-field An entry of the Component type "rtos" names no Artifact. Add "artifact_name" or "artifact_path".',
    '14:23 missing-field An entry of the Component type "rtos" names no Artifact. Add "artifact_name" or "artifact_path".',
    '15:31 wrong-value "component_types.rtos.update_strategy.order" must be a whole number from 1 to 100, but is "1.5". Write a whole number from 1 to 100.',
    '16:1 unknown-field There is no field "name2" here. Did you mean "name"?',
    '17:1 yaml-duplicate-key The key "name2" is there twice. Remove one; the first is in line 16.',
  ],
  rules: [
    '12:7 rule-invalid The rule "nothing" says nothing. Write what must be: require: { gateway: ">=2" }.',
    '14:7 rule-invalid Both sides of the rule "both-empty" are empty. Write what must be: require: { gateway: ">=2" }; what must not be is written with "!".',
    '17:37 rule-invalid The rule "no-such-type" speaks of "camra", which is no Component type of the Manifest. Did you mean "camera"?',
    '17:64 rule-invalid The rule "no-such-type" speaks of "gatway:hw_rev", which is no Component type of the Manifest. Did you mean "gateway:hw_rev"?',
    '18:46 rule-invalid The rule "twice" names "GATEWAY" twice on one side. Write both cells as one: a blank joins what must hold together.',
    '19:7 rule-invalid The rule "two-things" says several things at once: require, same. Write a rule for each.',
    '20:35 rule-invalid The version "camera-latest" cannot be compared by its number: it has no number with a dot in it. Compare names ("name"), or write rules with "when" and "require" that name the versions.',
    '21:58 rule-invalid The rule "itself" compares "gateway" with itself. Any two of a type are compared with "between".',
    '22:65 rule-invalid The rule "no-distance" does not say one distance. Write within: { minor: 1 }; what stands above the minor must be equal then.',
    '23:7 rule-invalid The rule "too-many" does not say what it compares. Write compare: { ahead: a, behind: b, within: { minor: 1 } }, or { between: a, within: ... }.',
    '24:31 rule-invalid The rule "a-fact" compares "gateway:hw_rev", which is a fact. Ask for a fact with "when" and "require"; "sharing" tells which Components belong together.',
    '25:39 table-cell The cell "!1.x | !2.x" matches every version: whichever it is, it is not one of the others. "Neither of them" is written with a blank in between: "!1.x !2.x".',
    '25:75 table-range ">=x" is neither a range nor the name of a version. Write the number alone behind the sign, and "|" between alternatives.',
    '26:39 wrong-value "constraints.rules[11].same.gateway" must be "name", "major" or "minor", but is "patch". Write "name", "major" or "minor".',
    '26:55 wrong-value "constraints.rules[11].holds" must be "always", "at_rest" or "in_transit", but is "never". Write "always", "at_rest" or "in_transit".',
    '27:30 rule-invalid The rule "no-type" names no Component type. Write what must be the same: same: { motor: major }.',
    '28:7 wrong-type "constraints.rules[13]" must be a map with name, when, require, same, compare, sharing, holds, but is "text". Write a map with name, when, require, same, compare, sharing, holds.',
    '30:23 limit-invalid The limit speaks of "motr", which is no Component type of the Manifest. Known are: gateway, camera.',
    '31:33 wrong-value "constraints.limits[1].at_most" must be a whole number from 1 on, or a share such as "25%", but is "0". Write a whole number from 1 on, or a share such as "25%".',
    '32:33 wrong-value "constraints.limits[2].at_most" must be a whole number from 1 on, or a share such as "25%", but is "0%". Write a whole number from 1 on, or a share such as "25%".',
    '33:33 wrong-value "constraints.limits[3].at_most" must be a whole number from 1 on, or a share such as "25%", but is "101%". Write a whole number from 1 on, or a share such as "25%".',
    '34:13 wrong-value "constraints.limits[4].of" must be a list of at least one Component type, but is an empty list. Write a list of at least one Component type.',
    '35:13 wrong-type "constraints.limits[5].of" must be a list of Component types, but is "gateway". Write a list of Component types.',
    '35:31 wrong-value "constraints.limits[5].at_most" must be a whole number from 1 on, or a share such as "25%", but is "some". Write a whole number from 1 on, or a share such as "25%".',
  ],
  tables: [
    '10:7 table-column The column "gatway" names no Component type of the Manifest. Did you mean "gateway"?',
    '12:58 table-system-version An acceptable end state has no System version. Give the row a name such as "v.2".',
    '13:5 table-cell A cell is missing: the row has 3, the table has 4 columns. Compare the row with the head of the table; a "|" inside a cell is written "\\|".',
    '14:18 table-cell The cell is empty, or one of its alternatives is. Write a version; "*" stands for every known one, "any" for whatever there is.',
    '15:30 table-verdict "OK" does not say whether the row is acceptable. Write YES, NO or n/a.',
    '16:5 table-cell There is a cell too many: the row has 5, the table has 4 columns. Compare the row with the head of the table; a "|" inside a cell is written "\\|".',
    '19:7 table-column The table has no column "Acceptable". Add the column.',
    "20:7 table-invalid The second line of the table is no separator. Put a line of dashes below the head, one group for each column.",
    '21:7 table-invalid A Markdown table must be a literal block, or its lines run together. Write "end_states: |" (or "transition_states: |") and the table in the lines below.',
    '24:44 table-column The table has the column "rtos@r1" twice. Remove one of the columns.',
    "26:11 table-cell The row has 3 entries, the table wants 5. Give one cell for each column; in a table of transition states YES, NO or n/a follows.",
    '27:24 table-cell The cell is empty, or one of its alternatives is. Write a version; "*" stands for every known one, "any" for whatever there is.',
    '27:47 table-cell The cell "!!rtos-v1" says nothing that can be compared. After "!" goes a version, a range or "?"; a name has at most 256 characters.',
    '27:60 table-verdict "SURE" does not say whether the row is acceptable. Write YES, NO or n/a.',
    '28:7 unknown-field There is no field "defalt" in "constraints.transition_states[2]". Did you mean "default"?',
    '29:16 wrong-value "constraints.transition_states[3].columns" must be a list of at least one column, but is an empty list. Write a list of at least one column.',
    '30:13 wrong-type "constraints.transition_states[3].rows" must be a list of rows, but is an empty map. Write a list of rows.',
  ],
  "two-documents": [
    '2:1 yaml-forbidden The file holds more than one document. Put each into a file of its own, and remove the lines "---".',
  ],
  unquoted: [
    '12:13 yaml-forbidden YAML does not read "*" as a value. Quote it: "*".',
    '13:13 yaml-forbidden YAML does not read ">=2.0" as a value. Quote it: ">=2.0".',
    '13:20 yaml-forbidden YAML does not read "!rtos-1.0" as a value. Quote it: "!rtos-1.0".',
    '17:10 yaml-forbidden YAML does not read "?" as a value. Quote it: "?".',
    '18:11 yaml-forbidden YAML does not read "*gateway" as a value. Quote it: "*gateway".',
    '19:11 yaml-forbidden YAML does not read ">=2.0" as a value. Quote it: ">=2.0".',
  ],
  yaml: [
    "3:7 yaml-syntax The YAML is broken here: nested mappings are not allowed in compact mappings. Quote the value, or put what follows it on a line of its own.",
    '4:26 yaml-syntax The "[" that is opened here is not closed on its line. Write "]" where the list ends.',
    "6:1 yaml-syntax The YAML is broken here: tabs are not allowed as indentation. Indent with blanks.",
  ],
};

test.each(Object.entries(expected))(
  "%s: all problems at once, each at its place",
  (name, lines) => {
    expect(told(name)).toEqual(lines);
  },
);

test("every invalid Manifest has its expected problems", () => {
  const names = readdirSync(directory).map((file) => file.replace(/\.yaml$/, ""));
  expect(names.sort()).toEqual(Object.keys(expected).sort());
});

test.each([
  [
    "Topology",
    "api_version: mender/v1\nkind: topology\nsystem_type: s\ncomponents: []\n",
    "a Topology lies in the directory that MENDER_ORCHESTRATOR_TOPOLOGY_DIR names",
  ],
  [
    "state file",
    "components:\n  - component_type: rtos\n    version: rtos-v1\n",
    "a state file is given with --state",
  ],
])("a %s is one problem that says so", (kind, text, where) => {
  expect(problemsOf(readManifest(textFile("m.yaml", text)))).toMatchObject([
    {
      code: "not-a-manifest",
      message: `"m.yaml" is a ${kind}, and a Manifest is wanted.`,
      hint: `Give the Manifest, or a bundle; ${where}.`,
    },
  ]);
});

test.each([
  ["an empty file", "", '"m.yaml" is empty, and a Manifest is wanted.'],
  ["an empty file", "# nothing\n", '"m.yaml" is empty, and a Manifest is wanted.'],
  ["a list", "- a\n- b\n", '"m.yaml" is no Manifest: it has none of its fields.'],
  ["a text of another kind", "root:x:0:0\nbin:x:1:1\n", null],
  ["a text of another kind", '<?xml version="1.0"?>\n<a b="c">\n  <d/>: {\n</a>\n', null],
  ["other fields: name, version", '{ "name": "a", "version": "1" }', null],
  ["other fields: a, b, c, d, e, ...", "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\n", null],
])("a file that has nothing of a Manifest is one problem: %s", (got, text, message) => {
  expect(problemsOf(readManifest(textFile("m.yaml", text)))).toEqual([
    {
      code: "not-a-manifest",
      message: message ?? '"m.yaml" is no Manifest: it has none of its fields.',
      at: { file: "m.yaml" },
      expected:
        "a Manifest, with api_version, kind, system_types_compatible, component_types, constraints",
      got,
      hint: "Give the Manifest, or a bundle.",
    },
  ]);
});

test("a Manifest that is broken, or whose fields are misspelt, is told its own faults", () => {
  const codes = (text: string) =>
    problemsOf(readManifest(textFile("m.yaml", text))).map(({ code }) => code);
  expect(codes("kind: manifest\nname: [\n")).toEqual(["yaml-syntax"]);
  expect(codes("component_type:\n  app: { artifact_name: app-2.0 }\n")).toContain("unknown-field");
});

const withConstraints = (...lines: readonly string[]) =>
  problemLines(
    problemsOf(
      readManifest(
        textFile(
          "m.yaml",
          [
            "api_version: mender/v1",
            "kind: manifest",
            "name: release",
            "system_types_compatible: [a]",
            "component_types:",
            "  app: { artifact_name: app-2.0 }",
            "  gateway: { artifact_path: gateway-2.0.mender }",
            "constraints:",
            ...lines.map((line) => `  ${line}`),
            "",
          ].join("\n"),
        ),
      ),
    ),
  );

test.each([
  ["end_states: an", "9:15", 'Did you mean "any"?'],
  [
    "end_states: any\n  transition_states: some",
    "10:22",
    'Write "any", or "transition_states: |" and a Markdown table in the lines below.',
  ],
])("a word that is no table, as in %j, is told with the word that is one", (lines, place, hint) => {
  const [, field, word] = /(\w+): (\w+)$/.exec(lines) ?? [];
  expect(withConstraints(lines)).toEqual([
    `m.yaml:${place} table-invalid "${field}" must be a table or "any", but is "${word}". ${hint}`,
  ]);
});

test("a column of end states that is there twice, without cells, is one problem", () => {
  expect(
    withConstraints(
      "end_states: |",
      "  | app     | gateway     | App | Acceptable | System version |",
      "  |---------|-------------|------------|----------------|",
      "  | app-1.0 | gateway-1.0 | YES        | v.1            |",
      "  | app-2.0 | gateway-2.0 | YES        | v.2            |",
    ),
  ).toEqual([
    'm.yaml:10:31 table-column The table has the column "App" twice. Remove one of the columns.',
  ]);
});

test.each([
  [
    "end_states:",
    "app, gateway, App",
    "v.1: [app-1.0, gateway-1.0]",
    "v.2: [app-2.0, gateway-2.0]",
  ],
  [
    "transition_states:",
    "app@a, gateway, App@a",
    "- [app-1.0, gateway-1.0, YES]",
    "- [1.x, 2.x, NO]",
  ],
])(
  "a column of YAML %s that is there twice, without cells, is one problem",
  (field, columns, ...rows) => {
    const column = 15 + columns.lastIndexOf("A");
    const end = field.startsWith("end") ? [] : ["end_states: any"];
    const lines = [
      ...end,
      field,
      `  columns: [${columns}]`,
      "  rows:",
      ...rows.map((row) => `    ${row}`),
    ];
    expect(withConstraints(...lines)).toEqual([
      `m.yaml:${10 + end.length}:${column} table-column The table has the column "${columns.slice(column - 15)}" twice. Remove one of the columns.`,
    ]);
  },
);

test.each([
  ["gatway@g1", 'Did you mean "gateway@g1"?'],
  ["gateway:hw_rev", 'Did you mean "gateway"?'],
  ["motor@m1", "Known are: app, gateway."],
])("a limit of %s, which is no Component type, is told with what is meant", (head, hint) => {
  expect(
    withConstraints("end_states: any", "limits:", `  - { of: ["${head}"], at_most: 1 }`),
  ).toEqual([
    `m.yaml:11:14 limit-invalid The limit speaks of "${head}", which is no Component type of the Manifest. ${hint}`,
  ]);
});

test("a head that has fewer columns than each row has cells is one problem", () => {
  const hint = "Add the column that is missing.";
  expect(
    withConstraints(
      "end_states:",
      "  columns: [app]",
      "  rows:",
      "    v.1: [app-1.0, gateway-1.0]",
      "    v.2: [app-2.0, gateway-2.0]",
    ),
  ).toEqual([
    `m.yaml:10:14 table-column The head of the table has fewer columns (1) than each row has cells (2). ${hint}`,
  ]);
  expect(
    withConstraints(
      "end_states: |",
      "  | app     | Acceptable | System version |",
      "  |---------|------------|----------------|----|",
      "  | app-1.0 | gateway-1.0 | YES        | v.1            |",
      "  | app-2.0 | gateway-2.0 | YES        | v.2            |",
    ),
  ).toEqual([
    `m.yaml:10:5 table-column The head of the table has fewer columns (3) than each row has cells (4). ${hint}`,
  ]);
});

test.each([
  ["constraints", "contraints", "m.yaml:8:1"],
  ["artifact_name", "artefact_name", "m.yaml:6:10"],
  ["component_types", "componenttypes", "m.yaml:5:1"],
  ["system_types_compatible", "system_type_compatible", "m.yaml:4:1"],
  ["end_states", "endstates", "m.yaml:9:3"],
  ["name", "nmae", "m.yaml:3:1"],
  ["when", "wehn", "m.yaml:11:9"],
  ["require", "requires", "m.yaml:12:9"],
  ["same", "sam", "m.yaml:13:9"],
])("%s misspelt as %s is one problem at its place", (field, misspelt, place) => {
  const manifest = [
    "api_version: mender/v1",
    "kind: manifest",
    "name: release",
    "system_types_compatible: [a]",
    "component_types:",
    "  app: { artifact_name: app-2.0 }",
    "  gateway: { artifact_path: gateway-2.0.mender }",
    "constraints:",
    "  end_states: any",
    "  rules:",
    "      - when: { app: '>=2' }",
    "        require: { gateway: '>=2' }",
    "      - same: { app: major }",
    "",
  ].join("\n");
  const asMisspelt = manifest.replace(new RegExp(`\\b${field}:`), `${misspelt}:`);
  const told = problemLines(problemsOf(readManifest(textFile("m.yaml", asMisspelt))));
  expect(told).toEqual([expect.stringContaining(`${place} unknown-field There is no field`)]);
  expect(told[0]).toMatch(`Did you mean "${field}"?`);
});
