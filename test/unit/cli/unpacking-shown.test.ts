import { EventEmitter, once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Sink } from "../../../src/cli/output/output.ts";
import { runProgram } from "../../../src/cli/program.ts";
import { exitCode } from "../../../src/core/exit-code.ts";
import { machineAt } from "../../support/machine.ts";
import { copySeedSystem, type SeedSystem } from "../../support/seed-system.ts";

/** What is seen while a compressed bundle is unpacked from a medium on which the next byte comes once that was seen. */

let system: SeedSystem;
beforeEach(() => {
  system = copySeedSystem();
  writeFileSync(system.path("v2.tar.gz"), gzipSync(readFileSync("fixtures/bundles/seed-v2.tar")));
});
afterEach(() => {
  system.remove();
});

/** The program on the System; no byte of a file is read for `waits` before that was written to either stream. */
async function run(args: readonly string[], { isTerminal = false, waits = /^/ } = {}) {
  const { platform, ...machine } = machineAt(system.directory);
  const heard = new EventEmitter();
  let written = "";
  const sink: Sink = {
    write: (text) => {
      written += text;
      heard.emit("written");
    },
    ready: () => Promise.resolve(true),
    isTerminal,
    isJournal: false,
    width: 100,
    height: 24,
  };
  const files: typeof platform.files = {
    ...platform.files,
    openSource: (path) => {
      const source = platform.files.openSource(path);
      return {
        ...source,
        async *read(...range) {
          for await (const piece of source.read(...range)) {
            yield piece;
            // What tells its kind is read before.
            const isUnpacked = path.endsWith(".gz") && range[1] === source.size;
            while (isUnpacked && !waits.test(written)) await once(heard, "written");
          }
        },
      };
    },
  };
  const exit = await runProgram(args, {
    ...machine,
    platform: { ...platform, files },
    results: sink,
    messages: sink,
    alone: (work) => Promise.resolve(work()),
  });
  return { exit, written };
}

const onTerminal = {
  isTerminal: true,
  waits: /Unpacking v2\.tar\.gz {2}[\d.]+ (B|KiB) of [\d.]+ (B|KiB), \d+ %/,
};
const inLog = { waits: /Unpacking v2\.tar\.gz: started$/m };
const inStream = {
  waits: /^\{"type":"work-progress",.*"work":"unpacking","name":"v2\.tar\.gz","done":/m,
};

test("an install shows how far it has unpacked its bundle", async () => {
  const { exit } = await run(["install", "v2.tar.gz"], onTerminal);
  expect(exit).toBe(exitCode.done);
});

test.each([
  ["on a terminal", [], onTerminal],
  ["in a log", ["--log-level", "debug"], inLog],
  ["in its stream", ["--json"], inStream],
])("a resume shows %s how far it has unpacked the medium", async (_, options, seen) => {
  await run(["install", "manifest-v2.yaml", "--stop-before", "ArtifactInstall"]);
  const { exit } = await run(["resume", "--from", "v2.tar.gz", ...options], seen);
  expect(exit).toBe(exitCode.done);
});
