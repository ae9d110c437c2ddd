import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ComponentId } from "../../src/core/ids.ts";
import { currentFormat } from "../../src/executor/journals.ts";
import { encodeRecords } from "../../src/journal/records.ts";
import { tar } from "../support/artifacts.ts";
import { beginOf, Boards, drive } from "../support/drive.ts";
import type { Ran } from "../support/program.ts";
import { type SeedProgram, seedProgram, v1 } from "../support/seed-program.ts";
import { treeOf } from "../support/tree.ts";
import { oneOfEachKind, widening } from "../support/tier.ts";

/** Each wrong input, by the real program: one clear error, its exit status, and nothing changed. */

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

/** Changes one thing in a file that is right. */
function edit(file: string, from: string | RegExp, to: string): void {
  const path = system.path(file);
  const before = readFileSync(path, "utf8");
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}

/** Runs it and demands that no board has been called to change anything. */
function refused(args: readonly string[]): Ran {
  const ran = system.run(args);
  expect(system.versions()).toEqual(v1);
  expect(system.calls().filter((call) => !/^(Identity|Provides) /.test(call))).toEqual([]);
  return ran;
}

describe("a file that is none of ours", () => {
  test.each([
    ["plan"],
    ["install"],
    ["explain"],
    ["simulate"],
    ["validate"],
    ["bundle", "inspect"],
    ["bundle", "verify"],
  ])("is told by what it looks like: %s %s", (...words) => {
    const zip = [0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0xff];
    writeFileSync(system.path("p.zip"), Uint8Array.from(zip));
    const { exit, stdout, stderr } = refused([...words, "p.zip"]);
    expect(exit).toBe(11);
    expect(`${stdout}${stderr}`).toContain(
      '"p.zip" is not a bundle, Manifest or Artifact: it looks like a ZIP archive. [file-not-ours]',
    );
  });

  test("is a Manifest where a bundle is wanted", () => {
    expect(refused(["bundle", "inspect", "manifest-v2.yaml"])).toMatchObject({
      exit: 11,
      stderr: `manifest-v2.yaml: error: "manifest-v2.yaml" is not a bundle: it looks like a text, as a Manifest is. [file-not-ours]
  expected: a bundle
  found: a text
  hint: Make a bundle of the Manifest and its Artifacts with \`bundle create\`.
`,
    });
  });

  test("is one problem where it is a Topology", () => {
    expect(refused(["install", "topology.yaml"])).toMatchObject({
      exit: 11,
      stdout: "",
      stderr: `topology.yaml:1:1: error: "topology.yaml" is a Topology, and a Manifest is wanted. [not-a-manifest]
  1 | api_version: mender/v1
    | ^
  expected: a Manifest
  found: a Topology
  hint: Give the Manifest, or a bundle; a Topology lies in the directory that MENDER_ORCHESTRATOR_TOPOLOGY_DIR names.
`,
    });
  });
});

describe("a Manifest", () => {
  test("with an unknown field", () => {
    edit("manifest-v2.yaml", "artifact_name: gateway-v2", "artefact_name: gateway-v2");
    expect(refused(["install", "manifest-v2.yaml"])).toMatchObject({
      exit: 11,
      stdout: "",
      stderr: `manifest-v2.yaml:9:5: error: There is no field "artefact_name" in "component_types.gateway". [unknown-field]
  9 |     artefact_name: gateway-v2
    |     ^
  expected: one of artifact_name, artifact_path, sha256, depends, edges, number, scheme, versions, prefer, update_strategy, stepping_stones, supports_rollback
  found: artefact_name
  hint: Did you mean "artifact_name"?
`,
    });
  });

  test("with a value of the wrong type", () => {
    edit("manifest-v2.yaml", "[gateway-with-two-rtos]", "gateway-with-two-rtos");
    expect(refused(["plan", "manifest-v2.yaml"])).toMatchObject({
      exit: 11,
      stderr: `manifest-v2.yaml:5:26: error: "system_types_compatible" must be a list of System types, but is "gateway-with-two-rtos". [wrong-type]
  5 | system_types_compatible: gateway-with-two-rtos
    |                          ^
  expected: a list of System types
  found: "gateway-with-two-rtos"
  hint: Write a list of System types.
`,
    });
  });

  test("with a key that is there twice", () => {
    edit("manifest-v2.yaml", "name: system-core-v2", "name: system-core-v2\nname: system-core-v3");
    expect(refused(["plan", "manifest-v2.yaml"])).toMatchObject({
      exit: 11,
      stderr: `manifest-v2.yaml:5:1: error: The key "name" is there twice. [yaml-duplicate-key]
  5 | name: system-core-v3
    | ^
  hint: Remove one; the first is in line 4.
`,
    });
  });

  test("with a character that does not show in a NO row", () => {
    edit(
      "manifest-v2.yaml",
      "gateway-v2.mender | rtos-v1.mender | NO",
      "gateway-v2\u200b.mender | rtos-v1.mender | NO",
    );
    expect(refused(["install", "manifest-v2.yaml"])).toMatchObject({
      exit: 11,
      stdout: "",
      stderr: `manifest-v2.yaml:22:17: error: "gateway-v2\\u{200b}.mender" holds \\u{200b}, which does not show. [invisible-character]
  22 |     | gateway-v2\\u{200b}.mender | rtos-v1.mender | NO         | n/a            |
     |                 ^
  expected: names of characters that show
  found: \\u{200b}
  hint: Remove the character: two names that look the same would not be the same. It does not show in an editor.
`,
    });
  });

  test("with several problems tells them all at once", () => {
    edit("manifest-v2.yaml", "kind: manifest", "kind: manifesto");
    edit("manifest-v2.yaml", "artifact_name: rtos-v2", "artefact_name: rtos-v2");
    const { exit, stdout } = refused(["plan", "manifest-v2.yaml", "--json"]);
    const document: unknown = JSON.parse(stdout);
    expect(exit).toBe(11);
    expect(document).toMatchObject({
      type: "error",
      code: "wrong-value",
      exit: 11,
      at: { file: "manifest-v2.yaml", line: 3 },
      more: [{ type: "error", code: "unknown-field", at: { line: 12 } }],
    });
  });

  test("with a table that misses a cell", () => {
    edit(
      "manifest-v2.yaml",
      "| gateway-v1.mender | rtos-v2.mender | NO         | n/a ",
      "| gateway-v1.mender | NO         | n/a ",
    );
    expect(refused(["install", "manifest-v2.yaml"])).toMatchObject({
      exit: 11,
      stderr: `manifest-v2.yaml:21:5: error: A cell is missing: the row has 3, the table has 4 columns. [table-cell]
  21 |     | gateway-v1.mender | NO         | n/a            |
     |     ^
  expected: 4 cells
  found: 3 cells
  hint: Compare the row with the head of the table; a "|" inside a cell is written "\\|".
`,
    });
  });

  test("whose target is no end state", () => {
    edit(
      "manifest-v2.yaml",
      /\| gateway-v2.mender \| rtos-v2.mender \| YES .*/,
      "| gateway-v2.mender | rtos-v2.mender | NO | n/a |",
    );
    expect(refused(["install", "manifest-v2.yaml"])).toMatchObject({
      exit: 14,
      stdout: "",
      stderr: `There is no acceptable plan for "system-core-v2". The wanted state is not an acceptable end state: gateway "gateway-v2", rtos "rtos-v2".
This rule alone forbids it:
  manifest-v2.yaml:23  | gateway-v2.mender | rtos-v2.mender | NO | n/a |
  hint: "explain" tells how far one gets, and what would open a way.
`,
    });
  });

  test("without an acceptable order", () => {
    expect(refused(["install", "manifest-v2-no-way.yaml"])).toMatchObject({
      exit: 14,
      stdout: "",
      stderr: `There is no acceptable plan for "system-core-v2". No order of the updates passes acceptable states only.
Together these rules forbid it, whatever the others say:
  manifest-v2-no-way.yaml:29  | gateway-v1.mender | rtos-v2.mender | NO |
  manifest-v2-no-way.yaml:28  no row of "transition_states" allows gateway gateway-v2 and rtos rtos-v1
  hint: "explain" tells how far one gets, and what would open a way.
`,
    });
  });

  test("for another System type", () => {
    edit("topology.yaml", "gateway-with-two-rtos", "drone");
    expect(refused(["install", "manifest-v2.yaml"])).toMatchObject({
      exit: 13,
      stderr: `manifest-v2.yaml:5:1: error: The Manifest is for System type "gateway-with-two-rtos", but this System is "drone". [system-type-incompatible]
  5 | system_types_compatible: [gateway-with-two-rtos]
    | ^
  expected: "gateway-with-two-rtos"
  found: drone
  hint: Use the Manifest for this kind of System, or correct the Topology.
`,
    });
  });

  test("without an entry for a type that the System has", () => {
    cpSync(system.path("boards/R998"), system.path("boards/B1"), { recursive: true });
    copyFileSync(system.path("interfaces/v1/rtos"), system.path("interfaces/v1/brake"));
    edit("topology.yaml", /$/, `  - component_type: brake\n    interface_args: ["B1"]\n`);
    expect(refused(["install", "manifest-v2.yaml"])).toMatchObject({
      exit: 11,
      stderr: `manifest-v2.yaml: error: The Manifest has no entry for the Component type "brake", of which this System has Components. [component-type-missing]
  expected: "brake" below component_types
  hint: Known are: gateway, rtos.
`,
    });
  });

  test("whose Artifact is nowhere", () => {
    edit("manifest-v2.yaml", "artifacts/rtos-v2.mender", "artifacts/rtos-v9.mender");
    expect(refused(["install", "manifest-v2.yaml"])).toMatchObject({
      exit: 11,
      stderr: `manifest-v2.yaml:11:3: error: There is no Artifact at "artifacts/rtos-v9.mender" for the Component type "rtos". [artifact-missing]
  11 |   rtos:
     |   ^
  expected: that file, or an Artifact named "rtos-v2" in the bundle, in the cache or on the Mender Server
  hint: Put the file there, correct the path, or give a bundle that holds it.
error: The D-Bus system bus, over which the Mender Client is asked for its token, cannot be reached: there is no such socket. [bus-unreachable]
  found: there is no such socket
  hint: Start dbus, or set "DBUS_SYSTEM_BUS_ADDRESS"; or bring the Artifacts in a bundle.
`,
    });
  });
});

describe("a machine", () => {
  test("without a Topology", () => {
    const topology = system.path("nowhere");
    const ran = system.run(["install", "manifest-v2.yaml"], {
      MENDER_ORCHESTRATOR_TOPOLOGY_DIR: topology,
    });
    expect(ran).toMatchObject({
      exit: 15,
      stderr: `error: This machine has no Topology: there is no "${topology}/topology.yaml". [topology-missing]
  hint: Write one, or name its directory with MENDER_ORCHESTRATOR_TOPOLOGY_DIR; a plan with --state needs none.
`,
    });
  });

  test("without the Interface of a type", () => {
    edit(
      "topology.yaml",
      "component_type: gateway",
      "component_type: gateway\n    interface: gatewy",
    );
    const path = system.path("interfaces/v1/gatewy");
    expect(refused(["install", "manifest-v2.yaml"])).toMatchObject({
      exit: 15,
      stderr: `${system.path("topology.yaml")}:7:16: error: There is no Interface "${path}". [interface-missing]
  7 |     interface: gatewy
    |                ^
  expected: an executable file
  found: nothing; beside it: "gateway", "rtos", "rtos-streaming", "rtos-whole"
  hint: Install it there, or name the right one with "interface" in the Topology.
`,
    });
  });

  test("with two Components of one id", () => {
    edit("topology.yaml", `["R998"]`, `["R456"]`);
    expect(refused(["install", "manifest-v2.yaml"])).toMatchObject({
      exit: 15,
      stderr: `${system.path("topology.yaml")}:12:5: error: Two Components call themselves "R456". [identity-shared]
  12 |   - component_type: rtos
     |     ^
  expected: an id of its own for every Component
  found: "R456", which the Component of line 9 has, too
  hint: Give each its own interface_args, or let their Interfaces tell them apart.
`,
    });
  });

  test("with a Component that does not answer: what its Interface said is shown", () => {
    edit("topology.yaml", `["R998"]`, `["R999"]`);
    expect(refused(["install", "manifest-v2.yaml"])).toMatchObject({
      exit: 15,
      stderr: `rtos  Identity  | there is no board "R999"
${system.path("topology.yaml")}:12:5: error: The Interface "rtos" failed in Identity: exit status 1. [interface-failed]
  12 |   - component_type: rtos
     |     ^
  expected: exit status 0
  hint: Its own messages say why; call it by hand to see them all.
`,
    });
  });

  test("with a configuration that is wrong", () => {
    mkdirSync(system.path("conf"));
    const path = system.path("conf/mender-orchestrator.conf");
    writeFileSync(path, `{\n  "LogLvl": "info"\n}\n`);
    const { exit, stderr } = refused(["install", "manifest-v2.yaml"]);
    expect(exit).toBe(11);
    expect(stderr).toContain(
      `${path}:2:3: error: There is no field "LogLvl" here. [unknown-field]`,
    );
    expect(stderr).toContain(`hint: Did you mean "LogLevel"?`);
  });
});

describe("an Artifact with one flipped byte", () => {
  /** Flips a bit of the entry, `at` bytes into its content. */
  function flip(entry: string, at: number): void {
    const path = system.path("artifacts/gateway-v2.mender");
    const bytes = readFileSync(path);
    const header = bytes.indexOf(`${entry}\0`);
    expect(header % 512).toBe(0);
    const offset = header + 512 + at;
    bytes[offset] = (bytes[offset] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  }

  test("in the header", () => {
    flip("header.tar.gz", 60);
    const { exit, stderr } = refused(["install", "manifest-v2.yaml"]);
    expect(exit).toBe(12);
    expect(stderr).toMatch(
      /^artifacts\/gateway-v2\.mender: error: The checksum of "header\.tar\.gz" in "artifacts\/gateway-v2\.mender" is wrong\. \[artifact-checksum\]\n {2}expected: [0-9a-f]{64}\n {2}found: [0-9a-f]{64}\n {2}hint: The file was changed or damaged: get it again, and do not install it\.\n$/,
    );
  });

  test("in the manifest", () => {
    const bytes = readFileSync(system.path("artifacts/gateway-v2.mender"));
    const content = bytes.indexOf("manifest\0") + 512;
    const digit = bytes.subarray(content).findIndex((byte) => byte >= 0x30 && byte <= 0x39);
    flip("manifest", digit);
    const { exit, stderr } = refused(["install", "manifest-v2.yaml"]);
    expect(exit).toBe(12);
    expect(stderr).toContain(
      `artifacts/gateway-v2.mender: error: The checksum of "data/0000/gateway.img" in "artifacts/gateway-v2.mender" is wrong. [artifact-checksum]\n`,
    );
  });

  test("in the payload", () => {
    flip("data/0000.tar.gz", 60);
    const { exit, stderr } = refused(["install", "manifest-v2.yaml"]);
    expect(exit).toBe(11);
    expect(stderr).toContain(
      `\nartifacts/gateway-v2.mender:data/0000.tar.gz: error: The gzip data in "artifacts/gateway-v2.mender:data/0000.tar.gz" is broken: incorrect data check. [archive-compression]\n`,
    );
  });
});

describe("a bundle", () => {
  beforeEach(() => {
    copyFileSync("fixtures/bundles/seed-v2.tar", system.path("b.tar"));
  });

  test("that is truncated", () => {
    truncateSync(system.path("b.tar"), 9000);
    expect(refused(["install", "b.tar"])).toMatchObject({
      exit: 11,
      stderr: `b.tar: error: "b.tar" is shorter than its contents say. [archive-truncated]
  expected: at least 10752 bytes
  found: 9000 bytes
  hint: The file was not copied whole: copy or download it again.
`,
    });
  });

  test("that leads elsewhere", async () => {
    const manifest = readFileSync(system.path("manifest-v2.yaml"));
    const artifact = readFileSync(system.path("artifacts/gateway-v2.mender"));
    writeFileSync(
      system.path("evil.tar"),
      await tar([
        { name: "manifest.yaml", content: manifest },
        { name: "../gateway-v2.mender", content: artifact },
      ]),
    );
    expect(refused(["install", "evil.tar"])).toMatchObject({
      exit: 11,
      stderr: `evil.tar: error: The entry "../gateway-v2.mender" of "evil.tar" is not allowed. [archive-forbidden-entry]
  expected: regular files with relative names, each once
  found: a name that leads elsewhere
  hint: Make the bundle again with \`bundle create\`.
`,
    });
  });

  test("of which a byte was changed leaves nothing behind", () => {
    const bytes = readFileSync(system.path("b.tar"));
    const at = bytes.indexOf("artifacts/rtos-v2.mender\0") + 512 + 600;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(system.path("b.tar"), bytes);
    const { exit, stderr } = refused(["install", "b.tar"]);
    expect([11, 12]).toContain(exit);
    expect(stderr).toContain(
      'The checksum of "artifacts/rtos-v2.mender" in "b.tar" is wrong. [bundle-checksum]',
    );
    expect(Object.keys(treeOf(system.path("datastore"))).toSorted()).toEqual([
      ".",
      "deployment",
      "history",
      "lock",
    ]);
  });
});

describe("a journal", () => {
  const journal = (): string => system.path("datastore/deployment/journal");

  test("with nothing in it: nothing to resume, commit or roll back", () => {
    for (const command of ["resume", "commit", "rollback"]) {
      expect(refused([command])).toMatchObject({ exit: 2, stdout: "" });
    }
    expect(refused(["resume"]).stderr)
      .toBe(`error: There is nothing to go on with: no deployment is in progress. [nothing-in-progress]
  hint: status tells what is in progress, history what has ended.
`);
  });

  test("of a deployment that does not wait before ArtifactCommit: nothing to commit, and why", () => {
    expect(
      system.run(["install", "manifest-v2.yaml", "--stop-before", "ArtifactInstall"]).exit,
    ).toBe(0);
    const before = readFileSync(journal());
    const { exit, stderr } = system.run(["commit"]);
    expect([exit, stderr]).toEqual([
      2,
      `error: The deployment of "system-core-v2" in progress does not wait before ArtifactCommit. [nothing-in-progress]
  hint: status tells what it waits for and what resume will do with it; rollback undoes it.
`,
    ]);
    expect(readFileSync(journal())).toEqual(before);
  });

  test(
    "of a deployment that waits refuses a second install",
    widening(() => {
      expect(
        system.run(["install", "manifest-v2.yaml", "--stop-before", "ArtifactCommit"]).exit,
      ).toBe(0);
      const before = readFileSync(journal());
      const second = system.run(["install", "manifest-v2.yaml"]);
      expect(second.exit).toBe(17);
      expect(second.stderr).toMatch(
        /^error: Deployment "[0-9a-f]{12}" of "system-core-v2" is in progress and waits to be gone on with\. \[deployment-in-progress\]\n {2}hint: Call commit \(or resume\) to go on with it, or rollback to undo it; status shows what it waits for\.\n$/,
      );
      expect(readFileSync(journal())).toEqual(before);
      expect(system.run(["rollback"]).exit).toBe(0);
      expect(system.versions()).toEqual(v1);
    }),
  );

  test("with a torn last line is taken up without it", () => {
    expect(
      system.run(["install", "manifest-v2.yaml", "--stop-before", "ArtifactCommit"]).exit,
    ).toBe(0);
    truncateSync(journal(), readFileSync(journal()).length - 7);
    expect(system.run(["commit"]).exit).toBe(2);
    expect(system.run(["resume"])).toMatchObject({ exit: 0, stdout: "" });
    expect(system.versions()).toEqual(["gateway-v2", "rtos-v2", "rtos-v2"]);
  });

  test("of an unknown version changes nothing and says so", () => {
    mkdirSync(system.path("datastore/deployment"), { recursive: true });
    copyFileSync("fixtures/journals/unknown-version", journal());
    const before = treeOf(system.path("datastore/deployment"));
    for (const args of [["resume"], ["rollback"], ["install", "manifest-v2.yaml"], ["status"]]) {
      const { exit, stderr } = refused(args);
      expect(exit).toBe(17);
      expect(stderr).toContain("[journal-version]");
    }
    expect(treeOf(system.path("datastore/deployment"))).toEqual(before);
  });
});

describe("a journal whose records do not follow from each other", () => {
  const spec = { boards: [{ id: "G13", group: 0 }] };
  const { records } = drive(beginOf(spec), new Boards(spec), { stopBefore: ["ArtifactCommit"] });
  const components = [ComponentId.parse("G13")];
  const intent = { type: "intent", round: "ArtifactCommit", group: 7, components } as const;
  const foreign = encodeRecords([...records, intent], true, currentFormat);

  const commands = [["install", "manifest-v2.yaml"], ["resume"], ["rollback"], ["status"]];

  test.each(oneOfEachKind(commands, ([name]) => (name === "status" ? "asks" : "acts")))(
    "in progress, by %s",
    (...args) => {
      mkdirSync(system.path("datastore/deployment"), { recursive: true });
      writeFileSync(system.path("datastore/deployment/journal"), foreign);
      const before = treeOf(system.path("datastore/deployment"));
      const { exit, stderr } = refused(args);
      expect(exit).toBe(17);
      expect(stderr).toMatch(
        /^error: The journal of deployment "d1" was written by another version of this program\. \[journal-version\]\n.*\n.*ArtifactCommit does not follow here\n.*\n$/,
      );
      expect(treeOf(system.path("datastore/deployment"))).toEqual(before);
    },
  );

  test("of the past, which keeps no other one from being told", () => {
    mkdirSync(system.path("datastore/history"), { recursive: true });
    writeFileSync(system.path("datastore/history/000001-d1"), foreign);
    writeFileSync(
      system.path("datastore/history/000002-d2"),
      encodeRecords(drive(beginOf(spec), new Boards(spec)).records, true, currentFormat),
    );
    const told = refused(["history"]);
    expect(told.exit).toBe(0);
    expect(told.stdout).toContain("success");
    expect(told.stdout).toContain("[journal-version]");
    expect(refused(["history", "d1"])).toMatchObject({ exit: 17, stdout: "" });
  });
});
