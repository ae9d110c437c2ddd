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

/** Calls the program where the directory is on a file system that is read-only. */
function throughReadOnly(directory: string) {
  const mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"';
  return through(["unshare", "-m", "sh", "-euc", mount, "sh", directory]);
}

/** The calls of the Mender Client: the install, and what comes after a refused one. */
const stops = ["ArtifactCommit", "ArtifactRollback", "Cleanup"].flatMap((stop) => [
  "--stop-before",
  stop,
]);
const [installing, rollingBack, cleaningUp] = [
  ["install", "manifest-v2.yaml", ...stops, "--exit-on-reboot"],
  ["rollback", "--stop-before", "Cleanup", "--exit-on-reboot"],
  ["resume"],
] as const;

describe.skipIf(process.getuid?.() !== 0 || !needs("unshare"))("a datastore", () => {
  test("on a file system that is read-only", () => {
    const call = throughReadOnly(system.path("datastore"));
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

  test.each([
    ["in which nothing was ever deployed", [], 2],
    ["with a history", ["manifest-v2.yaml"], 15],
  ])(
    "that no mark can be left in, %s: a refused install has nothing to roll back",
    (_, before, byHand) => {
      for (const manifest of before) expect(through([])("install", manifest).exit).toBe(0);
      const versions = system.versions();
      const call = throughReadOnly(system.path("datastore"));
      expect(call(...installing).exit).toBe(15);
      for (const then of [rollingBack, cleaningUp]) {
        const { exit, stderr } = call(...then);
        expect(stderr).toBe(
          "There is nothing to do: no deployment is in progress, and the datastore takes no mark of a refused install.\n",
        );
        expect(exit).toBe(0);
      }
      expect(call("rollback").exit).toBe(byHand);
      expect(system.versions()).toEqual(versions);
    },
  );

  test("that is not there and cannot be made: a refused install has nothing to roll back", () => {
    system.remove();
    system = seedProgram();
    const call = throughReadOnly(system.directory);
    expect([installing, rollingBack, cleaningUp].map((one) => call(...one).exit)).toEqual([
      15, 0, 0,
    ]);
  });

  test("that no mark can be left in, with a deployment that waits: nothing is undone, and nothing is said to be", () => {
    expect(through([])(...installing).exit).toBe(0);
    const versions = system.versions();
    const call = throughReadOnly(system.path("datastore"));
    expect([installing, rollingBack, cleaningUp].map((one) => call(...one).exit)).toEqual([
      15, 15, 15,
    ]);
    expect(system.versions()).toEqual(versions);
  });

  test("that can be written has nothing in progress and no mark: that is told", () => {
    const call = through([]);
    expect([rollingBack, cleaningUp].map((one) => call(...one).exit)).toEqual([2, 2]);
  });

  test("of another user", () => {
    chmodSync(system.directory, 0o755);
    const call = through([], stranger);
    for (const command of [["install", "manifest-v2.yaml"], ["status"], ["history"], ["resume"]]) {
      const { exit, stderr } = call(...command);
      expect(stderr).toContain("[datastore-not-writable]");
      expect(stderr).toContain(
        "hint: Call the command as root, or as the user whom the datastore belongs to; to plan at a desk, name a directory of your own with MENDER_ORCHESTRATOR_DATASTORE_DIR.",
      );
      expect({ command, exit }).toEqual({ command, exit: 15 });
    }
  });
});
