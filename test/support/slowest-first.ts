import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that take longest, the slowest first: whichever of them came last would run alone, while every other worker
 * has nothing left to do. All others fill the gaps. Those that mostly wait, for boards and containers, come one at a
 * time.
 */
const slowest = [
  "test/crash/serial-interface.test.ts",
  "test/crash/ssh-interface.test.ts",
  "test/e2e/packages.test.ts",
  "test/unit/interfaces/docker-compose.test.ts",
  "test/e2e/mender-contract.test.ts",
  "test/unit/interfaces/serial-mcu.test.ts",
  "test/crash/compose-interface.test.ts",
  "test/unit/install/supply.test.ts",
  "test/e2e/mender-client.test.ts",
  "test/e2e/usb.test.ts",
  "test/e2e/pictures-browser.test.ts",
  "test/crash/crash-points.test.ts",
  "test/e2e/gates.test.ts",
  "test/e2e/docs-blocks.test.ts",
  "test/crash/shipped-interfaces.test.ts",
  "test/e2e/end-by-signal.test.ts",
  "test/unit/interface/check.test.ts",
  "test/e2e/proof-executor.test.ts",
  "test/e2e/cli-process.test.ts",
  "test/e2e/mender-server.test.ts",
  "test/crash/deb-interface.test.ts",
  "test/e2e/release.test.ts",
  "test/e2e/manifest-trust.test.ts",
  "test/e2e/medium.test.ts",
  "test/e2e/cli-large-input.test.ts",
  "test/e2e/fleet.test.ts",
  "test/e2e/permissions.test.ts",
  "test/e2e/status.test.ts",
  "test/e2e/cli-demo.test.ts",
  "test/property/simulate-alike.test.ts",
  "test/property/planner.test.ts",
  "test/crash/streams.test.ts",
  "test/unit/artifact/differential.test.ts",
  "test/e2e/cli-install.test.ts",
  "test/e2e/cli-bad-input.test.ts",
  "test/e2e/owed-cleanup.test.ts",
];

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = slowest.findIndex((file) => moduleId.endsWith(`/${file}`));
  return place < 0 ? slowest.length : place;
}
