import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { needs } from "../support/needs.ts";
import { seedWithoutArtifacts, type ServedSeed, startServedSeed } from "../support/served-seed.ts";
import { takeRollbackFrom } from "../support/seed-system.ts";

describe.skipIf(!needs("dbus-daemon"))("simulate with Artifacts that are on the Server", () => {
  let served: ServedSeed;
  beforeAll(async () => {
    served = await startServedSeed();
  });
  afterAll(() => served.stop());

  /** Neither of the boards can go back: one that has failed has to be installed once more on a way out. */
  async function simulated(configuration: object) {
    const system = seedWithoutArtifacts(configuration);
    onTestFinished(() => system.remove());
    for (const board of ["R456", "R998"] as const) takeRollbackFrom(system, board);
    return await system.runBeside(["simulate", "manifest-v2.yaml"], served.online);
  }

  const stranded = `
  UNACCEPTABLE inconsistent (R456; beside it G13 and R998): G13 gateway-v2, R456 rtos-v1, R998 rtos-v2; R456 and R998 are alike: it may be others of them, or more
    1. R456: ArtifactInstall fails
`;

  test("lets a way out install what an install brings to the device first", async () => {
    const { exit, stdout, stderr } = await simulated({});
    expect(stdout).toContain("failed, in another end state, v.2: ");
    expect(stdout).not.toContain(stranded);
    expect(stderr).not.toContain("warning");
    expect(exit).toBe(14);
  });

  test("ends where no way out can install what there is no room for, and says so", async () => {
    const { exit, stdout, stderr } = await simulated({ ArtifactsCache: { MaxSizeBytes: 1000 } });
    expect(stdout).toContain(stranded);
    expect(stderr).toContain(
      `warning: "mender-server:rtos-v2" for the Component type "rtos" cannot be brought to this device before the first install, so no way out installs it: The cache has no room for "mender-server:rtos-v2" of 5120 bytes. [way-out-not-at-hand]`,
    );
    expect(exit).toBe(14);
  });
});
