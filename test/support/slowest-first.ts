import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that take longest, the slowest first: whichever of them came last would run alone, while every other worker
 * has nothing left to do. All others fill the gaps.
 */
const slowest = [
  "test/crash/crash-points.test.ts",
  "test/e2e/mender-contract.test.ts",
  "test/e2e/mender-client.test.ts",
  "test/crash/streams.test.ts",
  "test/e2e/proof-executor.test.ts",
  "test/unit/interface/check.test.ts",
  "test/unit/artifact/differential.test.ts",
  "test/e2e/end-by-signal.test.ts",
  "test/e2e/cli-large-input.test.ts",
  "test/e2e/cli-install.test.ts",
  "test/e2e/cli-bad-input.test.ts",
  "test/property/planner.test.ts",
  "test/e2e/owed-cleanup.test.ts",
  "test/e2e/release.test.ts",
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
