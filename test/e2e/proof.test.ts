import { cpSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { seedProgram, type SeedProgram } from "../support/seed-program.ts";
import { inTier } from "../support/tier.ts";

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

const reader = ["--state", "state-v1.yaml"];

/** How many situations there are is no promise. */
const counted = (text: string) => text.replaceAll(/\d+ situations/g, "N situations");

describe("explain", () => {
  test("names the rows that forbid every plan, and what would open a way", () => {
    const { exit, stdout, stderr } = system.run(["explain", "manifest-v2-no-way.yaml", ...reader]);
    expect({ exit, stderr }).toEqual({ exit: 14, stderr: "" });
    expect(stdout)
      .toBe(`There is no acceptable plan for "system-core-v2". No order of the updates passes acceptable states only.
Together these rules forbid it, whatever the others say:
  manifest-v2-no-way.yaml:29  | gateway-v1.mender | rtos-v2.mender | NO |
  manifest-v2-no-way.yaml:28  no row of "transition_states" allows gateway gateway-v2 and rtos rtos-v1
No Component can be updated at all.
No other end state can be reached.
Any one of these would open a way:
  say YES in manifest-v2-no-way.yaml:29, | gateway-v1.mender | rtos-v2.mender | NO |
  add to "transition_states" the row | gateway-v2 | rtos-v1 | YES | (beside manifest-v2-no-way.yaml:28)
warning: Nobody says whether G13, R456, R998 can roll back; the plan takes it that they can. [rollback-undeclared]
  hint: Add "supports_rollback: yes" or "no" in the Topology or the Manifest.
`);
    expect(system.calls()).toEqual([]);
  });

  test("tells which row gives a plan its order", () => {
    const { exit, stdout } = system.run(["explain", "manifest-v2.yaml"]);
    expect({ exit, stdout }).toEqual({
      exit: 0,
      stdout: `The order of the plan for "system-core-v2":
  R456 and R998 after G13: the other order is forbidden by
    manifest-v2.yaml:29  | gateway-v1.mender | rtos-v2.mender | NO |
`,
    });
  });

  test("is one document with --json", () => {
    const args = ["explain", "manifest-v2-no-way.yaml", ...reader, "--json"];
    const { exit, stdout, stderr } = system.run(args);
    expect({ exit, stderr }).toEqual({ exit: 14, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      type: "explanation",
      manifest: "system-core-v2",
      answer: "no-plan",
      core: [
        { kind: "row", file: "manifest-v2-no-way.yaml", line: 29 },
        { kind: "unlisted", combination: { gateway: "gateway-v2", rtos: "rtos-v1" } },
      ],
      irreducible: true,
      farthest: { updated: [] },
      nearest: null,
      repair: [{ kind: "say-yes", line: 29 }, { kind: "add-row" }],
      all_repairs_tried: true,
      exit: 14,
    });
  });
});

describe("simulate", () => {
  const rate = /^\d+ situations in \d+\.\d s, \d+ a second\n$/;

  test("finds every end of the seed's bundle acceptable, and changes nothing", () => {
    cpSync("fixtures/bundles/seed-v2.tar", system.path("b.tar"));
    const [faults, told] = inTier<readonly [string, string]>(["1", "1 fault"], ["2", "2 faults"]);
    const { exit, stdout, stderr } = system.run(["simulate", "b.tar", "--faults", faults]);
    expect(exit).toBe(0);
    expect(stderr).toMatch(rate);
    expect(counted(stdout)).toBe(`"system-core-v2", every way with at most ${told}:

From v.1: N situations
  success, v.2: G13 gateway-v2, R456 rtos-v2, R998 rtos-v2
  failed, nothing was changed, v.1: G13 gateway-v1, R456 rtos-v1, R998 rtos-v1
  failed, back in the old state, v.1: G13 gateway-v1, R456 rtos-v1, R998 rtos-v1

Every end is acceptable.
`);
    const others = system.calls().filter((call) => !/^(?:Identity|Provides) /.test(call));
    expect(others).toEqual([]);
  });

  test("ends in 14 with the shortest trace where a board that cannot roll back is updated first", () => {
    cpSync(resolve("fixtures/systems/rtos-without-rollback"), system.directory, {
      recursive: true,
    });
    const first = system.run(["simulate", "manifest-rtos-first.yaml", ...reader]);
    expect(first.exit).toBe(14);
    expect(counted(first.stdout)).toBe(`"rtos-first", every way with at most 1 fault:

From G13 gateway-v1, R456 rtos-v1: N situations
  success: G13 gateway-v2, R456 rtos-v2
  failed, nothing was changed: G13 gateway-v1, R456 rtos-v1
  failed, back in the old state: G13 gateway-v1, R456 rtos-v1
  UNACCEPTABLE inconsistent (R456): G13 gateway-v1, R456 ?
    1. R456: ArtifactInstall fails half-way
    hint: Where this risk is accepted, say so with "--accept R456".
  UNACCEPTABLE inconsistent (R456): G13 gateway-v1, R456 rtos-v2
    1. R456: ArtifactInstall fails after its work was done
    hint: Where this risk is accepted, say so with "--accept R456".

Not every end is acceptable.
`);
    const accepted = ["simulate", "manifest-rtos-first.yaml", ...reader, "--accept", "R456"];
    expect(system.run(accepted).exit).toBe(0);
    expect(system.run([...accepted.slice(0, -1), "R9"])).toMatchObject({
      exit: 10,
      stderr: `error: "--accept" names "R9", but the System has no such Component. [invalid-argument]
  expected: G13, R456
  found: R9
  hint: Give the id of a Component; the ends that are not acceptable name them.
`,
    });
  });

  test("begins in every end state, and writes a file for CI", () => {
    const args = ["simulate", "manifest-v3.yaml", ...reader, "--from", "all"];
    const { exit, stdout } = system.run([...args, "--format", "junit", "--out", "junit.xml"]);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: "" });
    expect(readFileSync(system.path("junit.xml"), "utf8"))
      .toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="system-core-v3" tests="15" failures="0" errors="0" skipped="0">
  <testsuite name="from v.1" tests="5" failures="0" errors="0" skipped="0">
    <testcase classname="system-core-v3 from v.1" name="there is a plan"/>
    <testcase classname="system-core-v3 from v.1" name="every end is acceptable"/>
    <testcase classname="system-core-v3 from v.1" name="every end is as it is told"/>
    <testcase classname="system-core-v3 from v.1" name="every state on the way is acceptable"/>
    <testcase classname="system-core-v3 from v.1" name="every way is tried"/>
  </testsuite>
  <testsuite name="from v.2" tests="5" failures="0" errors="0" skipped="0">
    <testcase classname="system-core-v3 from v.2" name="there is a plan"/>
    <testcase classname="system-core-v3 from v.2" name="every end is acceptable"/>
    <testcase classname="system-core-v3 from v.2" name="every end is as it is told"/>
    <testcase classname="system-core-v3 from v.2" name="every state on the way is acceptable"/>
    <testcase classname="system-core-v3 from v.2" name="every way is tried"/>
  </testsuite>
  <testsuite name="from v.3" tests="5" failures="0" errors="0" skipped="0">
    <testcase classname="system-core-v3 from v.3" name="there is a plan"/>
    <testcase classname="system-core-v3 from v.3" name="every end is acceptable"/>
    <testcase classname="system-core-v3 from v.3" name="every end is as it is told"/>
    <testcase classname="system-core-v3 from v.3" name="every state on the way is acceptable"/>
    <testcase classname="system-core-v3 from v.3" name="every way is tried"/>
  </testsuite>
</testsuites>
`);
  });

  test("is one document with --json, and says where it gave up", () => {
    const args = ["simulate", "manifest-v2.yaml", ...reader, "--limit", "100", "--json"];
    const { exit, stdout } = system.run(args);
    expect(exit).toBe(14);
    expect(JSON.parse(stdout)).toMatchObject({
      type: "simulation",
      manifest: "system-core-v2",
      faults: 1,
      acceptable: false,
      runs: [
        { from: { system_version: "v.1" }, situations: 100, complete: false, covered_faults: 0 },
      ],
      exit: 14,
    });
  });

  test("has nothing to run where there is no plan", () => {
    const { exit, stdout } = system.run(["simulate", "manifest-v2-no-way.yaml", ...reader]);
    expect(exit).toBe(14);
    expect(stdout).toContain(
      "From v.1: nothing to run. No order of the updates passes acceptable states only.",
    );
  });
});
