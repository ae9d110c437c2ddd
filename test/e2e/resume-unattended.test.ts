import { existsSync } from "node:fs";
import { afterAll, beforeEach, expect, test } from "vitest";
import { type SeedProgram, v1, v2 } from "../support/seed-program.ts";
import { seedStages } from "../support/seed-stages.ts";
import { treeOf } from "../support/tree.ts";

/**
 * What the unit calls that goes on after a boot. Nothing that waits for a Mender Client or a person may ever be gone on
 * with by it, least of all be committed.
 */

const stops = (...states: readonly string[]) => states.flatMap((state) => ["--stop-before", state]);
const clientStops = stops("ArtifactCommit", "ArtifactRollback", "Cleanup");
const cutAt = (point: string) => ({ ORCHESTRATOR_CRASH_POINT: point });
const install = ["install", "manifest-v2.yaml"];

const ways = {
  "cut between two groups": ({ run }: SeedProgram) => {
    run(install, cutAt("ArtifactVerifyReboot:outcome-appended"));
  },
  "cut in an install": ({ run }: SeedProgram) => {
    run(install, cutAt("ArtifactInstall:started"));
  },
  "waiting for its commit": ({ run }: SeedProgram) => {
    run([...install, ...stops("ArtifactCommit")]);
  },
};

const { after, remove } = seedStages(ways);
afterAll(remove);

let system: SeedProgram;
beforeEach(() => {
  system = after("new");
});

const resume = () => system.run(["resume", "--unattended"]);
const states = (state: string) => system.calls().filter((call) => call.startsWith(`${state} `));

test("what a plain install has left is gone on with, by the rules of resume", () => {
  system = after("cut between two groups");
  expect(resume().exit).toBe(0);
  expect(system.versions()).toEqual(v2);

  system = after("cut in an install");
  const undone = resume();
  expect(undone.exit).toBe(22);
  expect(undone.stderr).toContain("interrupted");
  expect(system.versions()).toEqual(v1);
  expect(system.isInProgress()).toBe(false);
});

test("nothing is in progress: that is well, and no datastore is made", () => {
  const idle = resume();
  expect(idle).toMatchObject({
    exit: 0,
    stdout: "",
    stderr: "No deployment is in progress: there is nothing to resume.\n",
  });
  expect(existsSync(system.path("datastore"))).toBe(false);
});

test.each([
  ["waits before ArtifactCommit", [...install, ...stops("ArtifactCommit")], null],
  [
    "the Mender Client has begun, and that waits",
    [...install, ...clientStops, "--exit-on-reboot"],
    null,
  ],
  [
    "the Mender Client has begun, and that was cut",
    [...install, ...clientStops, "--exit-on-reboot"],
    "ArtifactVerifyReboot:outcome-appended",
  ],
  [
    "leaves the reboot to its caller",
    [...install, "--exit-on-reboot"],
    "ArtifactVerifyReboot:outcome-appended",
  ],
])("one that %s is left alone, to the byte", (_, call, point) => {
  system.run(call, point === null ? {} : cutAt(point));
  const before = treeOf(system.directory);
  const calls = system.calls();
  const left = resume();
  expect(left).toMatchObject({
    exit: 0,
    stdout: "",
    stderr:
      "The deployment in progress was begun or resumed with --stop-before or --exit-on-reboot: whoever called that goes on with it.\n",
  });
  expect(treeOf(system.directory)).toEqual(before);
  expect(system.calls()).toEqual(calls);
  expect(states("ArtifactCommit")).toEqual([]);
});

test("once somebody has stopped it, it is theirs for good, whatever they call next", () => {
  system = after("waiting for its commit");
  system.run(["commit"], cutAt("ArtifactCommit:outcome-appended"));
  const calls = system.calls();
  expect(resume().exit).toBe(0);
  expect(system.calls()).toEqual(calls);

  system = after("cut between two groups");
  system.run(["resume", ...stops("ArtifactCommit")]);
  expect(system.isInProgress()).toBe(true);
  expect(resume().exit).toBe(0);
  expect(states("ArtifactCommit")).toEqual([]);
  expect(system.run(["commit"]).exit).toBe(0);
  expect(system.versions()).toEqual(v2);
});

test("an orphan that made way for another install is rolled back to its end", () => {
  system = after("cut between two groups");
  system.run(["install", "manifest-v3.yaml"], cutAt("ArtifactRollback:intent-synced"));
  expect(system.isInProgress()).toBe(true);
  expect(resume().exit).toBe(22);
  expect(system.versions()).toEqual(v1);
});

test("the mark of a refused install is answered and removed by its own caller only", () => {
  system.run(["install", "missing.yaml", ...clientStops, "--exit-on-reboot"]);
  expect(resume().exit).toBe(0);
  expect(system.run(["rollback", ...stops("Cleanup"), "--exit-on-reboot"]).exit).toBe(0);
  expect(system.run(["resume"]).exit).toBe(0);
  expect(system.run(["resume"]).exit).toBe(2);
});

test("it stops nowhere and leaves no reboot to anybody", () => {
  for (const option of [["--stop-before", "Cleanup"], ["--exit-on-reboot"]]) {
    const refused = system.run(["resume", "--unattended", ...option]);
    expect(refused.stderr).toContain("--unattended");
    expect(refused.exit).toBe(10);
  }
});
