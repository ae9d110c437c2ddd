import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { buildArtifact, tar } from "../support/artifacts.ts";
import { type Ran, runProgram } from "../support/program.ts";
import { scratchDirectory } from "../support/scratch.ts";

/** A desk: no Topology, no configuration, and Artifacts that are there or not. */

let directory: string;
beforeEach(() => {
  directory = scratchDirectory();
  writeFileSync(join(directory, "m.yaml"), manifest);
  writeFileSync(
    join(directory, "old.yaml"),
    "components: [{ component_type: safety, id: S1, version: safety-1.0 }]\n",
  );
});
const manifest = `api_version: mender/v1
kind: manifest
name: safety-3
system_types_compatible: [machine]
component_types:
  safety:
    artifact_name: safety-3.0
    artifact_path: artifacts/safety-3.0.mender
    stepping_stones:
      - { artifact_name: safety-2.0, artifact_path: artifacts/safety-2.0.mender, depends: safety-0.9 }
constraints:
  end_states:
    columns: [safety]
    rows:
      v.0: [safety-0.9]
      v.1: [safety-1.0]
      v.2: [safety-2.0]
      v.3: [safety-3.0]
`;

/** One that says itself from where it may be installed. */
async function artifact(name: string, from: string): Promise<Uint8Array> {
  return await buildArtifact({
    headerInfo: {
      payloads: [{ type: "image" }],
      artifact_provides: { artifact_name: name },
      artifact_depends: { device_type: ["safety"], artifact_name: [from] },
    },
    typeInfo: {
      type: "image",
      artifact_provides: { "rootfs-image.safety.version": name },
      clears_artifact_provides: ["rootfs-image.safety.*"],
    },
  });
}

async function put(...names: readonly (readonly [name: string, from: string])[]): Promise<void> {
  mkdirSync(join(directory, "artifacts"), { recursive: true });
  for (const [name, from] of names)
    writeFileSync(join(directory, `artifacts/${name}.mender`), await artifact(name, from));
}

function run(...args: readonly string[]): Ran {
  const env = Object.fromEntries(
    ["DATA", "CONF", "DATASTORE", "TOPOLOGY"].map((name) => [
      `MENDER_ORCHESTRATOR_${name}_DIR`,
      join(directory, "none"),
    ]),
  );
  return runProgram(args, { cwd: directory, env });
}

interface Validated {
  readonly exit: number | null;
  readonly reach: string | undefined;
  readonly notes: readonly string[];
}

const answer = z.object({
  files: z.array(
    z.object({
      reach: z.record(z.string(), z.record(z.string(), z.string())).optional(),
      notes: z.array(z.object({ code: z.string(), at: z.object({ line: z.int() }) })),
    }),
  ),
});

function validated(...args: readonly string[]): Validated {
  const ran = run("validate", "--json", ...args);
  const document = answer.parse(JSON.parse(ran.stdout));
  const [file] = document.files;
  return {
    exit: ran.exit,
    reach: file?.reach?.["v.1"]?.["v.3"],
    notes: file?.notes.map(({ code, at }) => `${code} ${at.line}`) ?? [],
  };
}

const noPlan = z.object({ core: z.array(z.object({ line: z.int() })) });

/** The lines of the rules that `plan` names. */
function inTheWay(file: string) {
  const { exit, stdout } = run("plan", "--json", file, "--state", "old.yaml");
  const { core } = noPlan.parse(JSON.parse(stdout));
  return { exit, lines: core.map(({ line }) => line) };
}

describe("an Artifact that is at hand", () => {
  beforeEach(() => put(["safety-3.0", "safety-2.0"], ["safety-2.0", "safety-1.0"]));

  test("counts with what it depends on, for plan and for validate", () => {
    // The Manifest's depends and the Artifact's must both hold: the stepping stone leads from nowhere.
    expect(inTheWay("m.yaml")).toEqual({ exit: 14, lines: [10, 6] });
    expect(validated("m.yaml")).toEqual({ exit: 0, reach: "allowed", notes: [] });
  });

  test("in a bundle counts in the same way", async () => {
    const content = [
      { name: "m.yaml", content: manifest },
      { name: "artifacts/safety-2.0.mender", content: await artifact("safety-2.0", "safety-1.0") },
      { name: "artifacts/safety-3.0.mender", content: await artifact("safety-3.0", "safety-2.0") },
    ];
    writeFileSync(join(directory, "m.tar"), await tar(content));
    expect(inTheWay("m.tar")).toEqual({ exit: 14, lines: [10, 6] });
    expect(validated("m.tar")).toEqual({ exit: 0, reach: "allowed", notes: [] });
  });

  test("that leads there is a way for both", async () => {
    await put(["safety-3.0", "safety-1.0"]);
    const planned = run("plan", "m.yaml", "--state", "old.yaml");
    expect(planned.exit).toBe(0);
    expect(planned.stdout + planned.stderr).not.toContain("artifact-not-at-hand");
    expect(validated("m.yaml")).toEqual({ exit: 0, reach: "yes", notes: [] });
  });
});

describe("an Artifact that is not at hand", () => {
  test("is named by plan in one note, which says what was not checked", () => {
    const { exit, stdout, stderr } = run("plan", "m.yaml", "--state", "old.yaml");
    expect(exit).toBe(0);
    expect(stdout + stderr).toContain(
      `m.yaml:6:3: warning: Known by name only, for the files are not at hand: "safety-3.0" (safety), "safety-2.0" (safety). [artifact-not-at-hand]`,
    );
    expect(stdout + stderr).toContain(
      `hint: What they depend on, provide and clear was not checked, nor their signatures; only the Manifest's "depends" counts. Put the files in their places, or give the bundle.`,
    );
    expect((stdout + stderr).match(/artifact-not-at-hand/g)).toHaveLength(1);
  });

  test("is named by validate for each path; --strict makes that an error", () => {
    const notes = ["artifact-not-at-hand 6", "artifact-not-at-hand 10"];
    expect(validated("m.yaml")).toEqual({ exit: 0, reach: "yes", notes });
    expect(validated("m.yaml", "--strict")).toEqual({ exit: 11, reach: "yes", notes });
    const { stdout } = run("validate", "--strict", "m.yaml");
    expect(stdout).toContain("m.yaml: Manifest, 2 warnings\n");
    expect(stdout).toContain(
      `m.yaml:6:3: warning: There is no Artifact at "artifacts/safety-3.0.mender" for the Component type "safety". [artifact-not-at-hand]`,
    );
  });

  test("and is a stepping stone without depends gets a warning of its own", async () => {
    writeFileSync(join(directory, "m.yaml"), manifest.replace(", depends: safety-0.9", ""));
    await put(["safety-3.0", "safety-2.0"]);
    expect(validated("m.yaml")).toEqual({
      exit: 0,
      reach: "yes",
      notes: ["artifact-not-at-hand 10", "stepping-stone-unchecked 10"],
    });
    const { stdout, stderr } = run("plan", "m.yaml", "--state", "old.yaml");
    expect(stdout + stderr).toContain(
      `Nothing says from which versions the stepping stone "safety-2.0" of "safety" may be installed: its file is not at hand, and it has neither "depends" nor edges. [stepping-stone-unchecked]`,
    );
  });
});

test("strict is content with what is good", async () => {
  await put(["safety-3.0", "safety-1.0"], ["safety-2.0", "safety-1.0"]);
  expect(validated("m.yaml", "--strict")).toEqual({ exit: 0, reach: "yes", notes: [] });
});
