import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { seedProgram } from "../support/seed-program.ts";

const system = seedProgram();
afterAll(() => system.remove());

const diff = (file: string, old: string, ...more: readonly string[]) =>
  system.run(["plan", file, "--diff", old, ...more]);

test("two releases are told side by side, and what differs is marked", () => {
  const { exit, stdout } = diff("manifest-v3.yaml", "manifest-v2.yaml", "--state", "state-v1.yaml");
  expect(exit).toBe(0);
  expect(stdout.slice(0, stdout.indexOf("\n\nwarning"))).toBe(
    `From v.1, "system-core-v2" (old) and "system-core-v3" (new): what is done differs.

                   old                       new
  answer           plan                      plan
* System versions  v.1 -> v.2                v.1 -> v.2 -> v.3
* installs         3                         6
* order            G13, then R456 and R998   G13, then R456 and R998, then G13, then R456 and R998
  way back         at every step             at every step
* G13 (gateway)    gateway-v1 -> gateway-v2  gateway-v1 -> gateway-v2 -> gateway-v3
* R456 (rtos)      rtos-v1 -> rtos-v2        rtos-v1 -> rtos-v2 -> rtos-v3
* R998 (rtos)      rtos-v1 -> rtos-v2        rtos-v1 -> rtos-v2 -> rtos-v3`,
  );
});

test("for several states it is told from which ones what is done differs, and how", () => {
  const states = ["--state", "state-v1.yaml", "--state", "state-v2.yaml"];
  const text = diff("manifest-v3.yaml", "manifest-v2.yaml", ...states);
  expect(text.exit).toBe(0);
  const [head = "", first = "", second = ""] = text.stdout.split(/\n\n(?=state)/);
  expect(head).toBe("What is done differs from 2 of 2 states.");
  expect(first).toMatch(/^state-v1.yaml\nFrom v.1, .*: what is done differs\.\n/);
  expect(first).toContain("* System versions  v.1 -> v.2                v.1 -> v.2 -> v.3\n");
  expect(second).toMatch(/^state-v2.yaml\nFrom v.2, .*: what is done differs\.\n/);
  expect(second).toContain("* answer           nothing to do    plan\n");
  expect(second).toContain("* way back         nothing to undo  at every step\n");
  expect(text.stdout.match(/rollback-undeclared/g)).toHaveLength(1);

  const same = diff("manifest-v2-order.yaml", "manifest-v2.yaml", ...states);
  expect(same.stdout).toMatch(
    /^What is done differs from 0 of 2 states\.\nThe same is done from state-v1\.yaml and state-v2\.yaml\.\n/,
  );

  const json: unknown = JSON.parse(
    diff("manifest-v2-no-way.yaml", "manifest-v2.yaml", ...states, "--json").stdout,
  );
  expect(json).toMatchObject({
    type: "plan-diffs",
    same: false,
    states: [
      { state: "state-v1.yaml", old: { type: "plan" }, new: { type: "no-plan" }, same: false },
      { state: "state-v2.yaml", same: true },
    ],
  });
});

test("names of any script stand in their columns", () => {
  const state = readFileSync(system.path("state-v1.yaml"), "utf8");
  writeFileSync(system.path("state-wide.yaml"), state.replace("R456", "門"));
  const { stdout } = diff("manifest-v3.yaml", "manifest-v2.yaml", "--state", "state-wide.yaml");
  expect(stdout).toContain(`* G13 (gateway)    gateway-v1 -> gateway-v2  gateway-v1 ->`);
  expect(stdout).toContain(`* 門 (rtos)        rtos-v1 -> rtos-v2        rtos-v1 ->`);
});

test("several states without another release are refused", () => {
  const states = ["--state", "state-v1.yaml", "--state", "state-v2.yaml"];
  const { exit, stderr } = system.run(["plan", "manifest-v2.yaml", ...states]);
  expect(exit).toBe(10);
  expect(stderr).toContain('"--state" is given 2 times, but a plan is for one System.');
});

test("a release that does the same in another form is the same, on the device itself", () => {
  const { exit, stdout, stderr } = diff("manifest-v2-order.yaml", "manifest-v2.yaml", "--json");
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  const told: unknown = JSON.parse(stdout);
  const component = (id: string, type: string) => ({
    component: id,
    component_type: type,
    old: [`${type}-v1`, `${type}-v2`],
    new: [`${type}-v1`, `${type}-v2`],
    changed: false,
  });
  expect(told).toMatchObject({
    type: "plan-diff",
    old: { type: "plan", manifest: "system-core-v2" },
    new: { type: "plan", written_order: "all" },
    same: true,
    components: [component("G13", "gateway"), component("R456", "rtos"), component("R998", "rtos")],
  });
});

test("a release for which there is no plan is told as one, and decides the exit status", () => {
  const worse = diff("manifest-v2-no-way.yaml", "manifest-v2.yaml");
  expect(worse.exit).toBe(14);
  expect(worse.stdout).toContain(
    "* answer           plan                      no plan: No order of the updates passes acceptable states only.\n",
  );
  expect(worse.stdout).toContain("* G13 (gateway)    gateway-v1 -> gateway-v2  stays\n");
  expect(diff("manifest-v2.yaml", "manifest-v2-no-way.yaml").exit).toBe(0);
});

test.each([
  ["an old release that cannot be read", ["manifest-v2.yaml", "--diff", "nowhere.yaml"], 11],
  ["a picture", ["manifest-v2.yaml", "--diff", "manifest-v3.yaml", "--format", "svg"], 10],
  [
    "an output over the old release",
    ["manifest-v2.yaml", "--diff", "manifest-v3.yaml", "--out", "manifest-v3.yaml"],
    10,
  ],
  ["a fleet", ["manifest-v2.yaml", "--diff", "manifest-v3.yaml", "--fleet", "-"], 10],
  ["a summary", ["manifest-v2.yaml", "--diff", "manifest-v3.yaml", "--summary"], 10],
])("%s is refused", (_, args, exit) => {
  expect(system.run(["plan", ...args])).toMatchObject({ exit, stdout: "" });
});
