import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { statusShape } from "../../src/report/status-shape.ts";
import { historyShape } from "../../src/report/history-shape.ts";
import { needs } from "../support/needs.ts";
import { programPath } from "../support/program.ts";
import type { Board } from "../support/seed-system.ts";
import { type SeedProgram, seedProgram } from "../support/seed-program.ts";
import { widening } from "../support/tier.ts";

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
  while (!isThere()) await new Promise((settle) => setTimeout(settle, 5));
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
    components: [
      { last_state: "ArtifactInstall", progress: "interrupted", waits_for: [] },
      { waits_for: [] },
      { waits_for: [] },
    ],
  });
  expect(system.run(["status"]).stdout).toMatch(
    /^ {2}G13 {3}gateway {2}.* {2}interrupted in ArtifactInstall {2}begun \S+Z$/m,
  );
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

describe("--watch", () => {
  const watching = () =>
    spawn(process.execPath, [programPath, "status", "--watch"], {
      cwd: system.directory,
      env: { PATH: process.env["PATH"], ...system.environment },
      stdio: ["ignore", "pipe", "inherit"],
    });

  /** What it prints; `holding` waits until that holds the text. */
  function printedBy(child: ReturnType<typeof watching>) {
    let seen = "";
    child.stdout.on("data", (piece) => {
      seen += String(piece);
    });
    return {
      all: () => seen,
      holding: async (text: string) => {
        while (!seen.includes(text)) await new Promise((settle) => setTimeout(settle, 5));
      },
    };
  }

  test("as lines tells what changes, and how the deployment has ended", async () => {
    system.failIn("R998", "ArtifactInstall", 3);
    expect(
      system.run(["install", "manifest-v2.yaml", "--stop-before", "ArtifactRollback"]).exit,
    ).toBe(21);
    const child = watching();
    const exited = once(child, "exit");
    const { all, holding } = printedBy(child);
    await holding("It waits before ArtifactRollback");
    expect(system.run(["resume"]).exit).toBe(0);
    expect(await exited).toEqual([0, null]);
    expect(all()).toMatch(
      /^Deployment (\w{12}) of "system-core-v2", begun .*\nIt failed: ArtifactInstall of R998, exit status 3\.\n[^]*\nDeployment \1 has ended\. Failed and rolled back: the System is as it was before, on "v\.1"\.\n"orchestrator history \1" tells all of it\.\n$/,
    );
  });

  test(
    "ends on SIGTERM and on Ctrl-C",
    widening(async () => {
      expect(
        system.run(["install", "manifest-v2.yaml", "--stop-before", "ArtifactCommit"]).exit,
      ).toBe(0);
      for (const signal of ["SIGTERM", "SIGINT"] as const) {
        const child = watching();
        const exited = once(child, "exit");
        await printedBy(child).holding("It waits before ArtifactCommit");
        child.kill(signal);
        expect(await exited).toEqual([1, null]);
      }
    }),
  );

  test.skipIf(!needs("tmux"))(
    "on a terminal draws it anew in place, and leaves only the end",
    widening(async () => {
      expect(
        system.run(["install", "manifest-v2.yaml", "--stop-before", "ArtifactCommit"]).exit,
      ).toBe(0);
      const socket = system.path("terminal");
      const tmux = (...args: readonly string[]) =>
        execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...args], {
          cwd: system.directory,
          encoding: "utf8",
          env: { PATH: process.env["PATH"], ...system.environment, TERM: "xterm", LANG: "C.UTF-8" },
        });
      const screen = () => tmux("capture-pane", "-p").trimEnd();
      const until = async (isSeen: (text: string) => boolean) => {
        for (let text = screen(); ; text = screen()) {
          if (isSeen(text)) return text;
          await new Promise((settle) => setTimeout(settle, 50));
        }
      };
      const command = `'${process.execPath}' '${programPath}' status --watch; sleep 60`;
      tmux("new-session", "-d", "-x", "120", "-y", "30", "sh", "-c", command);
      try {
        const before = await until((text) => text.includes("It waits before ArtifactCommit"));
        // The time that it takes goes on, so it was drawn again; it still stands there once.
        const after = await until((text) => text !== before && text.includes("It waits before"));
        expect(after.match(/It waits before/g)).toHaveLength(1);
        expect(system.run(["commit"]).exit).toBe(0);
        const end = await until((text) => text.includes("tells all of it"));
        expect(end).toMatch(
          /^Deployment \w{12} has ended\. Done: the System is on "v\.2"\.\n"orchestrator history \w{12}" tells all of it\.$/,
        );
      } finally {
        tmux("kill-server");
      }
    }),
  );
});

test("the bytes of a download, until the process is gone", async () => {
  const { kill } = await hangingIn("R998", "Download");
  const left = system.path("datastore/deployment/downloads");
  const isTold = () => existsSync(left) && readFileSync(left, "utf8").includes("R998");
  while (!isTold()) await new Promise((settle) => setTimeout(settle, 5));
  expect(told()).toMatchObject({ components: [{}, {}, { total_bytes: 5120 }] });
  await kill("SIGTERM");
  expect(existsSync(left)).toBe(false);
  expect(told()).toMatchObject({ components: [{}, {}, { bytes: null, total_bytes: null }] });
});
