import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { bundle } from "../support/bundled.ts";
import { brokenPromise } from "../support/journal-check.ts";
import { loopDisksWork, makeLoopDisk } from "../support/loop-disk.ts";
import { scratchDirectory } from "../support/scratch.ts";

/**
 * A real process on a real file system: it is stopped, its disk copied as it is, and the copy mounted as after a power
 * cut.
 */

const writer = join(import.meta.dirname, "../../node_modules/.cache/journal-writer-ext4.mjs");
const cuts = 8;

beforeAll(() => {
  bundle("test/support/journal-writer.ts", writer);
});

/** Cuts the power again and again while journals are written, each time a few promises later; what was broken. */
async function cutWhileWriting(without: "nothing" | "files" | "directories") {
  const disk = makeLoopDisk(scratchDirectory());
  const child = spawn(process.execPath, [writer, join(disk.root, "datastore"), "1000", without]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let printed = "";
  child.stdout.on("data", (bytes: Buffer) => {
    printed += bytes.toString();
  });
  const broken: (string | null)[] = [];
  for (let cut = 0; cut < cuts; cut += 1) {
    const promises = printed.length;
    while (printed.length <= promises + 7 * cut) await once(child.stdout, "data");
    child.kill("SIGSTOP");
    const left = disk.cut(`cut-${cut}`);
    broken.push(brokenPromise(join(left.root, "datastore"), printed));
    left.unmount();
    rmSync(`${left.root}.img`);
    child.kill("SIGCONT");
  }
  child.kill("SIGKILL");
  await once(child, "exit");
  disk.unmount();
  return broken;
}

describe.skipIf(!loopDisksWork())("on ext4, after a power cut, a journal", () => {
  test("keeps what was promised", async () => {
    expect(await cutWhileWriting("nothing")).toEqual(Array.from({ length: cuts }, () => null));
  });

  test("would not without the sync of files", async () => {
    expect(await cutWhileWriting("files")).not.toContain(null);
  });
});
