import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ComponentId, ComponentType } from "../../../src/core/ids.ts";
import { readStateFile } from "../../../src/manifest/state-file.ts";
import { stateFileLines } from "../../../src/report/state-file-text.ts";
import { expectOk, problemLines, problemsOf, textFile } from "../../support/manifests.ts";

const file = (...lines: readonly string[]) =>
  textFile("state.yaml", ["components:", ...lines, ""].join("\n"));

test("a Component's version is given by name, or by what it provides", () => {
  const { components } = expectOk(
    readStateFile(
      file(
        "  - { component_type: app, id: 1, version: 2.10 }",
        '  - { component_type: app, id: 2, version: "?" }',
        "  - { component_type: app, id: 3, version: app-v1.mender }",
        "  - { component_type: app, id: 4, provides: { rootfs-image.app.version: 2.10, region: eu } }",
      ),
    ),
  );
  expect(components.map(({ id, current }) => [id, current])).toEqual([
    ["1", { kind: "version", version: "2.10" }],
    ["2", { kind: "version", version: "?" }],
    ["3", { kind: "version", version: "app-v1" }],
    [
      "4",
      {
        kind: "provides",
        provides: new Map([
          ["rootfs-image.app.version", "2.10"],
          ["region", "eu"],
        ]),
      },
    ],
  ]);
});

test("ids that are shared, and Components with both or neither, are told together", () => {
  const problems = problemsOf(
    readStateFile(
      file(
        "  - { component_type: app, id: 1, version: a }",
        "  - { component_type: app, id: 1, version: a, provides: { a: b } }",
        "  - { component_type: app, id: 2 }",
      ),
    ),
  );
  expect(problemLines(problems)).toEqual([
    'state.yaml:3:5 wrong-value Two Components have the id "1". Give one of them another id; the first is in line 2.',
    'state.yaml:3:5 wrong-value The Component "1" has both a version and Provides. Give one of them; write version: "?" where nothing is known.',
    'state.yaml:4:5 missing-field The Component "2" has neither a version nor Provides. Give one of them; write version: "?" where nothing is known.',
  ]);
});

test.each([
  [
    "Manifest",
    "api_version: mender/v1\nkind: manifest\nname: r\ncomponent_types:\n  app: { artifact_name: app-2.0 }\n",
    "a Manifest is what is planned",
  ],
  [
    "Topology",
    "api_version: mender/v1\nkind: topology\nsystem_type: s\ncomponents: []\n",
    "a Topology lies in the directory that MENDER_ORCHESTRATOR_TOPOLOGY_DIR names",
  ],
])("a %s is one problem that says so", (kind, text, where) => {
  expect(problemsOf(readStateFile(textFile("state.yaml", text)))).toEqual([
    {
      code: "not-a-state-file",
      message: `"state.yaml" is a ${kind}, and a state file is wanted.`,
      at: { file: "state.yaml", line: 1, column: 1, text: text.split("\n")[0] },
      expected: "a state file",
      got: `a ${kind}`,
      hint: `Give the file that says in which versions the Components are; ${where}.`,
    },
  ]);
});

test("a file without anything of a state file is one problem, and one with a misspelt field is not", () => {
  expect(problemsOf(readStateFile(textFile("state.yaml", "")))).toEqual([
    {
      code: "not-a-state-file",
      message: '"state.yaml" is empty, and a state file is wanted.',
      at: { file: "state.yaml" },
      expected: "a state file, with components",
      got: "an empty file",
      hint: "Give the file that says in which versions the Components are.",
    },
  ]);
  const misspelt = problemsOf(readStateFile(textFile("state.yaml", "componets: []\n")));
  expect(misspelt.map(({ code }) => code)).toContain("unknown-field");
});

test("a bare question mark is told to be quoted", () => {
  const problems = problemsOf(
    readStateFile(file("  - { component_type: app, id: 1, version: ? }")),
  );
  expect(problemLines(problems)).toEqual([
    'state.yaml:2:44 yaml-forbidden YAML does not read "?" as a value. Quote it: "?".',
  ]);
});

test("what a device has written is read as it was told, whatever its Components tell", () => {
  const name = fc.constantFrom(
    "a",
    "true",
    "1.0",
    "?",
    "x: y",
    "# z",
    'q"',
    "é",
    "- b",
    "{c}",
    "null",
  );
  const text = fc.oneof(name, fc.constantFrom("", " ", "tab\there", "~", "yes", "*", "&a", "\\n"));
  const component = fc.record({
    id: name.map((id) => ComponentId.parse(id)),
    type: name.map((type) => ComponentType.parse(type)),
    interface: name,
    provides: fc.array(fc.tuple(name, text), { maxLength: 4 }).map((all) => new Map(all)),
    facts: fc.array(fc.tuple(name, name), { maxLength: 2 }).map((all) => new Map(all)),
  });
  const components = fc.uniqueArray(component, { minLength: 1, selector: ({ id }) => id });
  fc.assert(
    fc.property(components, (told) => {
      const read = readStateFile(textFile("state.yaml", `${stateFileLines(told).join("\n")}\n`));
      const state = expectOk(read).components.map((one) => ({
        id: one.id,
        type: one.componentType,
        interface: one.interface,
        provides: one.current.kind === "provides" ? one.current.provides : null,
        facts: one.facts,
      }));
      expect(state).toEqual(told);
    }),
  );
});
