import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import type { GateMoment } from "../../src/core/protocol.ts";
import { currentFormat } from "../../src/executor/journals.ts";
import { decodeJournal, encodeRecords } from "../../src/journal/records.ts";
import { addGates, type GateSpec, notNow, tellGate, toldToGate } from "../support/gates.ts";
import { type SeedProgram, seedProgram, v1, v2 } from "../support/seed-program.ts";
import { inTier, widening } from "../support/tier.ts";

/** Gates as a user has them: executables that are asked while the built program runs. */

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

const install = ["install", "manifest-v2.yaml"];
const withGates = (...gates: readonly GateSpec[]) => addGates(system, gates);
const gateCalls = () => system.calls().filter((call) => /^(start|group|reboot|commit) /.test(call));

test("a gate that says not now, then go: the deployment waits, resume asks again", () => {
  withGates({ name: "consent", at: ["start"] });
  tellGate(system, "consent", notNow("the arm is moving"), { exit: 0 });
  const waiting = system.run(install);
  expect(waiting.exit).toBe(5);
  expect(waiting.stderr).toContain(
    `The gate "consent", before anything is begun, says not now: the arm is moving`,
  );
  expect(system.calls().filter((call) => call.startsWith("Download"))).toEqual([]);
  expect(system.run(["status"]).stdout).toContain(
    `It waits for the gate "consent", before anything is begun: the arm is moving. "orchestrator resume" asks it again, "orchestrator rollback" undoes it.`,
  );
  const done = system.run(["resume"]);
  expect([done.exit, system.versions()]).toEqual([0, v2]);
  expect(gateCalls()).toEqual(["start consent", "start consent"]);
  const [id = ""] = system.run(["history"]).stdout.split(" ");
  const past = system.run(["history", id]).stdout;
  expect(past).toMatch(
    /^What gates answered:\n {2}\S+ {2}consent {2}start {2}not now: the arm is moving\n {2}\S+ {2}consent {2}start {2}go$/m,
  );
});

test("gates are asked at each of their moments, in their order, and told what comes", () => {
  withGates({ name: "one", at: ["start", "group", "commit"] }, { name: "two", at: ["group"] });
  expect(system.run(install).exit).toBe(0);
  const groups = [
    ...system
      .calls()
      .join("\n")
      .matchAll(/group one\ngroup two/g),
  ];
  expect(gateCalls()[0]).toBe("start one");
  expect(gateCalls().at(-1)).toBe("commit one");
  expect(gateCalls()).toHaveLength(2 + 2 * groups.length);
  expect(toldToGate(system, "one")).toMatchObject({
    manifest: "system-core-v2",
    moment: "commit",
    stage: 0,
    stages: 1,
    group: null,
    components: [
      { component: "G13", component_type: "gateway", from: "gateway-v1", to: "gateway-v2" },
      { component: "R456", component_type: "rtos", from: "rtos-v1", to: "rtos-v2" },
      { component: "R998", component_type: "rtos", from: "rtos-v1", to: "rtos-v2" },
    ],
  });
  expect(toldToGate(system, "two")).toMatchObject({ moment: "group", group: groups.length - 1 });
  const [moment, workDir, cwd] = readFileSync(system.path("gates/one.arguments"), "utf8").split(
    " ",
  );
  expect([moment, workDir]).toEqual(["commit", cwd]);
});

describe("a no", () => {
  test("at the start is a refusal: nothing was changed, and no deployment is left", () => {
    withGates({ name: "consent", at: ["start"] });
    tellGate(system, "consent", { exit: 1, lines: ["the owner declines"] });
    const refused = system.run(install);
    expect(refused.exit).toBe(15);
    expect(refused.stderr).toContain(
      `the gate "consent", before anything is begun, said no (exit status 1): the owner declines`,
    );
    expect(system.isInProgress()).toBe(false);
    expect(system.versions()).toEqual(v1);
    expect(system.run(["history"]).stdout).toContain("failed-unchanged");
  });

  test.each<readonly [GateMoment, number]>([
    ["group", 20],
    ["commit", 22],
  ])("at %s is a failure, and everything is taken back", (moment, exit) => {
    withGates({ name: "health", at: [moment] });
    tellGate(system, "health", { exit: 1, lines: ["the motor service is down"] });
    const failed = system.run(install);
    expect(failed.exit).toBe(exit);
    expect(failed.stderr).toContain("the motor service is down");
    expect([system.versions(), system.isInProgress()]).toEqual([v1, false]);
    expect(gateCalls()).toEqual([`${moment} health`]);
  });

  test.each(inTier(["hang"] as const, ["signal", "hang"] as const))(
    "is what a gate says by a %s",
    (how) => {
      withGates({ name: "health", at: ["commit"], keys: "timeout_seconds: 1" });
      tellGate(system, "health", how);
      expect(system.run(install).exit).toBe(22);
      expect([system.versions(), gateCalls()]).toEqual([v1, ["commit health"]]);
    },
  );

  test("comes after a gate has said not now for longer than it may", () => {
    withGates({ name: "health", at: ["commit"], keys: "defer_at_most: 1s" });
    tellGate(system, "health", notNow("not warm yet"));
    const failed = system.run([...install, "--wait", "1h"]);
    expect(failed.exit).toBe(22);
    expect(failed.stderr).toContain(
      `the gate "health", before the commit, still says not now after 1 s, for which it may be waited for: not warm yet`,
    );
    expect([system.versions(), gateCalls()]).toEqual([v1, ["commit health", "commit health"]]);
  });
});

test("without gates a journal says no more than that of version 0.1.0, which may have to go on with it", () => {
  // The host may go back to the build that was there before, with the same journal.
  expect(system.run([...install, "--stop-before", "ArtifactCommit"]).exit).toBe(0);
  const fieldsOfRuns = (file: string) => {
    const read = decodeJournal(file, readFileSync(file), [currentFormat]);
    const records = read.ok ? read.value.records : [];
    return records.flatMap((record) => (record.type === "run" ? [Object.keys(record)] : []));
  };
  const [earlier = []] = fieldsOfRuns("fixtures/journals/killed-behind-install");
  expect(fieldsOfRuns(system.path("datastore/deployment/journal"))).toEqual([earlier]);
});

test("a journal in which a gate was asked for a long time becomes short again when it is taken up", () => {
  withGates({ name: "consent", at: ["start"] });
  tellGate(system, "consent", notNow("nobody is there"), notNow("nobody is there"), { exit: 0 });
  expect(system.run(install).exit).toBe(5);
  const file = system.path("datastore/deployment/journal");
  const read = decodeJournal(file, readFileSync(file), [currentFormat]);
  const [first, ...turn] = read.ok ? read.value.records : [];
  if (first === undefined) throw new Error("no journal");
  const asked = Array.from({ length: 300 }, () => turn).flat();
  writeFileSync(file, encodeRecords([first, ...asked], true, currentFormat));
  expect(system.run(["resume"]).exit).toBe(5);
  expect(readFileSync(file, "utf8").split("\n").length).toBeLessThan(20);
  const done = system.run(["resume"]);
  expect([done.exit, system.versions()]).toEqual([0, v2]);
  const [id = ""] = system.run(["history"]).stdout.split(" ");
  expect(system.run(["history", id]).stdout).toContain("not now, 301 times: nobody is there\n");
});

test(
  "--wait asks again by itself, when the gate wants to be asked",
  widening(() => {
    withGates({ name: "window", at: ["group"] });
    tellGate(system, "window", notNow("closed", 1), notNow("closed", 1), { exit: 0 });
    const done = system.run([...install, "--wait", "1m"]);
    expect([done.exit, system.versions()]).toEqual([0, v2]);
    expect(gateCalls().slice(0, 3)).toEqual(["group window", "group window", "group window"]);
  }),
);

test("a time to ask again that is not understood is told once, however often it is asked", () => {
  withGates({ name: "window", at: ["start"], keys: "defer_at_most: 2s" });
  tellGate(system, "window", { exit: 75, lines: ["closed", "retry-after: 5 min"] });
  const failed = system.run([...install, "--wait", "1h"]);
  expect(failed.exit).toBe(15);
  const told = `the gate window says when to ask it again in a way that is not understood: "retry-after: 5 min", expected "retry-after=SECONDS"; it is asked every minute`;
  expect(failed.stderr.split(told)).toHaveLength(2);
});

test(
  "our own death lets a gate be asked again",
  widening(() => {
    withGates({ name: "health", at: ["commit"] });
    tellGate(system, "health", "kill-caller", { exit: 0 });
    expect(system.run(install).signal).toBe("SIGKILL");
    const done = system.run(["resume"]);
    expect([done.exit, system.versions()]).toEqual([0, v2]);
    expect(gateCalls()).toEqual(["commit health", "commit health"]);
  }),
);

test("what a gate leaves at work is ended", () => {
  withGates({ name: "window", at: ["start"] });
  tellGate(system, "window", "leave-behind");
  const done = system.run(install);
  expect(done.exit).toBe(0);
  expect(done.stderr).toContain("what the gate window had left running was ended: process");
});

test("one that waits can be rolled back, and nothing is asked on the way back", () => {
  withGates({ name: "health", at: ["start", "group", "reboot", "commit"] });
  tellGate(system, "health", { exit: 0 }, { exit: 0 }, notNow("not yet"));
  expect(system.run(install).exit).toBe(5);
  const asked = gateCalls().length;
  expect(system.run(["rollback"]).exit).toBe(0);
  expect([system.versions(), system.isInProgress()]).toEqual([v1, false]);
  expect(gateCalls()).toHaveLength(asked);
});

describe("resume --waiting, as the timer calls it,", () => {
  const resume = () => system.run(["resume", "--waiting"]);

  test("asks again, and goes on once the gate lets it", () => {
    withGates({ name: "window", at: ["commit"] });
    tellGate(system, "window", notNow("closed"), notNow("closed"), { exit: 0 });
    expect(system.run(install).exit).toBe(5);
    expect([resume().exit, resume().exit, system.versions()]).toEqual([5, 0, v2]);
    expect(resume()).toMatchObject({ exit: 0, stdout: "" });
  });

  test("does not ask before the gate wants to be asked", () => {
    withGates({ name: "window", at: ["start"] });
    tellGate(system, "window", notNow("closed", 3600), { exit: 0 });
    system.run(install);
    const early = resume();
    expect([early.exit, early.stderr]).toEqual([
      0,
      "The gate that the deployment waits for does not want to be asked again yet.\n",
    ]);
    expect(gateCalls()).toEqual(["start window"]);
  });

  test(
    "takes it for a no once it may not wait any longer, whenever the gate wants to be asked",
    widening(() => {
      withGates({ name: "health", at: ["commit"], keys: "defer_at_most: 1s" });
      tellGate(system, "health", notNow("not warm yet", 86_400));
      expect(system.run(install).exit).toBe(5);
      let last = resume();
      for (let tries = 0; tries < 20 && last.exit === 0; tries += 1) last = resume();
      expect(last.exit).toBe(22);
      expect(last.stderr).toContain(
        `the gate "health", before the commit, still says not now after 1 s, for which it may be waited for`,
      );
      expect([system.versions(), system.isInProgress()]).toEqual([v1, false]);
    }),
  );

  test("leaves alone what waits for somebody else, and what was interrupted", () => {
    withGates({ name: "window", at: ["commit"] });
    tellGate(system, "window", notNow("closed"));
    system.run(install, { ORCHESTRATOR_CRASH_POINT: "ArtifactVerifyReboot:outcome-appended" });
    expect(resume().stderr).toBe("The deployment in progress does not wait for a gate.\n");
    system.run(["resume", "--stop-before", "Cleanup"]);
    const asked = gateCalls();
    expect(resume().stderr).toContain("whoever called that goes on with it");
    expect(gateCalls()).toEqual(asked);
  });
});

describe("before there is a deployment", () => {
  const scripts = "bin/state-scripts/Download_Enter_50_mender-orchestrator-gates";
  const asked = () => {
    const { exit, stdout } = system.run(["ask-gates"]);
    const script = spawnSync("sh", [scripts], {
      env: { ...system.environment, PATH: `${resolve("bin")}:${process.env["PATH"] ?? ""}` },
    });
    return [exit, stdout, script.status];
  };

  test("ask-gates tells whether one may begin, and the Mender Client's state script when to come again", () => {
    withGates({ name: "one", at: ["start"] }, { name: "two", at: ["start"] });
    expect(asked()).toEqual([0, "one: go\ntwo: go\n", 0]);
    expect(toldToGate(system, "two")).toMatchObject({ deployment: null, components: [] });
    tellGate(system, "one", notNow("closed"));
    expect(asked()).toEqual([5, "one: not now: closed\n", 21]);
    tellGate(system, "one", { exit: 3, lines: ["never"] });
    expect(asked()).toEqual([15, "one: no (exit status 3): never\n", 1]);
    expect(system.isInProgress()).toBe(false);
  });

  test("where no gate is asked at start, one may", () => {
    withGates({ name: "health", at: ["commit"] });
    expect(asked()).toEqual([0, "No gate is asked at start.\n", 0]);
  });
});

test("plan and simulate know them", () => {
  withGates({ name: "consent", at: ["start"] }, { name: "health", at: ["group", "commit"] });
  expect(system.run(["plan", "manifest-v2.yaml"]).stdout).toContain(
    "Gates: consent at start; health at group and commit.",
  );
  const { gates } = z
    .looseObject({ gates: z.unknown() })
    .parse(JSON.parse(system.run(["plan", "manifest-v2.yaml", "--json"]).stdout));
  expect(gates).toEqual([
    { gate: "consent", at: ["start"], defer_at_most_ms: null },
    { gate: "health", at: ["group", "commit"], defer_at_most_ms: null },
  ]);
  expect(system.run(["simulate", "manifest-v2.yaml"]).exit).toBe(0);
  expect(gateCalls()).toEqual([]);
});

test(
  "it is nobody's orphan: another install is refused",
  widening(() => {
    withGates({ name: "window", at: ["commit"] });
    tellGate(system, "window", notNow("closed until 22:00"), { exit: 0 });
    system.run(install);
    const refused = system.run(["install", "manifest-v3.yaml"]);
    expect(refused.exit).toBe(17);
    expect(refused.stderr).toContain(`waits for the gate "window"`);
    expect(system.run(["commit"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  }),
);

describe("under a caller that takes a wait for a failure", () => {
  const client = ["ArtifactCommit", "ArtifactRollback", "Cleanup"].flatMap((state) => [
    "--stop-before",
    state,
  ]);
  const waitAtMost = (seconds: number) => {
    mkdirSync(system.path("conf"));
    const text = JSON.stringify({ GateWaitSeconds: seconds });
    writeFileSync(system.path("conf/mender-orchestrator.conf"), text, { mode: 0o644 });
  };

  test("a gate is waited for inside the call", () => {
    withGates({ name: "window", at: ["start"] });
    tellGate(system, "window", notNow("closed", 1), { exit: 0 });
    expect(system.run([...install, ...client, "--exit-on-reboot"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  test("a start that does not come in time is refused, and its later calls find nothing to do", () => {
    waitAtMost(1);
    withGates({ name: "window", at: ["start"] });
    tellGate(system, "window", notNow("closed"));
    expect(system.run([...install, ...client, "--exit-on-reboot"]).exit).toBe(15);
    expect(system.run(["rollback", "--stop-before", "Cleanup", "--exit-on-reboot"]).exit).toBe(0);
    expect(system.run(["resume"]).exit).toBe(0);
    expect([system.versions(), system.run(["resume"]).exit]).toEqual([v1, 2]);
  });

  test(
    "a commit that does not come in time fails",
    widening(() => {
      waitAtMost(1);
      withGates({ name: "health", at: ["commit"] });
      tellGate(system, "health", notNow("not warm yet"));
      expect(system.run([...install, ...client, "--exit-on-reboot"]).exit).toBe(0);
      const commit = ["--stop-before", "ArtifactRollback", "--stop-before", "Cleanup"];
      expect(system.run(["resume", ...commit]).exit).toBe(21);
      expect(system.run(["rollback", "--stop-before", "Cleanup", "--exit-on-reboot"]).exit).toBe(0);
      expect(system.run(["resume"]).exit).toBe(0);
      expect(system.versions()).toEqual(v1);
    }),
  );
});

describe("a gate that cannot be asked", () => {
  const problem = () => {
    const { exit, stderr } = system.run(install);
    return { exit, stderr };
  };

  test("is refused before anything is changed, with its place", () => {
    withGates({ name: "window", at: ["start"] });
    rmSync(system.path("gates/v1/window"));
    const missing = problem();
    expect(missing.exit).toBe(15);
    expect(missing.stderr).toContain(
      `There is no gate "${system.path("gates/v1/window")}". [gate-missing]`,
    );
    expect(missing.stderr).toMatch(/topology\.yaml:\d+:\d+: error.*\n.*name.*window/);
    expect(missing.stderr).toMatch(
      /expected: an executable file\n {2}found: nothing; .*\n {2}hint: .*"name"/,
    );
    expect(system.calls()).toEqual([]);
  });

  test("is refused where others may write to it", () => {
    withGates({ name: "window", at: ["start"] });
    chmodSync(system.path("gates/v1/window"), 0o777);
    const writable = problem();
    expect(writable.exit).toBe(15);
    expect(writable.stderr).toContain("[gate-writable]");
  });

  test("is refused where others may write to the directory in which it lies, which is told once", () => {
    withGates({ name: "window", at: ["start"] });
    chmodSync(system.path("gates/v1"), 0o777);
    const writable = problem();
    expect(writable.exit).toBe(15);
    expect(writable.stderr.match(/error: .*/g)).toEqual([
      `error: The directory of the gates "${system.path("gates/v1")}" can be changed by others than its owner. [gate-writable]`,
    ]);
  });

  test("holds up a resume until it is back, and costs nothing", () => {
    withGates({ name: "window", at: ["commit"] });
    tellGate(system, "window", notNow("closed"), { exit: 0 });
    system.run(install);
    chmodSync(system.path("gates/v1/window"), 0o644);
    const refused = system.run(["resume"]);
    expect(refused.exit).toBe(15);
    expect(refused.stderr).toContain("[gate-not-executable]");
    chmodSync(system.path("gates/v1/window"), 0o755);
    expect([system.run(["resume"]).exit, system.versions()]).toEqual([0, v2]);
  });
});
