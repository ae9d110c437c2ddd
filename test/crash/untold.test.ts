import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type SeedProgram, v1, v2 } from "../support/seed-program.ts";
import { seedStages } from "../support/seed-stages.ts";
import { inTier } from "../support/tier.ts";

/** A failure of which nobody was told, because every process that knew of it was killed. */

const ways = {
  /** Killed in ArtifactInstall, and again while that was rolled back. */
  "killed twice": ({ failIn, run }: SeedProgram) => {
    failIn("R456", "ArtifactInstall", "kill-caller");
    failIn("R456", "ArtifactRollback", "kill-caller");
    expect(run(["install", "manifest-v2.yaml"]).signal).toBe("SIGKILL");
    expect(run(["resume"]).signal).toBe("SIGKILL");
  },
};

const { after, remove } = seedStages(ways);

let system: SeedProgram;
beforeEach(() => {
  system = after("new");
});
afterAll(remove);

describe("killed in ArtifactInstall, and killed in its rollback", () => {
  beforeEach(() => {
    system = after("killed twice");
  });

  it("resume ends with 22, not with 0", () => {
    const ran = system.run(["resume"]);
    expect(ran.exit).toBe(22);
    expect(ran.stderr).toContain("Failed and rolled back");
    expect(system.versions()).toEqual(v1);
    expect(system.run(["resume"]).exit).toBe(2);
  });

  it("rollback ends with 0: whoever calls it knows", () => {
    expect(system.run(["rollback"]).exit).toBe(0);
    expect(system.versions()).toEqual(v1);
  });

  it("and a rollback that was killed was called: resume ends with 0", () => {
    system.failIn("R456", "ArtifactFailure", "kill-caller");
    expect(system.run(["rollback"]).signal).toBe("SIGKILL");
    expect(system.run(["resume"]).exit).toBe(0);
    expect(system.versions()).toEqual(v1);
  });

  it("an install that makes way ends with its own success", () => {
    const ran = system.run(["install", "manifest-v2.yaml"]);
    expect(ran.exit).toBe(0);
    expect(ran.stderr).toMatch(/Note: the interrupted deployment \w+ of ".*" was ended first/);
    expect(system.versions()).toEqual(v2);
  });
});

it("a failure that was told where it stopped ends with 0 when it is finished", () => {
  system.failIn("R456", "ArtifactInstall", 1);
  const stops = ["--stop-before", "ArtifactRollback"];
  expect(system.run(["install", ...stops, "manifest-v2.yaml"]).exit).toBe(21);
  expect(system.run(["resume", ...stops]).exit).toBe(21);
  expect(system.run(["resume"]).exit).toBe(0);
  expect(system.versions()).toEqual(v1);
});

const points = [
  ["stop:synced", 22],
  ["told:synced", 0],
  ["told:appended", 0],
] as const;

it.each<readonly [string, number]>(inTier(points.slice(0, 2), [...points]))(
  "one that was killed at %s where it stopped ends with %i",
  (point, exit) => {
    system.failIn("R456", "ArtifactInstall", 1);
    const args = ["install", "--stop-before", "ArtifactRollback", "manifest-v2.yaml"];
    expect(system.run(args, { ORCHESTRATOR_CRASH_POINT: point }).signal).toBe("SIGKILL");
    expect(system.run(["resume"]).exit).toBe(exit);
    expect(system.versions()).toEqual(v1);
  },
);
