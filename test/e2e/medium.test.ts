import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type SeedProgram, v1, v2 } from "../support/seed-program.ts";
import { seedStages } from "../support/seed-stages.ts";
import { widening } from "../support/tier.ts";

const afterGateway = { ORCHESTRATOR_CRASH_POINT: "ArtifactVerifyReboot:outcome-appended" };

const ways = {
  /** Killed once the gateway is updated: what comes is to be read yet. */
  "half-way": ({ run }: SeedProgram) => {
    expect(run(["install", "manifest-v2.yaml"], afterGateway).signal).toBe("SIGKILL");
  },
};

const { after, remove } = seedStages(ways);

let system: SeedProgram;
beforeEach(() => {
  system = after("new");
});
afterAll(remove);

describe("a directory in place of a file", () => {
  it("stands for the one bundle at its top: in plan, validate and install", () => {
    mkdirSync(system.path("stick"));
    writeFileSync(system.path("stick/readme.txt"), "Plug it in and wait.\n");
    copyFileSync("fixtures/bundles/seed-v2.tar", system.path("stick/v2.tar"));
    const byName = system.run(["plan", "stick/v2.tar"]);
    const planned = system.run(["plan", "stick"]);
    expect(planned).toEqual({
      ...byName,
      stderr: `"stick" holds "v2.tar", a bundle: that is taken\n${byName.stderr}`,
    });
    expect(system.run(["plan", "stick", "--state", "state-v1.yaml"]).exit).toBe(0);
    expect(system.run(["bundle", "inspect", "stick"]).exit).toBe(0);
    expect(system.run(["bundle", "verify", "stick"]).exit).toBe(0);
    expect(system.run(["validate", "stick"]).stdout).toContain("stick/v2.tar");
    expect(system.run(["install", "./stick/"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  it(
    "stands for the one Manifest at its top, whose Artifacts lie where that says",
    widening(() => {
      mkdirSync(system.path("stick"));
      renameSync(system.path("artifacts"), system.path("stick/artifacts"));
      copyFileSync(system.path("manifest-v2.yaml"), system.path("stick/manifest-v2.yaml"));
      expect(system.run(["install", "stick"]).exit).toBe(0);
      expect(system.versions()).toEqual(v2);
    }),
  );

  it("is refused where several may be meant, and nobody is asked anything", () => {
    const refused = system.run(["install", "."]);
    expect(refused.stderr).toBe(
      `.: error: There are 5 bundles or Manifests at the top of the directory ".", and only one can be meant. [input-ambiguous]
  expected: one bundle or Manifest there
  found: "manifest-v1.yaml", a Manifest; "manifest-v2-no-way.yaml", a Manifest; "manifest-v2-order.yaml", a Manifest; "manifest-v2.yaml", a Manifest; "manifest-v3.yaml", a Manifest
  hint: Name the file, or take the others away.
`,
    );
    expect(refused.exit).toBe(11);
    expect(system.run(["install", "artifacts"]).stderr).toContain("[input-missing]");
    expect(system.calls()).toEqual([]);
  });
});

describe("Artifacts on a medium that is gone when the deployment is resumed", () => {
  it("are asked for by name before anything is done, and the deployment goes on once they are back", () => {
    system = after("half-way");
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

  it("may lie elsewhere, if they are the same", () => {
    copyFileSync("fixtures/bundles/seed-v2.tar", system.path("v2.tar"));
    copyFileSync(system.path("artifacts/rtos-v3.mender"), system.path("artifacts/rtos-v2.mender"));
    system.run(["bundle", "create", "--manifest", "manifest-v2.yaml", "-o", "other.tar"]);
    mkdirSync(system.path("medium"));
    renameSync(system.path("v2.tar"), system.path("medium/v2.tar"));
    system.run(["install", "medium/v2.tar"], afterGateway);
    renameSync(system.path("medium"), system.path("stick"));
    const gone = system.run(["resume"]);
    expect(gone.exit).toBe(15);
    expect(gone.stderr).toContain("or say with --from where it is now.");

    const other = system.run(["resume", "--from", "other.tar"]);
    expect(other.exit).toBe(15);
    expect(system.versions()).toEqual(["gateway-v2", "rtos-v1", "rtos-v1"]);
    expect(system.run(["resume", "--from", "stick"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  it(
    "may lie in a compressed bundle now",
    widening(() => {
      copyFileSync("fixtures/bundles/seed-v2.tar", system.path("v2.tar"));
      system.run(["install", "v2.tar"], afterGateway);
      const packed = gzipSync(readFileSync(system.path("v2.tar")));
      rmSync(system.path("v2.tar"));
      writeFileSync(system.path("cut.tar.gz"), packed.subarray(0, packed.length / 2));
      writeFileSync(system.path("v2.tar.gz"), packed);
      const calls = system.calls().length;

      const cut = system.run(["resume", "--from", "cut.tar.gz"]);
      expect(cut.exit).toBe(11);
      expect(cut.stderr).toMatch(/^cut\.tar\.gz: error: /m);
      expect(system.calls()).toHaveLength(calls);
      expect(system.run(["resume", "--from", "v2.tar.gz"]).exit).toBe(0);
      expect(system.versions()).toEqual(v2);
      expect(existsSync(system.path("datastore/bundles"))).toBe(false);
    }),
  );

  it(
    "lie in the datastore if the bundle was compressed, and it may be named all the same",
    widening(() => {
      copyFileSync("fixtures/bundles/seed-v2.tar", system.path("v2.tar"));
      writeFileSync(system.path("v2.tar.gz"), gzipSync(readFileSync(system.path("v2.tar"))));
      system.run(["install", "v2.tar.gz"], afterGateway);
      expect(system.run(["resume", "--from", "v2.tar.gz"]).exit).toBe(0);
      expect(system.versions()).toEqual(v2);
    }),
  );

  it(
    "may lie elsewhere beside each other, too",
    widening(() => {
      system = after("half-way");
      mkdirSync(system.path("stick"));
      renameSync(system.path("artifacts"), system.path("stick/artifacts"));
      expect(system.run(["resume", "--from", "stick"]).exit).toBe(0);
      expect(system.versions()).toEqual(v2);
    }),
  );

  it("are not needed to roll back", () => {
    system = after("half-way");
    renameSync(system.path("artifacts"), system.path("gone"));
    expect(system.run(["rollback"]).exit).toBe(0);
    expect(system.versions()).toEqual(v1);
  });
});

describe("an Artifact in whose place another sound one was put since the plan was made", () => {
  const put = (name: string) => {
    copyFileSync(system.path("artifacts", name), system.path("artifacts/rtos-v2.mender"));
  };

  it("is told before anything is done, and the deployment goes on once the right one is back", () => {
    system = after("half-way");
    copyFileSync(system.path("artifacts/rtos-v2.mender"), system.path("artifacts/kept"));
    const calls = system.calls().length;
    const journal = readFileSync(system.path("datastore/deployment/journal"));

    put("rtos-v3.mender");
    const refused = system.run(["resume"]);
    expect(refused.exit).toBe(15);
    const wanted = system.path("artifacts/rtos-v2.mender");
    expect(refused.stderr.replaceAll(/[0-9a-f]{64}/g, "SUM")).toBe(
      `${wanted}: error: "${wanted}" is needed and holds another Artifact than when the deployment began. [source-changed]
  expected: "rtos-v2", whose manifest has the checksum SUM
  found: "rtos-v3", whose manifest has the checksum SUM
  hint: Put the Artifact back that was there and call this command again; or call rollback.
`,
    );
    expect(system.calls()).toHaveLength(calls);
    expect(readFileSync(system.path("datastore/deployment/journal"))).toEqual(journal);

    put("kept");
    expect(system.run(["resume"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  it(
    "does not matter to a rollback, nor once every Artifact is downloaded",
    widening(() => {
      system = after("half-way");
      copyFileSync(system.path("artifacts/rtos-v2.mender"), system.path("artifacts/kept"));
      put("rtos-v3.mender");
      expect(system.run(["rollback"]).exit).toBe(0);
      expect(system.versions()).toEqual(v1);

      put("kept");
      system.run(["install", "manifest-v2.yaml", "--stop-before", "ArtifactCommit"]);
      put("rtos-v3.mender");
      expect(system.run(["commit"]).exit).toBe(0);
      expect(system.versions()).toEqual(v2);
    }),
  );
});
