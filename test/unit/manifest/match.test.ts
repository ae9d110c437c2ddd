import { expect, test } from "vitest";
import { ComponentId, ComponentType, Version } from "../../../src/core/ids.ts";
import { readConstraintsFile } from "../../../src/manifest/constraints-file.ts";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { matchSystem } from "../../../src/manifest/match.ts";
import type { MatchInput } from "../../../src/manifest/match-input.ts";
import type { System } from "../../../src/manifest/system.ts";
import type { Current } from "../../../src/manifest/version.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import {
  expectOk,
  matchInput,
  problemLines,
  problemsOf,
  textFile,
} from "../../support/manifests.ts";
import { availableArtifact } from "../../support/plain-artifacts.ts";

const head = [
  "api_version: mender/v1",
  "kind: manifest",
  "name: two-types",
  "system_types_compatible: [a, b]",
  "component_types:",
  "  gateway: { artifact_name: gateway-v2, update_strategy: { order: 1 } }",
  "  rtos: { artifact_name: rtos-v2, update_strategy: { order: 2 } }",
].join("\n");

const ends = [
  "constraints:",
  "  end_states:",
  "    columns: [gateway, rtos]",
  "    rows:",
  "      v.1: [gateway-v1, rtos-v1]",
  "      v.2: [gateway-v2, rtos-v2]",
].join("\n");

const gatewayFirst = [
  "  transition_states:",
  "    - name: gateway-first",
  "      columns: [gateway, rtos]",
  "      rows:",
  "        - [gateway-v2, rtos-v1, YES]",
  "        - [gateway-v1, rtos-v2, NO]",
].join("\n");

const state = [
  "components:",
  "  - { component_type: gateway, id: G1, version: gateway-v1 }",
  "  - { component_type: rtos, id: R1, version: rtos-v1 }",
  "  - { component_type: rtos, id: R2, version: rtos-v1 }",
].join("\n");

function input(manifest: string, changes: Partial<MatchInput> = {}): MatchInput {
  const read = expectOk(readManifest(textFile("m.yaml", manifest))).manifest;
  return matchInput(read, state, changes);
}

function matched(match: MatchInput) {
  return expectOk(matchSystem(match));
}

function device(...lines: readonly string[]) {
  return expectOk(
    readConstraintsFile(textFile("constraints.yaml", ["constraints:", ...lines].join("\n"))),
  );
}

/** Tables in brief: `name [columns] default: rows`. */
function brief({ transitionTables, types, components }: System): readonly string[] {
  return transitionTables.map(({ name, columns, allowByDefault, rows }) => {
    const heads = columns.map(({ type, component }) =>
      component === null ? types[type]?.name : components[component]?.id,
    );
    const written = rows.map(({ cells, verdict }) => `${JSON.stringify(cells)} ${verdict}`);
    return `${name} [${heads.join(" ")}] ${allowByDefault ? "allow" : "deny"}: ${written.join("; ")}`;
  });
}

test("a Manifest for other Systems is refused", () => {
  const problems = problemsOf(matchSystem(input(head, { systemType: "c" })));
  expect(problemLines(problems)).toEqual([
    'm.yaml:4:1 system-type-incompatible The Manifest is for System type "a", "b", but this System is "c". Use the Manifest for this kind of System, or correct the Topology.',
  ]);
});

test("a type without an entry, and ids that are shared, are told together", () => {
  const match = input(head);
  const [gateway] = match.components;
  if (gateway === undefined) throw new Error("no gateway");
  const camera = { ...gateway, type: ComponentType.parse("camera") };
  const problems = problemsOf(matchSystem({ ...match, components: [gateway, camera] }));
  expect(problemLines(problems)).toEqual([
    'state.yaml:2:5 component-type-missing The Manifest has no entry for the Component type "camera", of which this System has Components. Known are: gateway, rtos.',
    '- component-id-shared Two Components have the id "G1". Correct what their Interfaces answer to Identity.',
  ]);
});

test("a type that the System lacks is a note, and its columns are left out of the end states", () => {
  const all = input(`${head}\n${ends}\n${gatewayFirst}`);
  const { system, notes } = matched({
    ...all,
    components: all.components.filter(({ type }) => type === "gateway"),
  });
  expect(system.endTables[0]?.columns).toEqual([{ type: 0, component: null }]);
  expect(system.endTables[0]?.rows.map(({ cells }) => cells)).toEqual([[[0]], [[1]]]);
  // No combination of a gateway and an RTOS exists, so there is none to refuse.
  expect(brief(system)).toEqual([]);
  expect(problemLines(notes)).toEqual([
    'm.yaml:15:7 table-not-applied The table "gateway-first" says nothing here: the System has no Component for one of its columns. Nothing is to be done if this kind of System does not have it.',
    'm.yaml:7:3 component-type-unused The System has no Component of the type "rtos". Nothing is done for it.',
  ]);
});

test("a version that no cell names is a note; a wildcard names none", () => {
  const match = input(
    [head, ends, "  transition_states:", "    columns: [gateway]", '    rows: [["*", YES]]'].join(
      "\n",
    ),
  );
  const components = match.components.map((component) => ({
    ...component,
    current: {
      kind: "provides" as const,
      provides: new Map(component.id === "G1" ? [["artifact_name", "gateway-v7"]] : []),
    },
  }));
  const { notes } = matched({ ...match, components });
  expect(notes.map(({ message }) => message)).toEqual([
    '"G1" has the version "gateway-v7", which no cell of the tables names.',
    'The version of "R1" is unknown, and no cell of the tables says "?" or "any".',
    'The version of "R2" is unknown, and no cell of the tables says "?" or "any".',
  ]);
});

test("a cell that says any speaks of the unknown version, and of no other by name", () => {
  const any = "\n  transition_states: { columns: [rtos], rows: [[any, YES]] }";
  const match = input(`${head}\n${ends}${any}`);
  const components = match.components.map((component) => ({
    ...component,
    current: {
      kind: "provides" as const,
      provides: new Map(component.id === "R1" ? [["artifact_name", "rtos-v7"]] : []),
    },
  }));
  const { notes } = matched({ ...match, components });
  expect(notes.map(({ message }) => message)).toEqual([
    'The version of "G1" is unknown, and no cell of the tables says "?" or "any".',
    '"R1" has the version "rtos-v7", which no cell of the tables names.',
  ]);
});

test("a cell that nobody can match is a note", () => {
  const rows = [
    "        - [gateway-v3, rtos-v1, YES]",
    "        - [gateway-v2, rtos-11 | rtos-v2, YES]",
    "        - [old, rtos-v2, NO]",
  ].join("\n");
  const { notes } = matched(input(`${head}\n${ends}\n${gatewayFirst}\n${rows}`));
  expect(problemLines(notes)).toEqual([
    'm.yaml:20:12 version-without-artifact The tables name versions of "gateway" that no Artifact gives, no end state holds and no Component has: "gateway-v3", "old". Did you mean "gateway-v1"? A row with a version that nobody can have says nothing.',
    'm.yaml:21:24 version-without-artifact The tables name versions of "rtos" that no Artifact gives, no end state holds and no Component has: "rtos-11". Did you mean "rtos-v1"? A row with a version that nobody can have says nothing.',
  ]);
});

test("so is a range that no version lies in, once for each table", () => {
  const text = `${head}\n${ends}\n${gatewayFirst}`.replaceAll(/(gateway|rtos)-v(\d)/g, "$1-v$2.0");
  const rows = ['        - [">=7.0", rtos-v1.0, YES]', '        - [gateway-v1.0, "<1.0", NO]'];
  const components = input(text).components.map((component) => ({
    ...component,
    current: { kind: "version" as const, version: Version.parse(`${component.type}-v1.0`) },
  }));
  const { notes } = matched({ ...input([text, ...rows].join("\n")), components });
  expect(problemLines(notes)).toEqual([
    'm.yaml:20 row-without-effect The row never applies: its cell for "gateway" matches no version that is known here. The table "gateway-first" has another such row. Correct the cell, or remove the row.',
  ]);
});

test("no to rollback wins, whether the Topology or the Manifest says it", () => {
  const match = input(head.replace("gateway-v2,", "gateway-v2, supports_rollback: no,"));
  const components = match.components.map((component) => ({
    ...component,
    supportsRollback: component.id === "R2" ? false : true,
  }));
  const { system } = matched({ ...match, components });
  expect(system.components.map(({ id, supportsRollback }) => [id, supportsRollback])).toEqual([
    ["G1", false],
    ["R1", true],
    ["R2", false],
  ]);
});

test("a column for a Component that is not there is an error that lists those that are", () => {
  const match = input(
    [head, ends, "  transition_states:", "    columns: [rtos@R7, RTOS@r2]", "    rows: []"].join(
      "\n",
    ),
  );
  expect(problemLines(problemsOf(matchSystem(match)))).toEqual([
    'm.yaml:15:15 table-column "rtos@R7" names no Component of the System. Did you mean "R1"?',
  ]);
});

test("the device's own tables hold beside the Manifest's", () => {
  const match = input(`${head}\n${ends}\n${gatewayFirst}`, {
    deviceConstraints: device(
      "  end_states:",
      "    columns: [rtos]",
      "    rows: { mine: [rtos-v1], other: [rtos-v2] }",
      "  transition_states:",
      "    columns: [rtos@R1, rtos@R2]",
      "    default: allow",
      "    rows: [[rtos-v1, rtos-v2, NO]]",
    ),
  });
  const { system } = matched(match);
  expect(system.endTables.map(({ rows }) => rows.map((row) => row.systemVersion))).toEqual([
    ["v.1", "v.2"],
    ["mine", "other"],
  ]);
  expect(brief(system)).toEqual([
    "gateway-first [gateway rtos] deny: [[0],[1]] no; [[1],[0]] yes",
    "transition_states [R1 R2] allow: [[0],[1]] no",
  ]);
});

test("the device's tables do not loosen a Manifest that allows only end states on the way", () => {
  const match = input(`${head}\n${ends}`, {
    deviceConstraints: device(
      "  transition_states:",
      "    columns: [rtos]",
      "    default: allow",
      "    rows: []",
    ),
  });
  const { system } = matched(match);
  expect(brief(system)).toEqual(["transition_states [rtos] allow: "]);
  expect(system.endStatesOnly).toBe(true);
  const alone = matched(input(`${head}\n${ends}`)).system;
  expect(alone.endStatesOnly).toBe(true);
});

const heater = [
  "  transition_states:",
  "    columns: [gateway, heater]",
  "    rows: [[gateway-v2, heater-v1, NO]]",
].join("\n");
const withHeater = head.replace(
  "component_types:",
  "component_types:\n  heater: { artifact_name: heater-v1, update_strategy: { order: 3 } }",
);

test("a transition table with a column that no Component has refuses nothing, and does not ask for end states only", () => {
  const { system } = matched(input(`${withHeater}\n${ends}\n${heater}`));
  expect(brief(system)).toEqual([]);
  expect(system.endStatesOnly).toBe(false);
});

test("such a table of the device allows nothing beside that, and refuses nothing", () => {
  const deviceConstraints = device(heater);
  const own = matched(input(`${withHeater}\n${ends}`, { deviceConstraints })).system;
  expect(brief(own)).toEqual([]);
  expect(own.endStatesOnly).toBe(true);
  const bare = matched(input(withHeater, { deviceConstraints })).system;
  expect(bare.endTables).toEqual([]);
  expect(brief(bare)).toEqual([]);
});

test("a Manifest without tables cannot get around the device's: the wanted state is then its one end state", () => {
  const match = input(head, {
    deviceConstraints: device(
      "  transition_states:",
      "    columns: [gateway, rtos]",
      "    rows: [[gateway-v2, rtos-v1, YES]]",
    ),
  });
  const { endTables } = matched(match).system;
  expect(endTables).toEqual([
    {
      name: "component_types",
      columns: [
        { type: 0, component: null },
        { type: 1, component: null },
      ],
      rows: [
        {
          systemVersion: "two-types",
          cells: [[1], [1]],
          verdict: "yes",
          rule: { file: "m.yaml", line: 6, row: "gateway-v2 | rtos-v2" },
        },
      ],
    },
  ]);
});

test("a device's table with an unknown column is an error", () => {
  const match = input(`${head}\n${ends}`, {
    deviceConstraints: device("  transition_states:", "    columns: [gatewy]", "    rows: []"),
  });
  expect(problemLines(problemsOf(matchSystem(match)))).toEqual([
    'constraints.yaml:3:15 table-column The column "gatewy" names no Component type of the Manifest. Did you mean "gateway"?',
  ]);
});

test("a Component that is left out may have any version: rows allow only what holds for all of them", () => {
  const rows = [
    "        - [gateway-v2, '*', YES]",
    "        - [gateway-v3, rtos-v2, YES]",
    "        - [gateway-v4, rtos-v1, NO]",
  ].join("\n");
  const match = input(`${head}\n${ends}\n${gatewayFirst}\n${rows}`, {
    absent: [ComponentType.parse("rtos")],
  });
  const { system, notes } = matched({
    ...match,
    components: match.components.filter(({ id }) => id !== "R2"),
  });
  // gateway-v1 is 0; the first table is for R1, the second for the RTOS that does not answer.
  expect(brief(system)).toEqual([
    "gateway-first [gateway rtos] deny: [[0],[1]] no; [[1],[0,1]] yes; [[1],[0]] yes; [[2],[1]] yes; [[3],[0]] no",
    "gateway-first [gateway] deny: [[0]] no; [[1]] yes; [[3]] no",
  ]);
  expect(notes.map(({ code }) => code)).toContain("component-absent");
});

test("what an Artifact depends on decides from where it can be installed", () => {
  const artifacts = [
    availableArtifact("gateway", "target", "gateway-v2", {
      depends: { "rootfs-image.gateway.version": ["gateway-v1"] },
    }),
    availableArtifact("rtos", "target", "rtos-v2", { depends: { bootloader: ["3"] } }),
    availableArtifact("rtos", "stepping-stone", "rtos-b3", { provides: { bootloader: "3" } }),
  ];
  const { system } = matched(input(head, { artifacts }));
  const [gateway, rtos] = system.components;
  expect(system.types.map(({ versions }) => versions)).toEqual([
    ["gateway-v1", "gateway-v2", "?"],
    ["rtos-b3", "rtos-v1", "rtos-v2", "?"],
  ]);
  expect(gateway?.hops).toEqual([[1], [], []]);
  // From rtos-v1 only the stepping stone; it brings the boot loader that rtos-v2 asks for.
  expect(rtos?.hops).toEqual([[2], [0], [0], [0]]);
});

test("a hop counts only if it is possible whichever way the Component came there", () => {
  const keeps = { clears: ["rootfs-image.rtos.*", "artifact_*"] };
  const artifacts = [
    availableArtifact("gateway", "target", "gateway-v2"),
    availableArtifact("rtos", "target", "rtos-v2", { ...keeps, depends: { bootloader: ["3"] } }),
    availableArtifact("rtos", "stepping-stone", "rtos-b3", {
      ...keeps,
      provides: { bootloader: "3" },
    }),
    availableArtifact("rtos", "stepping-stone", "rtos-mid", keeps),
  ];
  const { system } = matched(input(head, { artifacts }));
  const versions = system.types[1]?.versions;
  expect(versions).toEqual(["rtos-b3", "rtos-mid", "rtos-v1", "rtos-v2", "?"]);
  // rtos-mid has the boot loader if it comes after rtos-b3, and has not if it comes first.
  expect(system.components[1]?.hops).toEqual([[1, 3], [0], [0, 1], [0, 1], [0, 1]]);
});

test("what a stepping stone brings is there behind one that leaves it alone, and the way over both is the plan", () => {
  const keeps = { clears: ["rootfs-image.rtos.*", "artifact_*"] };
  const artifacts = [
    availableArtifact("gateway", "target", "gateway-v2"),
    availableArtifact("rtos", "target", "rtos-v2", {
      ...keeps,
      depends: { boot: ["2"], artifact_name: ["rtos-between"] },
    }),
    availableArtifact("rtos", "stepping-stone", "rtos-boot", { ...keeps, provides: { boot: "2" } }),
    availableArtifact("rtos", "stepping-stone", "rtos-between", keeps),
  ];
  const rows = ["rtos-v1", "rtos-boot", "rtos-between", "rtos-v2"].map(
    (version, at) => `      v.${String(at)}: [any, ${version}]`,
  );
  const tables = [
    "constraints:",
    "  end_states:",
    "    columns: [gateway, rtos]",
    "    rows:",
    ...rows,
  ];
  const match = input([head.replaceAll(/, update_strategy: {[^}]*}/g, ""), ...tables].join("\n"), {
    artifacts,
  });
  const { system } = matched({
    ...match,
    components: match.components.filter(({ id }) => id !== "R2"),
  });
  const answer = findPlan(system);
  if (answer.kind !== "plan") throw new Error(JSON.stringify(answer));
  const steps = answer.plan.stages.flatMap(({ groups }) => groups.flat());
  expect(
    steps.flatMap(({ component, from, to }) => (component === "R1" ? [`${from}>${to}`] : [])),
  ).toEqual(["rtos-v1>rtos-boot", "rtos-boot>rtos-between", "rtos-between>rtos-v2"]);
  expect(answer.plan.optimal).toBe(true);
});

test("an Artifact that nothing leads to is refused with what it lacks", () => {
  const artifacts = [
    availableArtifact("gateway", "target", "gateway-v2", {
      depends: { "rootfs-image.checksum": ["aa", "bb"], region: ["eu"] },
    }),
    availableArtifact("rtos", "target", "rtos-v2"),
  ];
  const match = input(head, { artifacts });
  const provides = new Map([
    ["rootfs-image.gateway.version", "gateway-v1"],
    ["rootfs-image.checksum", "cc"],
  ]);
  const components = match.components.map((one) =>
    one.id === "G1" ? { ...one, current: { kind: "provides" as const, provides } } : one,
  );
  expect(problemLines(problemsOf(matchSystem({ ...match, components })))).toEqual([
    '- artifact-depends-unmet "gateway-v2" cannot be installed on "G1": it depends on "rootfs-image.checksum" being "aa" or "bb", and finds "cc". It also depends on "region"; add a stepping stone that provides them, or another Artifact.',
  ]);
});

test("an Artifact for another type of device is refused", () => {
  const artifacts = [
    availableArtifact("gateway", "target", "gateway-v2", { depends: { device_type: ["toaster"] } }),
    availableArtifact("rtos", "target", "rtos-v2"),
  ];
  expect(problemLines(problemsOf(matchSystem(input(head, { artifacts }))))).toEqual([
    '- artifact-depends-unmet "gateway-v2" cannot be installed on "G1": it depends on "device_type" being "toaster", and finds "gateway". Add a stepping stone that leads there, or an Artifact for this Component.',
  ]);
});

test("nothing needs to lead to what is installed already", () => {
  const artifacts = [
    availableArtifact("gateway", "target", "gateway-v2", { depends: { region: ["eu"] } }),
    availableArtifact("rtos", "target", "rtos-v2"),
  ];
  const match = input(head, { artifacts });
  const components = match.components.map((one) =>
    one.id === "G1"
      ? {
          ...one,
          current: {
            kind: "provides" as const,
            provides: new Map([["rootfs-image.gateway.version", "gateway-v2"]]),
          },
        }
      : one,
  );
  const { system } = matched({ ...match, components });
  expect(system.components[0]?.start).toBe(system.types[0]?.target);
});

test("Artifacts that depend on each other in too many ways are refused, and do not keep us busy", () => {
  const stones = Array.from({ length: 16 }, (_, index) =>
    availableArtifact("gateway", "stepping-stone", `stone-${index}`, {
      clears: ["artifact_*"],
      provides: { [`key-${index}`]: "set" },
      depends: { [`key-${index}`]: ["set"] },
    }),
  ).map((stone, index) => ({
    ...stone,
    artifact: stone.artifact && {
      ...stone.artifact,
      depends: new Map(index < 15 ? [] : stone.artifact.depends),
    },
  }));
  const wanted = availableArtifact("gateway", "target", "gateway-v2", {
    depends: Object.fromEntries(stones.map((_, index) => [`key-${index}`, ["set"]])),
  });
  const artifacts = [wanted, ...stones, availableArtifact("rtos", "target", "rtos-v2")];
  const problems = problemsOf(matchSystem(input(head, { artifacts })));
  expect(problems.map(({ code }) => code)).toEqual(["artifact-depends-complex"]);
});

test("an Artifact called ? is refused: it would stand for the unknown version", () => {
  const artifacts = [
    availableArtifact("gateway", "target", "?"),
    availableArtifact("rtos", "target", "rtos-v2"),
  ];
  const problems = problemsOf(matchSystem(input(head, { artifacts })));
  expect(problems.map(({ code }) => code)).toEqual(["artifact-name-unusable"]);
});

test("the Components keep the order of the Topology, the types are sorted by name", () => {
  const match = input(head);
  const { system } = matched({ ...match, components: match.components.toReversed() });
  expect(system.types.map(({ name }) => name)).toEqual(["gateway", "rtos"]);
  expect(system.components.map(({ id }) => id)).toEqual(
    ["R2", "R1", "G1"].map((id) => ComponentId.parse(id)),
  );
});

/** The rest as the state file has it, and R1 as it reports itself. */
function reporting(current: Current) {
  const all = input(`${head}\n${ends}`);
  return matched({
    ...all,
    components: all.components.map((component) =>
      component.id === "R1" ? { ...component, at: null, current } : component,
    ),
  });
}

test("a version with a character that does not show is unknown where a Component reports it, with a note", () => {
  const { system, notes } = reporting({
    kind: "provides",
    provides: new Map([["rootfs-image.rtos.version", "rtos-v1\u200b"]]),
  });
  const r1 = system.components.find(({ id }) => id === "R1");
  expect(system.types[r1?.type ?? -1]?.versions[r1?.start ?? -1]).toBe("?");
  expect(problemLines(notes)).toContain(
    `- report-unreadable "R1" reports the version "rtos-v1\\u{200b}", with a character that does not show: it counts as unknown. Correct what the Component reports; until then cells that say "?" or "any" match it.`,
  );
});

test("a version that differs from a known one by normalisation or case is a note where a Component reports it", () => {
  const report = (version: string) =>
    reporting({ kind: "version", version: Version.parse(version) }).notes.filter(({ code }) =>
      code.startsWith("names-"),
    );
  expect(problemLines(report("rto\uff53-v1"))).toEqual([
    `- names-look-alike "rto\\u{ff53}-v1" and "rtos-v1" are two names for versions of "rtos" that look the same. Write both in the same characters; the other is in line 12.`,
  ]);
  expect(problemLines(report("RTOS-v1"))).toEqual([
    `- names-differ-in-case "RTOS-v1" and "rtos-v1" are two names for versions of "rtos" that differ only in upper and lower case. They do not match each other. If one is meant, write it everywhere in the same way; the other is in line 12.`,
  ]);
});

test("a device's own rule that differs from the Manifest's versions by normalisation is refused", () => {
  const rules = device(
    "  transition_states:",
    "    columns: [gateway]",
    "    default: allow",
    "    rows: [[gate\uff57ay-v2, NO]]",
  );
  const refused = matchSystem(input(`${head}\n${ends}`, { deviceConstraints: rules }));
  expect(problemLines(problemsOf(refused))).toEqual([
    `constraints.yaml:5:13 names-look-alike "gate\\u{ff57}ay-v2" and "gateway-v2" are two names for versions of "gateway" that look the same. Write both in the same characters; the other is in line 6.`,
  ]);
});

test("depends is a cell: alternatives in one text, and blanks for and", () => {
  const from = (depends: string) => {
    const manifest = `${head}\n${ends}`.replace("gateway-v2,", `gateway-v2, depends: ${depends},`);
    const { system } = matched(
      input(manifest, {
        components: input(manifest).components.map((component) =>
          component.type === "gateway"
            ? { ...component, current: { kind: "version" as const, version: Version.parse("a") } }
            : component,
        ),
      }),
    );
    const gateway = system.components.find(({ id }) => id === "G1");
    const { versions = [], target } = system.types[gateway?.type ?? -1] ?? {};
    return versions.filter((_, at) => gateway?.hops[at]?.includes(target ?? -1));
  };
  expect(from(`"a | b"`)).toEqual(["a", "b"]);
  expect(from("[a, b | c]")).toEqual(["a", "b", "c"]);
  expect(from(`"!b !c"`)).toEqual(["a", "gateway-v1"]);
});

test.each([`"!gateway-v1 | b"`, `"!gateway-v1 !b"`])(
  "depends %s does not let it be installed from gateway-v1",
  (depends) => {
    const manifest = `${head}\n${ends}`.replace("gateway-v2,", `gateway-v2, depends: ${depends},`);
    const { system } = matched(input(manifest));
    expect(
      system.components.find(({ id }) => id === "G1")?.hops[
        system.types[0]?.versions.indexOf(Version.parse("gateway-v1")) ?? -1
      ],
    ).toEqual([]);
  },
);

test("a version without a number is in no range where a Component reports it, with a note", () => {
  const ranges = `${head}\n${ends}`
    .replaceAll("gateway-v", "gateway-")
    .replaceAll("rtos-v", "rtos-")
    .replaceAll(/-([12])\b/g, "-$1.0")
    .replace("v.2: [gateway-2.0, rtos-2.0]", `v.2: [gateway-2.0, ">=2.0"]`);
  const all = input(ranges);
  const half = all.components.map((component) =>
    component.id === "R1"
      ? { ...component, current: { kind: "version" as const, version: Version.parse("half") } }
      : component,
  );
  const { notes } = matched({ ...all, components: half });
  expect(problemLines(notes).filter((line) => line.includes('"half"'))).toEqual([
    `state.yaml:3:5 version-without-number "R1" has the version "half", which has no number with a dot in it: no range matches it. Name it in a cell of its own where it should match.`,
    `- version-not-named "R1" has the version "half", which no cell of the tables names. It is left behind as soon as the tables allow; add a row if it should not be.`,
  ]);
});

test("a row that a partial number keeps from applying says what the number means", () => {
  const numbered = `${head}\n${ends}`
    .replaceAll("gateway-v", "gateway-2024.9.")
    .replace("v.1: [gateway-2024.9.1,", `v.1: ["<2024.10 >2024.9",`);
  const all = input(numbered);
  const { notes } = matched({
    ...all,
    components: all.components.map((component) =>
      component.id === "G1"
        ? { ...component, current: { kind: "version", version: Version.parse("gateway-2024.9.1") } }
        : component,
    ),
  });
  expect(problemLines(notes).filter((line) => line.includes("never applies"))).toEqual([
    `m.yaml:12 row-without-effect The row never applies: its cell for "gateway" matches no version that is known here. Correct the cell, or remove the row. ">2024.9" means ">=2024.10": a number of one or two parts stands for all that begin with it.`,
  ]);
});
