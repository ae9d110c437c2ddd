import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeClock } from "../../../src/platform/clock.ts";
import { nodePlatform } from "../../../src/platform/node.ts";
import { scratchDirectory } from "../../support/scratch.ts";

describe("the host", () => {
  test("tells the boot id of this machine", () => {
    expect(nodePlatform().host.bootId()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test("tells the boot id from the file it is given, each time anew", () => {
    const bootIdFile = join(scratchDirectory(), "boot_id");
    const { host } = nodePlatform({ bootIdFile });
    writeFileSync(bootIdFile, "first\n");
    expect(host.bootId()).toBe("first");
    writeFileSync(bootIdFile, "second\n");
    expect(host.bootId()).toBe("second");
    writeFileSync(bootIdFile, "\n");
    expect(() => host.bootId()).toThrow("there is no boot id in it");
  });

  test("reboots by the command it is given", async () => {
    const asked = join(scratchDirectory(), "asked");
    await nodePlatform({ rebootCommand: ["touch", asked] }).host.reboot();
    expect(existsSync(asked)).toBe(true);
  });

  test.each([
    {
      command: ["sh", "-c", "echo 'not permitted' >&2; exit 1"],
      code: "EIO",
      message: "not permitted",
    },
    {
      command: ["sh", "-c", "exit 3"],
      code: "EIO",
      message: "it ended with status 3",
    },
    {
      command: ["no-such-reboot"],
      code: "ENOENT",
      message: "there is no such file or directory",
    },
  ] as const)("says why $command was not accepted", async ({ command, code, message }) => {
    const [program, ...args] = command;
    await expect(
      nodePlatform({ rebootCommand: [program, ...args] }).host.reboot(),
    ).rejects.toMatchObject({ name: "FileError", path: program, code, message });
  });
});

describe("the clock", () => {
  const clock = nodeClock();

  test("never goes back, and sleeps as long as asked", async () => {
    const before = clock.monotonicMs();
    await clock.sleep(20);
    expect(clock.monotonicMs() - before).toBeGreaterThanOrEqual(19);
  });

  test("gives ids of 128 bits that do not repeat", () => {
    const ids = new Set(Array.from({ length: 100 }, () => clock.randomId()));
    expect(ids.size).toBe(100);
    expect([...ids].every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
  });
});
