import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { type SeedProgram, seedProgram, v1 } from "../support/seed-program.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { treeOf } from "../support/tree.ts";
import { inTier } from "../support/tier.ts";

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

const planText = `Plan for "system-core-v2" from v.1 to v.2: 3 installs in 2 order groups.

                   Stage 1 -> v.2
Group                1       2
G13   gateway  v1  --* v2
R456  rtos     v1  ----------* v2
R998  rtos     v1  ----------* v2

Ends in v.2:
  Group 1
    G13   gateway  gateway-v1 -> gateway-v2
      allowed by manifest-v2.yaml:30  | gateway-v2.mender | rtos-v1.mender | YES |
  Group 2 (at the same time)
    R456  rtos     rtos-v1    -> rtos-v2
    R998  rtos     rtos-v1    -> rtos-v2
      allowed by manifest-v2.yaml:23  | gateway-v2.mender | rtos-v2.mender | YES | v.2 |

From files: gateway-v2 (5.0 KiB) and rtos-v2 (5.0 KiB), 10.0 KiB in all.
Best: it is proved that no acceptable plan costs less.
Way back: every step can be undone until its stage is committed.
Way out: whichever Component cannot be taken back, the System ends in v.2.
`;

const step = (component: string, type: string, line: number) => ({
  component,
  component_type: type,
  from: `${type}-v1`,
  to: `${type}-v2`,
  artifact: `${type}-v2`,
  source: "file",
  bytes: 5120,
  allowed_by: [{ file: "manifest-v2.yaml", line }],
});

const planDocument = {
  type: "plan",
  manifest: "system-core-v2",
  from: {
    system_version: "v.1",
    components: { G13: "gateway-v1", R456: "rtos-v1", R998: "rtos-v1" },
  },
  to: { system_version: "v.2" },
  stages: [
    {
      system_version: "v.2",
      groups: [[step("G13", "gateway", 30)], [step("R456", "rtos", 23), step("R998", "rtos", 23)]],
    },
  ],
  cost: { installs: 3, stages: 1, exposure: 0, groups: 2 },
  optimal: true,
  written_order: "none",
  point_of_no_return: null,
  bound: { installs: 3, stages: 1, exposure: 0, groups: 2 },
  contingencies_omitted: 0,
  contingencies: [
    ["G13", [["R456", "R998"]]],
    ["R456", [["R998"]]],
    ["R998", [["R456"]]],
  ].map(([component, groups]) => ({
    stage: 0,
    component,
    cause: "rollback-failed",
    groups: [groups]
      .flat()
      .map((group) =>
        [group]
          .flat()
          .map((id) => ({ component: id, from: "rtos-v1", to: "rtos-v2", means: "install" })),
      ),
    decided: true,
    system_version: "v.2",
  })),
};

describe("plan", () => {
  test("shows the seed's System its order and the rows that allow it", () => {
    expect(system.run(["plan", "manifest-v2.yaml"])).toEqual({
      exit: 0,
      signal: null,
      stdout: planText,
      stderr: "",
    });
  });

  test("is one document with --json and with --format json", () => {
    for (const args of inTier([["--format", "json"]], [["--json"], ["--format", "json"]])) {
      const { exit, stdout, stderr } = system.run(["plan", "manifest-v2.yaml", ...args]);
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
      expect(stdout.trimEnd()).not.toContain("\n");
      expect(JSON.parse(stdout)).toEqual({ ...planDocument, notes: [] });
    }
  });

  test("from a state file needs neither Topology nor Artifacts nor any Component", () => {
    const alone = scratchDirectory();
    for (const name of ["manifest-v2.yaml", "state-v1.yaml"]) {
      copyFileSync(system.path(name), `${alone}/${name}`);
    }
    const { exit, stdout } = system.run(
      ["plan", "manifest-v2.yaml", "--state", "state-v1.yaml", "--json"],
      { MENDER_ORCHESTRATOR_TOPOLOGY_DIR: "/nowhere" },
    );
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(planDocument);
    expect(system.calls()).toEqual([]);
  });

  test("takes a bundle, compressed or not", () => {
    copyFileSync("fixtures/bundles/seed-v2.tar", system.path("b.tar"));
    const { exit, stdout } = system.run(["plan", "b.tar"]);
    expect(exit).toBe(0);
    expect(stdout).toBe(
      planText
        .replaceAll("manifest-v2.yaml", "b.tar:manifest.yaml")
        .replace("From files", "From the bundle"),
    );
  });

  test("writes to a file when told to", () => {
    expect(system.run(["plan", "manifest-v2.yaml", "--out", "plan.txt"])).toMatchObject({
      exit: 0,
      stdout: "",
      stderr: "",
    });
    expect(readFileSync(system.path("plan.txt"), "utf8")).toBe(planText);
    expect(system.run(["plan", "manifest-v2.yaml", "--out", "no/plan.txt"])).toMatchObject({
      exit: 10,
      stderr: `error: "no/plan.txt" cannot be written: there is no such directory. [output-misplaced]
  found: ENOENT
  hint: Give a file in a directory that exists and can be written, with room in it.
`,
    });
  });

  test("says that a deployment is in progress, for what Components report then is no resting place", () => {
    expect(
      system.run(["install", "manifest-v2.yaml", "--stop-before", "ArtifactCommit"]).exit,
    ).toBe(0);
    const all = [["plan"], ["install", "--dry-run"], ["explain"]];
    for (const command of inTier(all.slice(0, 1), all)) {
      const { exit, stdout } = system.run([...command, "manifest-v2.yaml"]);
      expect(exit).toBe(0);
      expect(stdout).toMatch(
        /warning: Deployment "[0-9a-f]{12}" of "system-core-v2" is in progress; the plan starts from what the Components report in the middle of it\. \[deployment-in-progress\]\n {2}hint: Look at status; end it with resume or rollback, then plan again\./,
      );
    }
    expect(system.run(["rollback"]).exit).toBe(0);
    expect(system.run(["plan", "manifest-v2.yaml"]).stdout).toBe(planText);
  });

  test("tells no plan as one document, too", () => {
    const { exit, stdout } = system.run(["plan", "manifest-v2-no-way.yaml", "--json"]);
    expect(exit).toBe(14);
    expect(JSON.parse(stdout)).toEqual({
      type: "no-plan",
      manifest: "system-core-v2",
      core: [
        {
          file: "manifest-v2-no-way.yaml",
          line: 29,
          row: "| gateway-v1.mender | rtos-v2.mender | NO         |",
        },
        {
          file: "manifest-v2-no-way.yaml",
          line: 28,
          row: '(no row of "transition_states" allows gateway gateway-v2 and rtos rtos-v1)',
        },
      ],
      irreducible: true,
      repair: [
        {
          kind: "say-yes",
          text: "say YES in manifest-v2-no-way.yaml:29, | gateway-v1.mender | rtos-v2.mender | NO |",
          table: "transition_states",
          file: "manifest-v2-no-way.yaml",
          line: 29,
          row: "| gateway-v1.mender | rtos-v2.mender | NO         |",
        },
        {
          kind: "add-row",
          text: 'add to "transition_states" the row | gateway-v2 | rtos-v1 | YES | (beside manifest-v2-no-way.yaml:28)',
          table: "transition_states",
          file: "manifest-v2-no-way.yaml",
          line: 28,
          row: "| gateway-v1.mender | rtos-v1.mender | n/a        |",
          combination: { gateway: "gateway-v2", rtos: "rtos-v1" },
        },
      ],
      all_repairs_tried: true,
      reason: "No order of the updates passes acceptable states only.",
      exit: 14,
      notes: [],
    });
  });
});

test("plan, install --dry-run, validate and the shows change nothing, not even a directory", () => {
  // The boards log who called them; that is theirs.
  const tree = () => ({ ...treeOf(system.directory), "boards/calls.log": "" });
  const before = tree();
  for (const args of [
    ["plan", "manifest-v2.yaml"],
    ["plan", "manifest-v2.yaml", "--state", "state-v1.yaml"],
    ["install", "--dry-run", "manifest-v2.yaml"],
    ["validate", "manifest-v2.yaml", "topology.yaml", "artifacts/rtos-v2.mender"],
    ["show-provides"],
    ["show-inventory"],
    ["show-config"],
    ["status"],
    ["history"],
  ]) {
    expect(system.run(args)).toMatchObject({ exit: 0 });
  }
  expect(tree()).toEqual(before);
  expect(system.versions()).toEqual(v1);
});

describe("what Components tell", () => {
  test("show-provides prints sorted lines", () => {
    expect(system.run(["show-provides"])).toMatchObject({
      exit: 0,
      stdout: `gateway.G13.artifact_name=gateway-v1
gateway.G13.device_type=gateway
gateway.G13.rootfs-image.gateway.version=gateway-v1
rtos.R456.artifact_name=rtos-v1
rtos.R456.device_type=rtos
rtos.R456.rootfs-image.rtos.version=rtos-v1
rtos.R998.artifact_name=rtos-v1
rtos.R998.device_type=rtos
rtos.R998.rootfs-image.rtos.version=rtos-v1
`,
      stderr: "",
    });
  });

  test("show-provides writes a state file, from which is planned what is planned on the device", () => {
    const args = ["show-provides", "--state-file", "state.yaml"];
    expect(system.run(args)).toEqual({
      exit: 0,
      signal: null,
      stdout: "state.yaml: the state of 3 Components\n",
      stderr: "",
    });
    expect(readFileSync(system.path("state.yaml"), "utf8")).toBe(`components:
  - component_type: "gateway"
    id: "G13"
    provides:
      "artifact_name": "gateway-v1"
      "rootfs-image.gateway.version": "gateway-v1"
  - component_type: "rtos"
    id: "R456"
    provides:
      "artifact_name": "rtos-v1"
      "rootfs-image.rtos.version": "rtos-v1"
  - component_type: "rtos"
    id: "R998"
    provides:
      "artifact_name": "rtos-v1"
      "rootfs-image.rtos.version": "rtos-v1"
`);
    const stages = (...more: readonly string[]): unknown => {
      const { stdout } = system.run(["plan", "manifest-v2.yaml", "--json", ...more]);
      return z.looseObject({ stages: z.unknown() }).parse(JSON.parse(stdout)).stages;
    };
    expect(stages("--state", "state.yaml")).toEqual(stages());
    expect(stages()).toEqual(planDocument.stages);
  });

  test("a state file that cannot be written is told", () => {
    const { exit, stderr } = system.run(["show-provides", "--state-file", "nowhere/state.yaml"]);
    expect(exit).toBe(10);
    expect(stderr).toContain('"nowhere/state.yaml" cannot be written');
  });

  test.each([
    ["plan", "manifest-v2.yaml"],
    ["explain", "."],
    ["simulate", "./manifest-v2.yaml"],
  ])(
    "no output of %s takes the place of an Artifact that the Manifest in %s names",
    (command, file) => {
      const artifact = system.path("artifacts/rtos-v2.mender");
      const before = readFileSync(artifact);
      const { exit, stderr } = system.run([
        command,
        file,
        "--out",
        "artifacts/../artifacts/rtos-v2.mender",
      ]);
      expect(exit).toBe(10);
      expect(stderr).toContain(
        "is an Artifact that is read, and would be lost. [output-misplaced]",
      );
      expect(readFileSync(artifact)).toEqual(before);
    },
  );

  test("an output that is stdout goes there", () => {
    const args = ["plan", "manifest-v2.yaml"];
    expect(system.run([...args, "--out", "-"]).stdout).toBe(system.run(args).stdout);
    expect(existsSync(system.path("-"))).toBe(false);
  });

  test("what cannot go to stdout says so, and makes no file of that name", () => {
    const { exit, stderr } = system.run(["show-provides", "--state-file", "-"]);
    expect(exit).toBe(10);
    expect(stderr)
      .toBe(`error: This cannot be written to stdout, for which "-" stands. [output-misplaced]
  expected: the name of a file
  found: -
  hint: Give a file; "./-" is one with that name.
`);
    expect(existsSync(system.path("-"))).toBe(false);
  });

  test("no output takes the place of a file by which this machine is updated", () => {
    const topology = system.path("topology.yaml");
    const before = readFileSync(topology, "utf8");
    for (const args of [
      ["show-provides", "--state-file", "topology.yaml"],
      ["plan", "manifest-v2.yaml", "--out", topology],
    ]) {
      const { exit, stderr } = system.run(args);
      expect(exit).toBe(10);
      expect(stderr).toContain("is a file of this machine, by which it is updated");
    }
    expect(readFileSync(topology, "utf8")).toBe(before);
  });

  test.each(["datastore/deployment/journal", "datastore/history/plan.txt"])(
    "no output is written to %s, where the journals are",
    (out) => {
      mkdirSync(system.path(dirname(out)), { recursive: true });
      const { exit, stderr } = system.run(["plan", "manifest-v2.yaml", "--out", out]);
      expect(exit).toBe(10);
      expect(stderr).toContain(
        `"${out}" lies where this program keeps its journals, and would be lost.`,
      );
      expect(existsSync(system.path(out))).toBe(false);
    },
  );

  test("show-inventory prints all of show-provides, a line for every value, and the System type", () => {
    expect(system.run(["show-inventory"])).toMatchObject({
      exit: 0,
      stdout: `gateway.G13.artifact_name=gateway-v1
gateway.G13.device_type=gateway
gateway.G13.network=eth0
gateway.G13.network=can0
gateway.G13.rootfs-image.gateway.version=gateway-v1
gateway.G13.slots=2
rtos.R456.artifact_name=rtos-v1
rtos.R456.bus=can0
rtos.R456.device_type=rtos
rtos.R456.rootfs-image.rtos.version=rtos-v1
rtos.R456.slots=1
rtos.R998.artifact_name=rtos-v1
rtos.R998.bus=can0
rtos.R998.device_type=rtos
rtos.R998.rootfs-image.rtos.version=rtos-v1
rtos.R998.slots=1
system_type=gateway-with-two-rtos
`,
    });
    expect(JSON.parse(system.run(["show-inventory", "--json"]).stdout)).toMatchObject({
      type: "inventory",
      system_type: "gateway-with-two-rtos",
      components: [
        {
          component: "G13",
          component_type: "gateway",
          values: { network: ["eth0", "can0"], slots: "2" },
        },
        { component: "R456" },
        { component: "R998" },
      ],
    });
  });
});

describe("what an Interface tells for the inventory", () => {
  /** Lines of its own behind those of the fixture; the last answer of a call stays the only one for the rest. */
  function tells(lines: string): readonly string[] {
    const file = system.path("interfaces/v1/gateway");
    const script = readFileSync(file, "utf8");
    const answer = `[ "$1" != Inventory ] || { printf '${lines}'; exit 0; }`;
    writeFileSync(file, script.replace("\n", `\n${answer}\n`));
    const { exit, stdout } = system.run(["show-inventory"]);
    expect(exit).toBe(0);
    return stdout.split("\n").filter((line) => line.startsWith("gateway."));
  }

  test("wins over what it provides, a list as several lines", () => {
    expect(tells("artifact_name=one\\nartifact_name=two\\n")).toEqual([
      "gateway.G13.artifact_name=one",
      "gateway.G13.artifact_name=two",
      "gateway.G13.device_type=gateway",
      "gateway.G13.rootfs-image.gateway.version=gateway-v1",
    ]);
  });

  test("is never the device type, which is the Component type", () => {
    expect(tells("device_type=other\\n")).toContain("gateway.G13.device_type=gateway");
  });

  test("may be nothing at all: the versions are told all the same", () => {
    expect(tells("")).toEqual([
      "gateway.G13.artifact_name=gateway-v1",
      "gateway.G13.device_type=gateway",
      "gateway.G13.rootfs-image.gateway.version=gateway-v1",
    ]);
  });
});

describe("validate", () => {
  test("tells what each file is, and all problems of all of them", () => {
    const { exit, stdout, stderr } = system.run([
      "validate",
      "manifest-v2.yaml",
      "topology.yaml",
      "state-v1.yaml",
      "artifacts/gateway-v1.mender",
      "nothing.yaml",
    ]);
    expect({ exit, stderr }).toEqual({ exit: 11, stderr: "" });
    expect(stdout).toBe(`manifest-v2.yaml: Manifest, good
  from  to v.1   to v.2
  v.1   -        yes
  v.2   allowed  -
topology.yaml: Topology, good
state-v1.yaml: state file, good
artifacts/gateway-v1.mender: Artifact, good
nothing.yaml: not readable, 1 problem
nothing.yaml: error: "nothing.yaml" cannot be read: there is no such file or directory. [file-unreadable]
  found: ENOENT
  hint: Check the name, and that the medium is there.
`);
  });

  test("is one document with --json", () => {
    const { exit, stdout } = system.run(["validate", "manifest-v2.yaml", "boards", "--json"]);
    expect(exit).toBe(11);
    expect(JSON.parse(stdout)).toMatchObject({
      type: "validation",
      files: [
        { file: "manifest-v2.yaml", kind: "Manifest", good: true, problems: [], notes: [] },
        { file: "boards", kind: null, good: false, problems: [{ code: "input-missing" }] },
      ],
      exit: 11,
    });
  });
});

test("show-config tells where each setting came from", () => {
  const { stdout } = system.run(["show-config", "--log-level", "debug", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    type: "configuration",
    settings: {
      DataDir: { value: system.directory, source: "environment MENDER_ORCHESTRATOR_DATA_DIR" },
      LogLevel: { value: "debug", source: "flag --log-level" },
      InterfaceTimeoutSeconds: { value: 14_400, source: "default" },
      ArtifactVerifyKeys: { value: [], source: "default" },
    },
  });
});
