import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { programPath } from "../support/program.ts";
import { type SeedProgram, seedProgram, v1 } from "../support/seed-program.ts";

/** The datastore cannot be written, or not by this caller: nothing is broken, and the text says what to do. */

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
  mkdirSync(system.path("datastore"), { mode: 0o700 });
});
afterEach(() => {
  system.remove();
});

const stranger = 54_321;

/** Calls the program by way of another. */
function through(command: readonly string[], uid?: number) {
  const [file, ...args] = [...command, process.execPath, programPath];
  return (...call: readonly string[]) => {
    const { status, stderr } = spawnSync(file, [...args, ...call], {
      cwd: system.directory,
      encoding: "utf8",
      ...(uid !== undefined && { uid }),
      env: {
        PATH: process.env["PATH"],
        ...system.environment,
      },
    });
    return { exit: status, stderr };
  };
}

describe.skipIf(process.getuid?.() !== 0 || !needs("unshare"))("a datastore", () => {
  test("on a file system that is read-only", () => {
    const readOnly =
      'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"';
    const call = through(["unshare", "-m", "sh", "-euc", readOnly, "sh", system.path("datastore")]);
    for (const more of [[], ["--stop-before", "Cleanup"]]) {
      const { exit, stderr } = call("install", "manifest-v2.yaml", ...more);
      expect(stderr).toContain("[datastore-not-writable]");
      expect(stderr).toContain("the file system is read-only");
      expect(stderr).toContain(
        "hint: Mount the file system of the datastore for writing, then call the command again.",
      );
      expect(exit).toBe(15);
    }
    expect(system.versions()).toEqual(v1);
  });

  test("of another user", () => {
    chmodSync(system.directory, 0o755);
    const call = through([], stranger);
    for (const command of [["install", "manifest-v2.yaml"], ["status"], ["history"], ["resume"]]) {
      const { exit, stderr } = call(...command);
      expect(stderr).toContain("[datastore-not-writable]");
      expect(stderr).toContain(
        "hint: Call the command as root, or as the user whom the datastore belongs to.",
      );
      expect({ command, exit }).toEqual({ command, exit: 15 });
    }
  });
});
