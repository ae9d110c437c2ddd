import { mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type SeedProgram, seedProgram, v1 } from "../support/seed-program.ts";

/**
 * The device's own `constraints.yaml`, by the real program: it can forbid what a Manifest allows, and allow nothing.
 */

let system: SeedProgram;

beforeEach(() => {
  system = seedProgram();
});

afterEach(() => {
  system.remove();
});

/** The device's own rules, one line each. */
function rules(...lines: readonly string[]): void {
  mkdirSync(system.path("conf"), { recursive: true });
  writeFileSync(system.path("conf/constraints.yaml"), ["constraints:", ...lines, ""].join("\n"));
}

const transitions = (row: string) => [
  "  transition_states:",
  "    - name: device",
  "      columns: [gateway, rtos]",
  "      default: allow",
  "      rows:",
  `        - ${row}`,
];

test("show-config names the file, or where it would be", () => {
  const file = system.path("conf/constraints.yaml");
  const shown = () => system.run(["show-config"]).stdout.match(/^Constraints .*$/m)?.[0];
  expect(shown()).toMatch(new RegExp(`^Constraints +- +no file ${file}$`));
  rules(...transitions("[gateway-v2, rtos-v1, NO]"));
  expect(shown()).toMatch(new RegExp(`^Constraints +${file} +found there$`));
});

test("show-config tells what is wrong with the file, beside all settings, and ends in 11", () => {
  const file = system.path("conf/constraints.yaml");
  rules("  end_state: {}");
  const { exit, stdout, stderr } = system.run(["show-config"]);
  expect(exit).toBe(11);
  expect(stdout).toMatch(/^HistoryLimit +50 +default$/m);
  expect(stdout).toMatch(new RegExp(`^Constraints +${file} +found there$`, "m"));
  expect(stderr).toContain(
    `${file}:2:3: error: There is no field "end_state" in "constraints". [unknown-field]`,
  );
  expect(stderr).toContain('  hint: Did you mean "end_states"?\n');
  const json = system.run(["show-config", "--json"]);
  expect({ exit: json.exit, stderr: json.stderr }).toEqual({ exit: 11, stderr: "" });
  expect(JSON.parse(json.stdout)).toMatchObject({
    type: "configuration",
    settings: { HistoryLimit: { value: 50 }, Constraints: { value: file } },
    problems: [{ type: "error", code: "unknown-field", exit: 11, at: { file, line: 2 } }],
  });
});

test("show-config tells what is wrong with the configuration and with the rules at once", () => {
  rules("  end_state: {}");
  writeFileSync(system.path("conf/mender-orchestrator.conf"), `{ "HistoryLimit": 0 }\n`);
  const { exit, stdout, stderr } = system.run(["show-config"]);
  expect({ exit, stdout }).toEqual({ exit: 11, stdout: "" });
  expect(stderr).toContain("mender-orchestrator.conf:1:");
  expect(stderr).toContain("constraints.yaml:2:3: error: ");
});

describe("what the device forbids", () => {
  test("on the way is neither planned nor installed, and its line is named", () => {
    rules(...transitions("[gateway-v2, rtos-v1, NO]"));
    const file = system.path("conf/constraints.yaml");
    const plan = system.run(["plan", "manifest-v2.yaml"]);
    expect(plan.exit).toBe(14);
    expect(plan.stdout).toContain(`  ${file}:7  [gateway-v2, rtos-v1, NO]\n`);
    const install = system.run(["install", "manifest-v2.yaml"]);
    expect(install.exit).toBe(14);
    expect(install.stderr).toContain(`  ${file}:7  [gateway-v2, rtos-v1, NO]\n`);
    expect(system.versions()).toEqual(v1);
  });

  test("as an end is neither planned nor installed, and its line is named", () => {
    rules("  end_states:", "    columns: [gateway]", "    rows:", "      old: [gateway-v1]");
    const place = `  ${system.path("conf/constraints.yaml")}:5  no row of "end_states" allows gateway gateway-v2\n`;
    const plan = system.run(["plan", "manifest-v2.yaml"]);
    expect(plan.exit).toBe(14);
    expect(plan.stdout).toContain(`This rule alone forbids it:\n${place}`);
    const install = system.run(["install", "manifest-v2.yaml"]);
    expect(install.exit).toBe(14);
    expect(install.stderr).toContain(place);
    expect(system.versions()).toEqual(v1);
  });

  test("is all it can say: what it allows is not allowed by that", () => {
    rules(...transitions("[gateway-v1, rtos-v2, YES]"));
    expect(system.run(["plan", "manifest-v2-no-way.yaml"]).exit).toBe(14);
    expect(system.run(["install", "manifest-v2-no-way.yaml"]).exit).toBe(14);
    expect(system.versions()).toEqual(v1);
    expect(system.run(["plan", "manifest-v2.yaml"]).exit).toBe(0);
  });

  test("is not asked with a state file, and a note says so", () => {
    rules(...transitions("[gateway-v2, rtos-v1, NO]"));
    const args = ["plan", "manifest-v2.yaml", "--state", "state-v1.yaml"];
    const { exit, stdout } = system.run(args);
    expect(exit).toBe(0);
    expect(stdout).toContain(
      `\nwarning: The rules of this device in "${system.path("conf/constraints.yaml")}" are not asked: the state comes from a file, which may be that of another System. [device-constraints-left-out]\n`,
    );
    const elsewhere = system.run(args, { MENDER_ORCHESTRATOR_CONF_DIR: system.path("none") });
    expect(elsewhere.stdout).not.toContain("device-constraints-left-out");
  });
});

describe("a limit of the device", () => {
  test("splits groups, beside a Manifest that says nothing of it, and its line is told", () => {
    rules("  limits:", "    - { of: [rtos, gateway], at_most: 1 }");
    const plan = system.run(["plan", "manifest-v2.yaml", "--json"]);
    expect(plan.exit).toBe(0);
    expect(JSON.parse(plan.stdout)).toMatchObject({
      cost: { installs: 3, groups: 3 },
      optimal: true,
    });
    const told = system.run(["explain", "manifest-v2.yaml"]).stdout;
    expect(told).toContain("R998 later: not more of these at the same time, says\n");
    expect(told).toContain(
      `${system.path("conf/constraints.yaml")}:3  { of: [rtos, gateway], at_most: 1 }\n`,
    );
    expect(system.run(["install", "manifest-v2.yaml"]).exit).toBe(0);
    const installs = system.calls().filter((call) => call.startsWith("ArtifactInstall"));
    expect(installs).toEqual([
      "ArtifactInstall G13",
      "ArtifactInstall R456",
      "ArtifactInstall R998",
    ]);
  });

  test("of what the Manifest does not know is refused", () => {
    rules("  limits:", "    - { of: [rtoss], at_most: 1 }");
    const { exit, stderr } = system.run(["plan", "manifest-v2.yaml"]);
    expect(exit).toBe(11);
    expect(stderr).toContain("constraints.yaml:3:14");
    expect(stderr).toContain('The limit speaks of "rtoss"');
  });
});
