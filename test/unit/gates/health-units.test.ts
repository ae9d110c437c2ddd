import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { needs } from "../../support/needs.ts";
import { usualShells as shells } from "../../support/shells.ts";
import { shippedGate } from "../../support/shipped-gates.ts";

/** Seconds since this host has booted. */
const uptime = () => Number(readFileSync("/proc/uptime", "utf8").split(".")[0]);

interface Unit {
  readonly load?: string;
  readonly state: string;
  /** Seconds since it became active. */
  readonly for?: number;
}

describe.skipIf(!needs("dash") || !needs("busybox")).each(shells)("in $name", ({ command }) => {
  const gate = shippedGate(
    "health-units",
    command,
    {
      // The unit is its last argument.
      systemctl: 'for unit; do :; done; cat "${0%/*}/$unit"',
    },
    afterAll,
  );
  const ask = (conf: string, units: Readonly<Record<string, Unit>>) => {
    gate.configure(conf);
    for (const [unit, { load = "loaded", state, for: seconds = 0 }] of Object.entries(units)) {
      const entered = (uptime() - seconds) * 1_000_000;
      writeFileSync(
        gate.path("programs", unit),
        `LoadState=${load}\nActiveState=${state}\nActiveEnterTimestampMonotonic=${entered}\n`,
      );
    }
    const { status, stdout } = gate.ask();
    return { status, lines: stdout.trimEnd().split("\n") };
  };
  const conf = "for 600\nunit robot.service\nunit arm.service\n";
  const well = { state: "active", for: 3600 };

  test("all units that are active for so long are well", () => {
    expect(ask(conf, { "robot.service": well, "arm.service": well }).status).toBe(0);
    const anyLong = ask("unit robot.service", { "robot.service": { state: "active" } });
    expect(anyLong.status).toBe(0);
  });

  test("one that is active for too short a time is waited for, and no longer than needed", () => {
    const young = { state: "active", for: 100 };
    const { status, lines } = ask(conf, { "robot.service": well, "arm.service": young });
    expect(status).toBe(75);
    expect(lines[0]).toMatch(/^arm\.service is active for 10\d s of 600 s$/);
    expect(lines[1]).toMatch(/^retry-after=(?:500|4\d\d)$/);
  });

  test.each(["inactive", "activating", "reloading"])("one that is %s is waited for", (state) => {
    expect(ask(conf, { "robot.service": well, "arm.service": { state } })).toEqual({
      status: 75,
      lines: [`arm.service is ${state}`, "retry-after=10"],
    });
  });

  test("one that has failed, and one that there is not, are a no", () => {
    const failed = { "robot.service": { state: "failed" }, "arm.service": well };
    expect(ask(conf, failed)).toEqual({ status: 1, lines: ["robot.service has failed"] });
    const missing = { "robot.service": { load: "not-found", state: "inactive" } };
    expect(ask(conf, missing)).toEqual({ status: 1, lines: ["robot.service is not-found"] });
  });

  test.each([
    ["unit", `health-units.conf:1: "" is not the name of one unit; write it as robot.service`],
    [
      "unit a.service b.service",
      `health-units.conf:1: "a.service b.service" is not the name of one unit; write it as robot.service`,
    ],
    [
      "unit robot*.service",
      `health-units.conf:1: "robot*.service" is not the name of one unit; write it as robot.service`,
    ],
    ...["ten", "", "10 min", "089", "99999999999"].map((seconds) => [
      `for ${seconds}\nunit a.service`,
      `health-units.conf:1: "${seconds}" is no number of seconds; write it as 60`,
    ]),
    ["for 10", "health-units.conf: it names no unit"],
    ["unit a.service\nuntil 10", `health-units.conf:2: "until" is not known; write for or unit`],
  ])("%j is refused with what is wrong about it", (wrong, message) => {
    expect(ask(wrong, {})).toEqual({ status: 1, lines: [message] });
  });
});
