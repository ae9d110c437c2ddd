import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { startPrivateBus, startStandIn } from "./private-bus.ts";
import { type SeedProgram, seedProgram } from "./seed-program.ts";
import { startSeedServer } from "./supplies.ts";
import type { UpdateServer } from "./update-server.ts";

/** A server that has the seed's Artifacts of v2, and a bus on which the program is told of it. */
export interface ServedSeed {
  readonly server: UpdateServer;
  /** For a call of the program that may ask it; one without finds no bus. */
  readonly online: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Needs `dbus-daemon` (see `needs`). */
export async function startServedSeed(): Promise<ServedSeed> {
  const bus = await startPrivateBus();
  const service = await startStandIn(bus);
  const server = await startSeedServer("fixtures/systems/seed", "v2");
  service.answerToken("ss", ["token-1", server.address]);
  return {
    server,
    online: { DBUS_SYSTEM_BUS_ADDRESS: bus.address },
    stop: async () => {
      await server.close();
      service.stop();
      await bus.stop();
    },
  };
}

/** For a call of the program that can ask nobody. */
export const offline = { DBUS_SYSTEM_BUS_ADDRESS: "unix:path=/nowhere" };

/** The built program on the seed's System, whose Artifacts are nowhere on this machine. */
export function seedWithoutArtifacts(configuration: object): SeedProgram {
  const system = seedProgram();
  rmSync(system.path("artifacts"), { recursive: true });
  mkdirSync(system.path("conf"), { mode: 0o755 });
  const file = system.path("conf/mender-orchestrator.conf");
  writeFileSync(file, JSON.stringify(configuration), { mode: 0o644 });
  return system;
}
