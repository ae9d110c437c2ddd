import { chmodSync, renameSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type SeedProgram, seedProgram, v1, v2 } from "../support/seed-program.ts";

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
  system.run(["install", "manifest-v2.yaml", "--stop-before", "ArtifactCommit"]);
});
afterEach(() => {
  system.remove();
});

const rtos = () => system.path("interfaces/v1/rtos");

test("interface check of what is not there says so once", () => {
  const missing = system.path("interfaces/v1/none");
  const { exit, stdout } = system.run(["interface", "check", missing]);
  expect(exit).toBe(15);
  expect(stdout.trimEnd().split("\n")).toEqual([
    expect.stringMatching(/^fail {2}executable .*There is no Interface ".*none"\.$/),
    expect.stringMatching(/^It breaks 1 clause of the protocol, \d+ clauses not tried\.$/),
  ]);
});

test("a rollback whose Interface is away is refused, changes nothing, and works once it is back", () => {
  renameSync(rtos(), system.path("rtos"));
  expect(system.run(["rollback"])).toEqual({
    exit: 15,
    signal: null,
    stdout: "",
    stderr: `error: There is no Interface "${rtos()}". [interface-missing]
  expected: an executable file
  found: nothing; beside it: "gateway", "rtos-streaming", "rtos-whole"
  hint: The deployment in progress needs it: put it back there, then call this command again.
`,
  });
  expect(system.versions()).toEqual(v2);
  renameSync(system.path("rtos"), rtos());
  expect(system.run(["rollback"]).exit).toBe(0);
  expect(system.versions()).toEqual(v1);
});

test("a resume whose Interface cannot be run any more is refused, and goes on once it can", () => {
  const gateway = system.path("interfaces/v1/gateway");
  chmodSync(gateway, 0o644);
  const refused = system.run(["resume"]);
  expect(refused.exit).toBe(15);
  expect(refused.stderr).toMatch(/is not executable\. \[interface-not-executable\]/);
  chmodSync(gateway, 0o755);
  expect(system.run(["resume"]).exit).toBe(0);
  expect(system.versions()).toEqual(v2);
});

test("one that has nothing installed yet does not hold up the way back of the others", () => {
  system.run(["rollback"]);
  const killed = system.run(["install", "manifest-v2.yaml"], {
    ORCHESTRATOR_CRASH_POINT: "ArtifactVerifyReboot:outcome-appended",
  });
  expect(killed.signal).toBe("SIGKILL");
  renameSync(rtos(), system.path("rtos"));
  expect(system.run(["resume"]).exit).toBe(22);
  expect(system.versions()).toEqual(v1);
});
