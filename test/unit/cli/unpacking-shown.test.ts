import { EventEmitter, once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exitCode } from "../../../src/core/exit-code.ts";
import type { Platform } from "../../../src/platform/types.ts";
import { runHere } from "../../support/program-here.ts";
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

async function run(
  args: readonly string[],
  { isTerminal = false, waits }: { readonly isTerminal?: boolean; readonly waits: RegExp },
) {
  const heard = new EventEmitter();
  let seen = "";
  const isSeen = async () => {
    while (!waits.test(seen)) await once(heard, "written");
  };
  return await runHere(system.directory, args, {
    isTerminal,
    on: (platform) => slowMedium(platform, isSeen),
    onWritten: (written) => {
      seen = written;
      heard.emit("written");
    },
  });
}

/** What is compressed is read to its end no sooner than `until`. */
function slowMedium(platform: Platform, until: () => Promise<void>): Platform {
  const { files } = platform;
  const openSource: typeof files.openSource = (path) => {
    const source = files.openSource(path);
    return {
      ...source,
      async *read(...range) {
        for await (const piece of source.read(...range)) {
          yield piece;
          // What tells its kind is read before.
          if (path.endsWith(".gz") && range[1] === source.size) await until();
        }
      },
    };
  };
  return { ...platform, files: { ...files, openSource } };
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
  const begun = ["install", "manifest-v2.yaml", "--stop-before", "ArtifactInstall"];
  await runHere(system.directory, begun);
  const { exit } = await run(["resume", "--from", "v2.tar.gz", ...options], seen);
  expect(exit).toBe(exitCode.done);
});
