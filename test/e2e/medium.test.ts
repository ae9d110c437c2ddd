import { copyFileSync, mkdirSync, renameSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SeedProgram, seedProgram, v1, v2 } from "../support/seed-program.ts";

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

describe("Artifacts on a medium that is gone when the deployment is resumed", () => {
  it("are asked for by name before anything is done, and the deployment goes on once they are back", () => {
    system.run(["install", "manifest-v2.yaml"], {
      ORCHESTRATOR_CRASH_POINT: "ArtifactVerifyReboot:outcome-appended",
    });
    mkdirSync(system.path("away"));
    renameSync(system.path("artifacts"), system.path("away/artifacts"));
    const calls = system.calls().length;

    const refused = system.run(["resume"]);
    expect(refused.exit).toBe(15);
    expect(refused.stderr).toContain(
      `error: The file "${system.path("artifacts/rtos-v2.mender")}" is needed and cannot be read`,
    );
    expect(system.calls()).toHaveLength(calls);

    renameSync(system.path("away/artifacts"), system.path("artifacts"));
    expect(system.run(["resume"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  it("are not needed to roll back", () => {
    system.run(["install", "manifest-v2.yaml"], {
      ORCHESTRATOR_CRASH_POINT: "ArtifactVerifyReboot:outcome-appended",
    });
    renameSync(system.path("artifacts"), system.path("gone"));
    expect(system.run(["rollback"]).exit).toBe(0);
    expect(system.versions()).toEqual(v1);
  });
});

describe("an Artifact in whose place another sound one was put since the plan was made", () => {
  it("is not installed, and the System is taken back", () => {
    system.run(["install", "manifest-v2.yaml"], {
      ORCHESTRATOR_CRASH_POINT: "ArtifactVerifyReboot:outcome-appended",
    });
    const wanted = system.path("artifacts/rtos-v2.mender");
    copyFileSync(system.path("artifacts/rtos-v3.mender"), wanted);

    const resumed = system.run(["resume"]);
    expect(resumed.exit).toBe(22);
    expect(resumed.stderr).toContain(`"${wanted}" is not the file any more that was verified.`);
    expect(system.calls()).not.toContain("Download R456");
    expect(system.calls()).not.toContain("ArtifactInstall R456");
    expect(system.versions()).toEqual(v1);
  });
});
