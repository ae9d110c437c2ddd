import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { SlowestFirst } from "./support/slowest-first.ts";
import { filesOfTier } from "./support/tier-files.ts";

/** See docs/contributing.md, "Tiers". */
const tier = process.env["TEST_TIER"] ?? "usual";

// Each start of Node would read these certificates, longer than the start itself takes; no test asks a server outside.
delete process.env["NODE_EXTRA_CA_CERTS"];

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    ...filesOfTier(tier),
    // Against a test that hangs. In the thorough tier one test may try hundreds of generated Systems.
    testTimeout: tier === "thorough" ? 600_000 : 60_000,
    hookTimeout: 60_000,
    // One more than the cores that there are at least: the longest files wait for processes, the disk and time limits.
    maxWorkers: 3,
    // All that our modules keep is caches and counts of the process; loading them anew for each file takes a minute.
    isolate: false,
    sequence: { sequencer: SlowestFirst },
    // Some tests look at what a program of the system complains.
    env: { LC_ALL: "C" },
  },
});
