import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type GateMoment, gateMoments } from "../../src/core/protocol.ts";
import { addGates, type GateDoes, notNow, tellGate } from "../support/gates.ts";
import {
  makeMenderDevice,
  type MenderDevice,
  menderDevicesWork,
} from "../support/mender-device.ts";
import { bundleArtifact } from "../support/mender-payloads.ts";
import { v1, v2 } from "../support/seed-program.ts";
import { oneOfEachKind } from "../support/tier.ts";

/**
 * Debian's Mender Client drives the installed program, and a gate is asked at each moment: it goes on, says not now and
 * then goes on, says not now for longer than it is waited for, says no.
 */

interface Answer {
  readonly name: string;
  readonly does: readonly GateDoes[];
  readonly isWell: boolean;
}

const answers: readonly Answer[] = [
  { name: "says no", does: [{ exit: 1, lines: ["no"] }], isWell: false },
  { name: "says not now, then go", does: [notNow("busy", 1), { exit: 0 }], isWell: true },
  { name: "lets it pass", does: [{ exit: 0 }], isWell: true },
  { name: "says not now for too long", does: [notNow("busy", 1)], isWell: false },
];

const cases = gateMoments.flatMap((moment) => answers.map((answer) => ({ moment, ...answer })));
const titled = oneOfEachKind(cases, ({ moment }) => moment).map(
  (one) => [`at ${one.moment} that ${one.name}`, one] as const,
);

describe.skipIf(!menderDevicesWork())("the Mender Client", () => {
  let directory: string;
  let update: string;
  let device: MenderDevice;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "orchestrator-artifacts-"));
    update = bundleArtifact(directory, "manifest-v2.yaml");
    device = await makeMenderDevice();
  });
  afterAll(() => {
    device.remove();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(() => device.restore());

  const place = {
    path: (...parts: readonly string[]) =>
      parts[0] === "topology.yaml"
        ? device.path("/var/lib/mender-orchestrator/topology.yaml")
        : device.path("/usr/share/mender-orchestrator", ...parts),
  };
  const mender = async (...args: readonly string[]) => (await device.run("mender", ...args)).exit;
  const isIdle = () => !existsSync(device.path("/var/lib/mender-orchestrator/deployment/journal"));
  const isTreeLeft = () => existsSync(device.path("/data/mender/modules/v3/payloads/0000/tree"));

  async function goneThrough(moment: GateMoment): Promise<boolean> {
    if (moment === "reboot") device.rebootsHost("G13");
    const artifact = `/root/${basename(update)}`;
    cpSync(update, device.path(artifact));
    const installed = await mender("install", "--reboot-exit-code", artifact);
    if (installed === 4) device.reboot();
    else if (installed !== 0) return false;
    return (await mender("commit")) === 0;
  }

  test.each(titled)(
    "and a gate %s: the System ends on the one or the other side, and nothing is left",
    async (_, { moment, does, isWell }) => {
      device.write("/etc/mender-orchestrator/mender-orchestrator.conf", '{ "GateWaitSeconds": 3 }');
      addGates(place, [{ name: "health", at: [moment] }]);
      tellGate(place, "health", ...does);
      expect(await goneThrough(moment)).toBe(isWell);
      expect(device.versions()).toEqual(isWell ? v2 : v1);
      expect([isIdle(), isTreeLeft()]).toEqual([true, false]);
      expect(device.calls().filter((call) => call === `${moment} health`)).not.toEqual([]);
    },
  );
});
