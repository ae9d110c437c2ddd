import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { needs } from "../support/needs.ts";
import { programPath } from "../support/program.ts";
import { type SeedProgram, v1, v2 } from "../support/seed-program.ts";
import { seedStages } from "../support/seed-stages.ts";
import { takeRollbackFrom } from "../support/seed-system.ts";
import { runWithFault } from "../support/strace.ts";
import { widening } from "../support/tier.ts";

/** `--from` in `resume` and `rollback`, where the deployment was begun with a bundle. */

const bundled = ({ path }: SeedProgram): Buffer => {
  copyFileSync("fixtures/bundles/seed-v2.tar", path("v2.tar"));
  const packed = gzipSync(readFileSync(path("v2.tar")));
  writeFileSync(path("v2.tar.gz"), packed);
  writeFileSync(path("cut.tar.gz"), packed.subarray(0, packed.length / 2));
  return packed;
};

const ways = {
  /** Killed once the gateway is updated: what comes is to be read yet. */
  "half-way": (system: SeedProgram) => {
    bundled(system);
    const point = "ArtifactVerifyReboot:outcome-appended";
    const killed = system.run(["install", "v2.tar"], { ORCHESTRATOR_CRASH_POINT: point });
    expect(killed.signal).toBe("SIGKILL");
  },
  "on its way back": (system: SeedProgram) => {
    bundled(system);
    system.failIn("R998", "ArtifactInstall", 4);
    const stop = ["--stop-before", "ArtifactRollback"];
    expect(system.run(["install", "v2.tar", ...stop]).exit).toBe(21);
  },
  /** One is installed and cannot go back, so the other one, whose install has failed, is to be installed once more. */
  "before its way out": (system: SeedProgram) => {
    bundled(system);
    takeRollbackFrom(system, "R456");
    takeRollbackFrom(system, "R998");
    system.failIn("R998", "ArtifactInstall", 4);
    const point = "ObserveStuck:started";
    const killed = system.run(["install", "v2.tar"], { ORCHESTRATOR_CRASH_POINT: point });
    expect(killed.signal).toBe("SIGKILL");
    rmSync(system.path("boards/R998/fail"), { recursive: true });
    // Its boot loader has fallen back.
    writeFileSync(system.path("boards/R998/version"), "rtos-v1\n");
  },
};

const { after, remove } = seedStages(ways);
afterAll(remove);

describe("a medium that cannot be unpacked", () => {
  it("does not stand in the way of a rollback", () => {
    const system = after("half-way");
    rmSync(system.path("v2.tar"));
    expect(system.run(["rollback", "--from", "cut.tar.gz"]).exit).toBe(0);
    expect(system.versions()).toEqual(v1);
    expect(existsSync(system.path("datastore/bundles"))).toBe(false);
  });

  it(
    "does not stand in the way of a deployment that goes back when it is resumed",
    widening(() => {
      const system = after("on its way back");
      rmSync(system.path("v2.tar"));
      // That it has failed was told.
      expect(system.run(["resume", "--from", "cut.tar.gz"]).exit).toBe(0);
      expect(system.versions()).toEqual(v1);
    }),
  );

  it(
    "is told and passed over on a way out, which takes the Artifacts from where they were",
    widening(() => {
      const system = after("before its way out");
      const resumed = system.run(["resume", "--from", "cut.tar.gz"]);
      expect(resumed.stderr).toMatch(
        /^[0-9a-f]{12} {2}Note: .*cut\.tar\.gz.* It is passed over, and Artifacts are looked for where they were\.$/m,
      );
      expect(resumed.exit).toBe(24);
      expect(system.versions()).toEqual(v2);
    }),
  );

  it("gives a way out its Artifacts where it is sound, and what held them is gone", () => {
    const system = after("before its way out");
    rmSync(system.path("v2.tar"));
    expect(system.run(["resume", "--from", "v2.tar.gz"]).exit).toBe(24);
    expect(system.versions()).toEqual(v2);
  });
});

describe("a compressed medium", () => {
  let system: SeedProgram;
  beforeEach(() => {
    system = after("half-way");
    rmSync(system.path("v2.tar"));
  });

  it("that was another one does not stay in the way of the right one", () => {
    renameSync(system.path("artifacts/rtos-v3.mender"), system.path("artifacts/rtos-v2.mender"));
    const other = ["bundle", "create", "--manifest", "manifest-v2.yaml", "-o", "other.tar"];
    expect(system.run(other).exit).toBe(0);
    writeFileSync(system.path("other.tar.gz"), gzipSync(readFileSync(system.path("other.tar"))));
    const refused = system.run(["resume", "--from", "other.tar.gz"]);
    expect(refused.stderr).toContain("holds another Artifact than when the deployment began");
    expect(refused.exit).toBe(15);
    expect(system.run(["resume", "--from", "v2.tar.gz"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
    expect(existsSync(system.path("datastore/bundles"))).toBe(false);
  });

  it.skipIf(!needs("strace"))("is unpacked anew where the power went while it was unpacked", () => {
    const { directory, environment } = system;
    const resume = ["resume", "--from", "v2.tar.gz"];
    const killed = runWithFault(
      [process.execPath, programPath, ...resume],
      { call: "fdatasync", nth: 1, fault: "kill" },
      { cwd: directory, env: environment },
    );
    expect(killed.signal).toBe("SIGKILL");
    const left = readdirSync(system.path("datastore/bundles"));
    expect(left).toHaveLength(1);
    // A power cut leaves as much of a file that was not synced.
    for (const name of left) truncateSync(system.path("datastore/bundles", name), 512);
    expect(system.run(resume).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
    expect(existsSync(system.path("datastore/bundles"))).toBe(false);
  });
});

it(
  "a rollback that is too late for its stage needs nothing of the next one",
  widening(() => {
    const system = after("new");
    const point = "Cleanup:started";
    const killed = system.run(["install", "manifest-v3.yaml"], { ORCHESTRATOR_CRASH_POINT: point });
    expect(killed.signal).toBe("SIGKILL");
    rmSync(system.path("artifacts"), { recursive: true });
    expect(system.run(["resume"]).exit).toBe(15);
    expect(system.run(["rollback"]).exit).toBe(24);
    expect(system.versions()).toEqual(v2);
  }),
);
