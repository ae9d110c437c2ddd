import { readdirSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { inTier } from "../support/tier.ts";
import { type SeedProgram, v1, v2 } from "../support/seed-program.ts";
import {
  offline,
  seedWithoutArtifacts,
  type ServedSeed,
  startServedSeed,
} from "../support/served-seed.ts";

/** The built program pulls Artifacts from a server, told of by a service on a bus, and is killed. */
describe.skipIf(!needs("dbus-daemon"))("killed while Artifacts come from the Server", () => {
  let served: ServedSeed;
  let system: SeedProgram;

  beforeAll(async () => {
    served = await startServedSeed();
  });
  afterAll(() => served.stop());
  beforeEach(() => {
    system = seedWithoutArtifacts({ ArtifactsCache: { Enabled: true } });
  });
  afterEach(() => system.remove());

  const install = async (env: Readonly<Record<string, string>>) =>
    await system.runBeside(["install", "manifest-v2.yaml"], env);

  test.each(
    inTier(["Download:started"], ["begin:synced", "Download:started", "Download:outcome-appended"]),
  )("at %s, it goes back without the network, and comes through once more", async (point) => {
    const killed = await install({ ...served.online, ORCHESTRATOR_CRASH_POINT: point });
    expect(killed.signal).toBe("SIGKILL");
    expect((await system.runBeside(["rollback"], offline)).exit).toBe(0);
    expect(system.versions()).toEqual(v1);
    expect((await install(served.online)).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
    const left = readdirSync(system.path("datastore/artifacts"));
    expect(left.filter((name) => name.startsWith("."))).toEqual([]);
    expect(left.filter((name) => name.endsWith(".mender"))).toHaveLength(2);
  });

  test("in the middle of an install, the way back needs no network", async () => {
    const killed = await install({
      ...served.online,
      ORCHESTRATOR_CRASH_POINT: "ArtifactInstall:started",
    });
    expect(killed.signal).toBe("SIGKILL");
    expect((await system.runBeside(["rollback"], offline)).exit).toBe(0);
    expect(system.versions()).toEqual(v1);
  });
});
