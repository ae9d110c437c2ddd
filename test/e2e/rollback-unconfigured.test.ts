import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type SeedProgram, v1, v2 } from "../support/seed-program.ts";
import { seedStages } from "../support/seed-stages.ts";
import { takeRollbackFrom } from "../support/seed-system.ts";
import { widening } from "../support/tier.ts";

/** An update may bring a configuration that cannot be read, or lose a key: the way back must not hang on that. */

const configure = (system: SeedProgram, text: string) => {
  mkdirSync(system.path("conf"), { recursive: true, mode: 0o755 });
  writeFileSync(system.path("conf/mender-orchestrator.conf"), text, { mode: 0o644 });
};

const killedAt = (system: SeedProgram, point: string) => {
  configure(system, "{}");
  const killed = system.run(["install", "manifest-v2.yaml"], { ORCHESTRATOR_CRASH_POINT: point });
  expect(killed.signal).toBe("SIGKILL");
};

const { after, remove } = seedStages({
  "half-way": (system: SeedProgram) => killedAt(system, "ArtifactVerifyReboot:outcome-appended"),
  "on its way back": (system: SeedProgram) => {
    system.failIn("R998", "ArtifactInstall", 4);
    killedAt(system, "ArtifactRollback:started");
  },
  /** Neither of the boards can go back, and one of them is to be installed once more. */
  "before its way out": (system: SeedProgram) => {
    for (const board of ["R456", "R998"] as const) takeRollbackFrom(system, board);
    system.failIn("R998", "ArtifactInstall", 4);
    killedAt(system, "ObserveStuck:started");
    rmSync(system.path("boards/R998/fail"), { recursive: true });
    writeFileSync(system.path("boards/R998/version"), "rtos-v1\n");
  },
});
afterAll(remove);

describe.each([
  ["is no JSON", "{", "The JSON is broken here"],
  ["names a key that is gone", '{"ArtifactVerifyKey": "/nowhere/key.pub"}', "/nowhere/key.pub"],
])("where the configuration %s since the deployment began", (_, text, told) => {
  let system: SeedProgram;
  const broken = (stage: Parameters<typeof after>[0]) => {
    system = after(stage);
    configure(system, text);
  };
  beforeEach(() => broken("half-way"));

  test("a rollback passes over that, and tells so", () => {
    const { exit, stderr } = system.run(["rollback"]);
    expect(stderr).toContain(told);
    expect(stderr).toContain("It is passed over, for nothing may stand in the way of going back.");
    expect(exit).toBe(0);
    expect(system.versions()).toEqual(v1);
  });

  test("to go on with the update is refused, and changes nothing", () => {
    const calls = system.calls().length;
    const { exit, stderr } = system.run(["resume"]);
    expect(stderr).toContain(told);
    expect(exit).toBe(11);
    expect(system.calls()).toHaveLength(calls);
    configure(system, "{}");
    expect(system.run(["resume"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  /** Of the runs that are on their way back already, npm test has each with one of the two. */
  const inBothTiers = (isSo: boolean, body: () => void) => (isSo ? body : widening(body));

  test(
    "a resume of what goes back already goes on",
    inBothTiers(text === "{", () => {
      broken("on its way back");
      expect(system.run(["resume"]).exit).toBe(22);
      expect(system.versions()).toEqual(v1);
    }),
  );

  test(
    "a way out installs what the journal identifies",
    inBothTiers(text !== "{", () => {
      broken("before its way out");
      expect(system.run(["resume"]).exit).toBe(24);
      expect(system.versions()).toEqual(v2);
    }),
  );
});
