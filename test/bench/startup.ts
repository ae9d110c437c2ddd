import { join, resolve } from "node:path";
import { medianOfBoth, milliseconds, program, run } from "./measure.ts";
import type { Bench, BenchRow } from "./row.ts";

const seed = resolve("fixtures/systems/seed");

/** How long it takes until the built program is there at all, and until it has planned. */
export const startup: Bench = async () => [
  await againstNode("--version", ["--version"], 1.5),
  await againstNode(
    "plan of the seed's System",
    ["plan", join(seed, "manifest-v2.yaml"), "--state", join(seed, "state-v1.yaml")],
    4,
  ),
];

async function againstNode(
  name: string,
  args: readonly string[],
  limit: number,
): Promise<BenchRow> {
  const { ours, theirs } = await medianOfBoth(
    30,
    () => run({ file: process.execPath, args: [program, ...args] }),
    () => run({ file: process.execPath, args: ["-e", "0"] }),
  );
  return {
    name,
    measured: milliseconds(ours),
    reference: `node -e 0: ${milliseconds(theirs)}`,
    ratio: ours / theirs,
    limit,
  };
}
