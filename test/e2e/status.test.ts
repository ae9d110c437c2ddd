import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { statusShape } from "../../src/report/status-shape.ts";
import { historyShape } from "../../src/report/history-shape.ts";
import { programPath } from "../support/program.ts";
import type { Board } from "../support/seed-system.ts";
import { type SeedProgram, seedProgram } from "../support/seed-program.ts";

/** What another shell sees of a deployment that runs. */

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => system.remove());

/** An install in another process, until the Component hangs in the state. */
async function hangingIn(component: Board, state: "Download" | "ArtifactInstall") {
  system.failIn(component, state, "hang");
  const child = spawn(process.execPath, [programPath, "install", "manifest-v2.yaml"], {
    cwd: system.directory,
    env: { PATH: process.env["PATH"], ...system.environment },
    stdio: "ignore",
  });
  const isThere = () =>
    system.calls().some((call) => call.endsWith(` ${component}`) && call.startsWith(state));
  while (!isThere()) await new Promise((settle) => setImmediate(settle));
  return {
    pid: child.pid ?? 0,
    kill: async (signal: "SIGTERM" | "SIGKILL") => {
      const exited = once(child, "exit");
      child.kill(signal);
      await exited;
    },
  };
}

/** As printed, and as its schema has it. */
function told() {
  const printed: unknown = JSON.parse(system.run(["status", "--json"]).stdout);
  const shaped = statusShape.parse(printed);
  expect(shaped).toEqual(printed);
  return shaped;
}

test("group, states, who waits for whom, and what resume and rollback would do; then of the killed one", async () => {
  const { pid, kill } = await hangingIn("G13", "ArtifactInstall");
  expect(told()).toMatchObject({
    stage: 0,
    stages: 1,
    system_version: "v.2",
    group: 0,
    groups: 2,
    waits_for: { kind: "process", pid },
    resume: { kind: "back", to: "v.1" },
    rollback: { kind: "back", to: "v.1" },
    components: [
      { component: "G13", last_state: "ArtifactInstall", progress: "under way", waits_for: [] },
      { component: "R456", waits_for: ["G13"] },
      { component: "R998", waits_for: ["G13"] },
    ],
  });
  const text = system.run(["status"]).stdout;
  expect(text).toContain(
    `\nA process (${pid}) is at work on it. Were it killed now, "orchestrator resume" would roll back to v.1`,
  );
  expect(text).toContain("\nStage 1 of 1, to v.2, group 1 of 2:\n");
  await kill("SIGKILL");
  expect(told()).toMatchObject({
    waits_for: { kind: "resume", interrupted: "ArtifactInstall" },
    components: [{ waits_for: [] }, { waits_for: [] }, { waits_for: [] }],
  });
});

test("a failed deployment is told with its cause, in a list and in full, in each format", () => {
  system.failIn("G13", "ArtifactInstall", 3);
  expect(system.run(["install", "manifest-v2.yaml"]).exit).toBe(22);
  const list = system.run(["history"]).stdout;
  expect(list).toContain("  because: ArtifactInstall of G13: exit status 3\n");
  const id = list.split(" ")[0] ?? "";
  for (const args of [["history"], ["history", id]]) {
    const printed: unknown = JSON.parse(system.run([...args, "--json"]).stdout);
    expect(historyShape.parse(printed)).toEqual(printed);
  }
  const page = system.run(["history", id, "--format", "html", "--out", "past.html"]);
  expect(page).toMatchObject({ exit: 0, stdout: "" });
  expect(readFileSync(system.path("past.html"), "utf8")).toContain(
    "G13, ArtifactInstall: failed: exit status 3",
  );
  expect(system.run(["history", "--format", "markdown"]).stdout).toContain(
    "ArtifactInstall of G13: exit status 3 |",
  );
});

test("the bytes of a download, until the process is gone", async () => {
  const { kill } = await hangingIn("R998", "Download");
  const left = system.path("datastore/deployment/downloads");
  const isTold = () => existsSync(left) && readFileSync(left, "utf8").includes("R998");
  while (!isTold()) await new Promise((settle) => setImmediate(settle));
  expect(told()).toMatchObject({ components: [{}, {}, { total_bytes: 5120 }] });
  await kill("SIGTERM");
  expect(existsSync(left)).toBe(false);
  expect(told()).toMatchObject({ components: [{}, {}, { bytes: null, total_bytes: null }] });
});
