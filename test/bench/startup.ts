import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildPackages } from "../support/built-packages.ts";
import { inScratch, medianOfBoth, megabytes, milliseconds, program, run } from "./measure.ts";
import type { Bench, BenchRow } from "./row.ts";

const seed = resolve("fixtures/systems/seed");
const plan = ["plan", join(seed, "manifest-v2.yaml"), "--state", join(seed, "state-v1.yaml")];

/**
 * How long it takes until the program is there at all, and until it has planned; in a checkout, and as a package
 * installs it, and how large it is then.
 */
export const startup: Bench = async () => [
  await againstNode("--version", program, ["--version"], 1.5),
  await againstNode("plan of the seed's System", program, plan, 4),
  ...(await inScratch(installed)),
];

async function installed(directory: string): Promise<readonly BenchRow[]> {
  const { device } = await buildPackages(join(directory, "packages"));
  const root = join(directory, "root");
  done("tar", "-C", directory, "--strip-components=1", "-xzf", device);
  done("sh", join(directory, "bin/install-device"), "--root", root, "--no-enable");
  const library = join(root, "usr/lib/mender-orchestrator");
  const at = join(library, "bin/orchestrator");
  const size = sizeBelow(join(root, "usr"));
  const rows = [
    await againstNode("--version, as installed", at, ["--version"], 1.5),
    await againstNode("plan, as installed", at, plan, null),
  ];
  done(process.execPath, join(library, "bin/keep-code.mjs"));
  return [
    ...rows,
    await againstNode("the same with code kept on the device", at, plan, 4),
    {
      name: "installed, without documents and the graph library",
      measured: megabytes(size),
      reference: "3 MB",
      ratio: size / 3e6,
      limit: 1,
    },
  ];
}

function done(file: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(file, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${file} ended in ${String(status)}: ${stderr}`);
}

/** The same files of which a test demands the limit (test/e2e/packages.test.ts); in bytes. */
function sizeBelow(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "viz.cjs")
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => !file.includes("/usr/share/doc/"))
    .reduce((sum, file) => sum + statSync(file).size, 0);
}

async function againstNode(
  name: string,
  file: string,
  args: readonly string[],
  limit: number | null,
): Promise<BenchRow> {
  const { ours, theirs } = await medianOfBoth(
    30,
    () => run({ file: process.execPath, args: [file, ...args] }),
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
