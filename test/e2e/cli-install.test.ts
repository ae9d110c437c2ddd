import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { type Ran, withoutDeployment } from "../support/program.ts";
import { makeClientTree, type SeedProgram, seedProgram, v1, v2 } from "../support/seed-program.ts";
import { widening } from "../support/tier.ts";

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

const Line = z.looseObject({ type: z.string() });

/** Every line of stdout is one JSON object, the first one the version; nothing is on stderr. */
function stream({ stdout, stderr }: Ran): readonly z.infer<typeof Line>[] {
  expect(stderr).toBe("");
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => Line.parse(JSON.parse(line)));
  expect(lines[0]).toEqual({ type: "version", format: 1, program: "0.1.0" });
  return lines;
}

describe("install", () => {
  test("takes the System to v.2 and has then nothing to do", () => {
    const first = system.run(["install", "manifest-v2.yaml"]);
    expect(first).toMatchObject({ exit: 0, stdout: "" });
    expect(first.stderr.split("\n").slice(0, 2)).toEqual([
      `Plan for "system-core-v2" from v.1 to v.2: 3 installs in 2 order groups.`,
      "Order: G13, then R456 and R998.",
    ]);
    expect(first.stderr).toMatch(/[0-9a-f]{12} {2}Done: the System is on "v\.2"\.\n/);
    expect(withoutDeployment(first.stderr)).toMatch(
      /\nDone: the System is on "v\.2"\.\n {2}G13 {3}gateway-v2\n {2}R456 {2}rtos-v2\n {2}R998 {2}rtos-v2\n$/,
    );
    expect(system.versions()).toEqual(v2);
    expect(system.run(["install", "manifest-v2.yaml"])).toEqual({
      exit: 0,
      signal: null,
      stdout: `Nothing to do for "system-core-v2": every Component has what it wants; the System is on v.2.
  G13   gateway  gateway-v2
  R456  rtos     rtos-v2
  R998  rtos     rtos-v2
`,
      stderr: "",
    });
  });

  test("with --json prints a stream: the version, the plan, the events, the end", () => {
    const ran = system.run(["install", "manifest-v2.yaml", "--json"]);
    const lines = stream(ran);
    expect(ran.exit).toBe(0);
    expect(lines.slice(1, 4).map(({ type }) => type)).toEqual([
      "plan",
      "deployment-started",
      "stage-started",
    ]);
    expect(lines.at(-1)).toMatchObject({
      type: "deployment-ended",
      outcome: "success",
      system_version: "v.2",
      components: { G13: "gateway-v2", R456: "rtos-v2", R998: "rtos-v2" },
    });
  });

  test("rolls everything back where R456 fails in ArtifactCommit, and history knows why", () => {
    system.failIn("R456", "ArtifactCommit", 1);
    const ran = system.run(["install", "manifest-v2.yaml"]);
    expect(ran.exit).toBe(22);
    const log = withoutDeployment(ran.stderr);
    expect(log).toContain(
      "\nR456  rtos     ArtifactCommit                | ArtifactCommit fails as it was told to: 1\n",
    );
    expect(log).toContain("\nOn the way back: undoing what was done in this stage.\n");
    expect(log).toMatch(/\nFailed and rolled back: the System is as it was before.*\n/);
    expect(system.versions()).toEqual(v1);
    const { stdout } = system.run(["history"]);
    expect(stdout).toMatch(
      /^[0-9a-f]{12} {2}\S+Z {2}system-core-v2 {2}failed-rolled-back {2}took .* s {2}because: ArtifactCommit of R456: exit status 1\n$/,
    );
    const told = system.run(["history", stdout.slice(0, 6)]).stdout;
    expect(told).toContain("\nIt failed: ArtifactCommit of R456, exit status 1.\n");
    expect(told).toMatch(/\n {2}R456 {2}rtos {5}rtos-v1 -> rtos-v2 {8}is rtos-v1 {5}\d/);
  });

  test("fails in the first Download: nothing was changed", () => {
    system.failIn("G13", "Download", 3);
    const ran = system.run(["install", "manifest-v2.yaml", "--json"]);
    expect(ran.exit).toBe(20);
    expect(stream(ran).at(-1)).toMatchObject({
      outcome: "failed-unchanged",
      system_version: "v.1",
    });
  });

  test("stops where it is told to, status says for what it waits, and commit goes on", () => {
    const stopped = system.run(["install", "manifest-v2.yaml", "--stop-before", "ArtifactCommit"]);
    expect(stopped.exit).toBe(0);
    expect(withoutDeployment(stopped.stderr)).toMatch(
      /\nStopped before ArtifactCommit as asked; commit \(or resume\) will commit\.\n$/,
    );
    expect(system.run(["status"]).stdout).toContain(
      `\nIt waits before ArtifactCommit: "orchestrator commit" goes on, "orchestrator rollback" undoes it.\n`,
    );
    expect(JSON.parse(system.run(["status", "--json"]).stdout)).toMatchObject({
      type: "status",
      manifest: "system-core-v2",
      waits_for: { kind: "stop", before: "ArtifactCommit" },
    });
    expect(system.run(["commit"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
    expect(system.run(["status"]).stdout).toBe("No deployment is in progress.\n");
  });

  test(
    "a plan of two stages is not started where its caller wants to commit",
    widening(() => {
      const ran = system.run(["install", "manifest-v3.yaml", "--stop-before", "ArtifactCommit"]);
      expect(ran.exit).toBe(14);
      expect(ran.stderr).toContain(
        `error: The plan has 2 stages, and each must be committed before the next one starts. [stages-need-commit]\n`,
      );
      expect(system.run(["install", "manifest-v3.yaml"]).exit).toBe(0);
      expect(system.versions()).toEqual(["gateway-v3", "rtos-v3", "rtos-v3"]);
    }),
  );

  test("in progress refuses what a nested call wants, at once", () => {
    makeClientTree(system);
    copyFileSync("fixtures/bundles/seed-v2.tar", system.path("b.tar"));
    const ran = system.run(["install", "b.tar", "--stop-before", "ArtifactCommit"]);
    expect(ran.exit).toBe(0);
    // Kept for the rollback even if its caller removes it.
    expect(existsSync(system.path("datastore/bundles"))).toBe(true);
    expect(system.run(["rollback"]).exit).toBe(0);
    expect(existsSync(system.path("datastore/bundles"))).toBe(false);
    expect(system.versions()).toEqual(v1);
  });
});

describe("logs", () => {
  test(
    "--log-level error tells failures only",
    widening(() => {
      system.failIn("R998", "ArtifactInstall", 4);
      const { stderr } = system.run(["install", "manifest-v2.yaml", "--log-level", "error"]);
      const [, ...lines] = withoutDeployment(stderr).trimEnd().split("\n").slice(1);
      expect(lines[0]).toMatch(
        /^R998 {2}rtos {5}ArtifactInstall {15}failed: exit status 4 \(.* s\)$/,
      );
      expect(lines[1]).toMatch(/^Failed and rolled back/);
    }),
  );

  test.each([
    ["no/such.log", `there is no directory "DIR/no"`],
    ["state-v1.yaml/run.log", `there is no directory "DIR/state-v1.yaml"`],
    ["boards", "it is a directory"],
  ])("--log-file %s is a wrong use, and nothing is done", (file, why) => {
    const { exit, stdout, stderr } = system.run([
      "install",
      "manifest-v2.yaml",
      "--log-file",
      file,
    ]);
    expect([exit, stdout]).toEqual([10, ""]);
    expect(stderr.split("\n")[0]).toBe(
      `error: The log file "${file}" cannot be written: ${why.replace("DIR", system.directory)}. [invalid-argument]`,
    );
    expect(system.calls()).toEqual([]);
  });

  test.each([
    ["manifest-v2.yaml", "is the file that is read"],
    ["artifacts/rtos-v2.mender", "is an Artifact that is read"],
    ["topology.yaml", "is a file of this machine, by which it is updated"],
  ])("--log-file %s is a wrong use, and nothing is written to it", (file, why) => {
    const before = readFileSync(system.path(file));
    const { exit, stderr } = system.run(["install", "manifest-v2.yaml", "--log-file", file]);
    expect(exit).toBe(10);
    expect(stderr.split("\n")[0]).toBe(
      `error: "${file}" ${why}, and would be lost. [output-misplaced]`,
    );
    expect(readFileSync(system.path(file))).toEqual(before);
    expect(system.calls()).toEqual([]);
  });

  test("--log-file gets every line with its time and level", () => {
    expect(system.run(["install", "manifest-v2.yaml", "--log-file", "run.log"]).exit).toBe(0);
    const lines = readFileSync(system.path("run.log"), "utf8").trimEnd().split("\n");
    for (const line of lines) {
      expect(line).toMatch(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info {3}|warning|error {2}) [0-9a-f]{12} {2} *\S/,
      );
    }
    expect(lines.length).toBeGreaterThan(20);
  });

  test(
    "--log-format json writes the log as events",
    widening(() => {
      const { stderr } = system.run(["install", "manifest-v2.yaml", "--log-format", "json"]);
      const events = stderr.split("\n").filter((line) => line.startsWith("{"));
      expect(events.length).toBeGreaterThan(20);
      for (const line of events) expect(Line.safeParse(JSON.parse(line)).success).toBe(true);
    }),
  );
});
