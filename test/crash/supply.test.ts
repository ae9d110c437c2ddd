import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import {
  type PrivateBus,
  type StandInService,
  startPrivateBus,
  startStandIn,
} from "../support/private-bus.ts";
import { type SeedProgram, seedProgram, v1, v2 } from "../support/seed-program.ts";
import { startSeedServer } from "../support/supplies.ts";
import type { UpdateServer } from "../support/update-server.ts";

/** The built program pulls Artifacts from a server, told of by a service on a bus, and is killed. */
describe.skipIf(!needs("dbus-daemon"))("killed while Artifacts come from the Server", () => {
  let bus: PrivateBus;
  let service: StandInService;
  let server: UpdateServer;
  let system: SeedProgram;

  beforeAll(async () => {
    bus = await startPrivateBus();
    service = await startStandIn(bus);
    server = await startSeedServer("fixtures/systems/seed", "v2");
    service.answerToken("ss", ["token-1", server.address]);
  });
  afterAll(async () => {
    await server.close();
    service.stop();
    await bus.stop();
  });
  beforeEach(() => {
    system = seedProgram();
    rmSync(system.path("artifacts"), { recursive: true });
    mkdirSync(system.path("conf"), { mode: 0o755 });
    const settings = { ArtifactsCache: { Enabled: true } };
    writeFileSync(system.path("conf/mender-orchestrator.conf"), JSON.stringify(settings));
  });
  afterEach(() => system.remove());

  const online = () => ({ DBUS_SYSTEM_BUS_ADDRESS: bus.address });
  const offline = { DBUS_SYSTEM_BUS_ADDRESS: "unix:path=/nowhere" };
  const install = async (env: Readonly<Record<string, string>>) =>
    await system.runBeside(["install", "manifest-v2.yaml"], env);

  test.each(["begin:synced", "Download:started", "Download:outcome-appended"])(
    "at %s, it goes back without the network, and comes through once more",
    async (point) => {
      const killed = await install({ ...online(), ORCHESTRATOR_CRASH_POINT: point });
      expect(killed.signal).toBe("SIGKILL");
      expect((await system.runBeside(["rollback"], offline)).exit).toBe(0);
      expect(system.versions()).toEqual(v1);
      expect((await install(online())).exit).toBe(0);
      expect(system.versions()).toEqual(v2);
      const left = readdirSync(system.path("datastore/artifacts"));
      expect(left.filter((name) => name.startsWith("."))).toEqual([]);
      expect(left.filter((name) => name.endsWith(".mender"))).toHaveLength(2);
    },
  );

  test("in the middle of an install, the way back needs no network", async () => {
    const killed = await install({
      ...online(),
      ORCHESTRATOR_CRASH_POINT: "ArtifactInstall:started",
    });
    expect(killed.signal).toBe("SIGKILL");
    expect((await system.runBeside(["rollback"], offline)).exit).toBe(0);
    expect(system.versions()).toEqual(v1);
  });
});
