import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { artifactByName, wantedArtifacts } from "../../../src/manifest/available-artifacts.ts";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { expectOk, problemLines, problemsOf, systemOf, textFile } from "../../support/manifests.ts";

const directory = "fixtures/manifests/valid";
const file = (name: string) =>
  textFile(`${name}.yaml`, readFileSync(`${directory}/${name}.yaml`, "utf8"));
const text = (name: string) => readFileSync(`${directory}/${name}.yaml`, "utf8");

/** A Manifest for one type, with further lines behind it. */
const small = (...lines: readonly string[]) =>
  textFile(
    "m.yaml",
    [
      "api_version: mender/v1",
      "kind: manifest",
      "name: small",
      "system_types_compatible: [a]",
      "component_types:",
      "  gateway: { artifact_name: gateway-v2, update_strategy: { order: 1 } }",
      ...lines,
      "",
    ].join("\n"),
  );

test("the documentation's tables work as pasted, with Artifacts known by their files' names", () => {
  const { manifest, notes } = expectOk(readManifest(file("pasted")));
  expect(notes).toEqual([]);
  expect(manifest.constraints?.endStates?.rows.map(({ rule }) => rule)).toEqual([
    {
      file: "pasted.yaml",
      line: 14,
      row: "| gateway-v1.mender  | rtos-v1.mender   |   YES      |    v.1         |",
    },
    {
      file: "pasted.yaml",
      line: 15,
      row: "| gateway-v1.mender  | rtos-v2.mender   |    NO      |    n/a         |",
    },
    {
      file: "pasted.yaml",
      line: 16,
      row: "| gateway-v2.mender  | rtos-v1.mender   |    NO      |    n/a         |",
    },
    {
      file: "pasted.yaml",
      line: 17,
      row: "| gateway-v2.mender  | rtos-v2.mender   |   YES      |    v.2         |",
    },
  ]);
  expect(wantedArtifacts(manifest).map((wanted) => artifactByName(wanted).name)).toEqual([
    "gateway-v2",
    "rtos-v2",
  ]);
});

test("every extension of a Manifest is read", () => {
  const { manifest } = expectOk(readManifest(file("vehicle")));
  expect([manifest.sequence, manifest.expires]).toEqual([7, "2027-01-31T00:00:00Z"]);
  const [tcu, brake, bms] = manifest.componentTypes;
  expect(tcu?.steppingStones.map(({ name, depends }) => [name, depends?.alternatives])).toEqual([
    ["tcu-3.0.0", ["<3.0.0"]],
  ]);
  expect(brake?.maxParallel).toBe(1);
  expect(bms?.supportsRollback).toBe(false);
});

test("a System with ranges, wildcards, several tables and columns for single Components", () => {
  const system = systemOf(file("vehicle"), text("vehicle-state"));
  expect(system.types.map(({ name, versions }) => [name, versions])).toEqual([
    ["battery_mcu", ["bms-1.0.0", "bms-1.1.0", "?"]],
    ["brake_ecu", ["brake-1.8.3", "brake-2.0.0", "?"]],
    ["seat_heating", ["seat-1.2.0", "seat-1.3.0", "?"]],
    ["tcu", ["tcu-2.4.1", "tcu-3.0.0", "tcu-4.0.0", "?"]],
  ]);
  const tables = system.transitionTables.map(({ name, columns, allowByDefault, rows }) => ({
    name,
    columns: columns.map(({ type, component }) => [type, component]),
    allowByDefault,
    rows: rows.map(({ cells, verdict }) => [...cells, verdict]),
  }));
  expect(tables).toEqual([
    {
      name: "can-protocol",
      columns: [
        [3, null],
        [1, null],
      ],
      allowByDefault: false,
      rows: [
        [[0], [0], "yes"],
        [[1], [0, 1], "yes"],
        [[2], [1], "yes"],
      ],
    },
    {
      name: "axles",
      columns: [
        [1, 1],
        [1, 2],
        [3, null],
      ],
      allowByDefault: false,
      rows: [
        [[0], [0], [1], "yes"],
        [[1], [0], [1], "yes"],
      ],
    },
    {
      name: "bms",
      columns: [
        [0, null],
        [3, null],
      ],
      allowByDefault: true,
      rows: [[[1], [0], "no"]],
    },
  ]);
  // What is known by name only may be installed from the versions that `depends` lists.
  expect(system.components[0]?.hops).toEqual([[1], [2], [], []]);
  expect(system.components[3]?.supportsRollback).toBe(false);
  expect(system.types[1]?.maxParallel).toBe(1);
});

test("a Manifest of the first form becomes the same model, with notes", () => {
  const { manifest, notes } = expectOk(readManifest(file("seed-form")));
  expect(manifest.name).toBe("system-core-v2");
  expect(manifest.componentTypes.map(({ type, order }) => [type, order])).toEqual([
    ["gateway", 10],
    ["rtos", 20],
  ]);
  expect(
    manifest.inlineTopology?.components.map((one) => [one.id, one.interface, one.args]),
  ).toEqual([
    ["G13", "gateway-interface", []],
    ["R456", "rtos", ["R456", "10"]],
  ]);
  expect(problemLines(notes)).toEqual([
    'seed-form.yaml:3:1 deprecated-form "kind: update_manifest" belongs to the first form of the Manifest. Write "kind: manifest".',
    'seed-form.yaml:4:1 deprecated-form "version" belongs to the first form of the Manifest. Write "name" in its place.',
    'seed-form.yaml:10:5 deprecated-form "update_interface" belongs to the first form of the Manifest. Name the Interface in the Topology: "interface".',
    `seed-form.yaml:16:1 deprecated-form "components" belongs to the first form of the Manifest. Describe the Components in the device's Topology.`,
  ]);
});

test("the other spelling of the first form is read, too, and one that says nothing of System types", () => {
  const written = text("seed-form")
    .replace("update_manifest", "updateManifest")
    .replace(/system_types_compatible.*\n/, "");
  const { manifest, notes } = expectOk(readManifest(textFile("m.yaml", written)));
  expect(manifest.systemTypes).toBeNull();
  expect(notes.at(-1)?.message).toBe(
    'A Manifest without "system_types_compatible" belongs to the first form of the Manifest.',
  );
});

test("what belongs to the first form is unknown in today's", () => {
  const problems = problemsOf(readManifest(small("version: x", "components: []")));
  expect(problems.map(({ message }) => message)).toEqual([
    'There is no field "version" here.',
    'There is no field "components" here.',
  ]);
});

test("texts stay as they were written: 2.10 is no 2.1, and 010 no 8", () => {
  const manifest = textFile(
    "m.yaml",
    [
      "api_version: mender/v1",
      "kind: manifest",
      "name: 2026.10",
      "system_types_compatible: [1.0]",
      "component_types:",
      "  app: { artifact_name: 2.10 }",
      "constraints:",
      "  end_states:",
      "    columns: [app]",
      "    rows:",
      "      1.0: [010]",
      "      1.10: [2.10]",
      "",
    ].join("\n"),
  );
  const { name, systemTypes } = expectOk(readManifest(manifest)).manifest;
  expect([name, systemTypes?.names]).toEqual(["2026.10", ["1.0"]]);
  const state = "components: [{ component_type: app, id: 1, version: 2.1 }]";
  const system = systemOf(manifest, state);
  expect(system.types[0]?.versions).toEqual(["010", "2.1", "2.10", "?"]);
  expect(system.endTables[0]?.rows.map((row) => row.systemVersion)).toEqual(["1.0", "1.10"]);
});

test("a row of several lines is told on one", () => {
  const manifest = small(
    "constraints:",
    "  end_states:",
    "    columns: [gateway]",
    "    rows:",
    "      v.1:",
    "        - gateway-v1 # the old one",
    "      v.2:",
    "        - [gateway-v2,",
    '           "gateway-v3"]',
    "  transition_states:",
    "    columns: [gateway]",
    "    rows:",
    "      - - gateway-v9",
    "        - NO",
  );
  const { constraints } = expectOk(readManifest(manifest)).manifest;
  expect(constraints?.endStates?.rows.map(({ rule }) => `${rule.line} ${rule.row}`)).toEqual([
    "11 v.1: [gateway-v1]",
    '13 v.2: [[gateway-v2, "gateway-v3"]]',
  ]);
  expect(constraints?.transitionStates[0]?.rows.map(({ rule }) => rule.row)).toEqual([
    "[gateway-v9, NO]",
  ]);
});

test("Markdown in all its ways: no outer bars, aligned separators, columns in any order, escapes", () => {
  const manifest = small(
    "constraints:",
    "  end_states: |-",
    "    System version | Acceptable | GATEWAY",
    "    :--- | :---: | ---:",
    "    v.1 | yes | gateway-v1 \\| gateway-v0",
    "    v.2 | Yes | \\*",
    "",
    "    n/a | No | \\?",
  );
  const { constraints } = expectOk(readManifest(manifest)).manifest;
  const rows = constraints?.endStates?.rows.map(({ cells, verdict, systemVersion }) => [
    cells.map(({ alternatives }) => alternatives),
    verdict,
    systemVersion,
  ]);
  expect(rows).toEqual([
    [[["gateway-v1", "gateway-v0"]], "yes", "v.1"],
    [[["*"]], "yes", "v.2"],
    [[["?"]], "no", null],
  ]);
});

test("a few aliases are read; a cell in a repeated row keeps the place of what it stands for", () => {
  const manifest = small(
    "constraints:",
    "  end_states:",
    "    columns: [gateway]",
    "    rows:",
    "      v.1: &row [gateway-v1]",
    "      v.2: [gateway-v2]",
    "  transition_states:",
    "    - columns: &columns [gateway]",
    "      rows: [[gateway-v3, YES]]",
    "    - columns: *columns",
    "      rows: [[gateway-v4, YES]]",
  );
  const { constraints } = expectOk(readManifest(manifest)).manifest;
  expect(constraints?.transitionStates.map(({ columns }) => columns[0]?.head)).toEqual([
    "gateway",
    "gateway",
  ]);
});
