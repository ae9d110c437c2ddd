import { readdirSync, writeFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { buildArtifact } from "../support/artifacts.ts";
import { type SeedProgram, seedProgram, v1, v2 } from "../support/seed-program.ts";
import { mountSmallDisk, smallDisksWork } from "../support/small-disk.ts";

/** The built program with a datastore that has little room; needs root to mount one. */
describe.skipIf(!smallDisksWork())("a datastore", () => {
  /** The seed's System, its datastore on a disk of so many KiB. */
  function systemWith(kilobytes: number): SeedProgram {
    const system = seedProgram();
    onTestFinished(() => system.remove());
    mountSmallDisk(system.path("datastore"), kilobytes);
    return system;
  }

  /** The gateway's Artifact, with a payload that is larger unpacked than the disk. */
  async function makeGatewayLarge(system: SeedProgram): Promise<void> {
    const bytes = await buildArtifact({
      files: [{ name: "image.bin", content: Buffer.alloc(6 * 1024 * 1024, "gateway-v2 ") }],
    });
    writeFileSync(system.path("artifacts/gateway-v2.mender"), bytes);
  }

  test("without room for the deployment itself is refused before anything changes", () => {
    const system = systemWith(1024);
    const { exit, stderr } = system.run(["install", "manifest-v2.yaml"]);
    expect(stderr).toContain("[not-enough-space]");
    expect(exit).toBe(15);
    expect(system.versions()).toEqual(v1);
    expect(readdirSync(system.path("datastore/deployment"))).toEqual([]);
    const calls = system.calls().map((call) => call.split(" ")[0]);
    expect(new Set(calls)).toEqual(new Set(["Identity", "Provides"]));
  });

  test("with room for the deployment itself does where the payloads are small", () => {
    const system = systemWith(1400);
    const { exit, stderr } = system.run(["install", "manifest-v2.yaml"]);
    expect(stderr).not.toContain("not-enough-space");
    expect(exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  test("that runs full while a payload is stored leads back, and says so beforehand", async () => {
    const system = systemWith(4096);
    await makeGatewayLarge(system);
    const { exit, stderr } = system.run(["install", "manifest-v2.yaml"]);
    expect(stderr).toContain("if the Interfaces do not read their streams");
    expect(stderr).toContain("no space");
    expect(exit).toBe(20);
    expect(system.versions()).toEqual(v1);
    expect(system.run(["status"]).stdout).toBe("No deployment is in progress.\n");
  });
});
