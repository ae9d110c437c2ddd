import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../support/bundled.ts";
import { brokenPromise } from "../support/journal-check.ts";
import { needs } from "../support/needs.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { type Fault, runWithFault } from "../support/strace.ts";

/** The real calls of a real process: killed before each of its syncs, and each of them failing. */

const writer = join(import.meta.dirname, "../../node_modules/.cache/journal-writer.mjs");

beforeAll(() => {
  bundle("test/support/journal-writer.ts", writer);
});

function writeWithFault(root: string, call: string, nth: number, fault: Fault) {
  return runWithFault([process.execPath, writer, root, "2"], { call, nth, fault });
}

describe.skipIf(!needs("strace"))("a process that writes a journal", () => {
  test.each([1, 2, 3, 4, 5, 6])("killed at its sync %i keeps what it promised", (nth) => {
    const root = join(scratchDirectory(), "datastore");
    const { signal, stdout } = writeWithFault(root, "fdatasync", nth, "kill");
    expect(signal).toBe("SIGKILL");
    expect(stdout.split("\n").filter((line) => line.startsWith("synced"))).toHaveLength(nth - 1);
    expect(brokenPromise(root, stdout)).toBeNull();
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "killed at the sync %i of a directory keeps what it promised",
    (nth) => {
      const root = join(scratchDirectory(), "datastore");
      const { signal, stdout } = writeWithFault(root, "fsync", nth, "kill");
      expect(signal).toBe("SIGKILL");
      expect(brokenPromise(root, stdout)).toBeNull();
    },
  );

  test.each([
    { call: "fdatasync", fault: "EIO", told: "the medium failed" },
    { call: "fsync", fault: "EIO", told: "the medium failed" },
    { call: "/^rename", fault: "EIO", told: "the medium failed" },
  ] as const)("promises nothing after a $call that failed with $fault", ({ call, fault, told }) => {
    const root = join(scratchDirectory(), "datastore");
    const { exit, stdout, stderr } = writeWithFault(root, call, 1, fault);
    expect(exit).toBe(1);
    expect(stderr).toContain(told);
    expect(brokenPromise(root, stdout)).toBeNull();
  });
});
