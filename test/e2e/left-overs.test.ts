import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { programPath } from "../support/program.ts";
import { type SeedProgram, seedProgram, v1, v2 } from "../support/seed-program.ts";
import { inTier } from "../support/tier.ts";

/** What a state that ended well has left running. */

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

/**
 * From now on this state of R456 leaves a process behind, which after a minute flashes rtos-v9; its pid is in a file.
 */
function leaveBehind(state: string, how = ""): void {
  const file = system.path("interfaces/v1/rtos");
  const late = `echo $$ >"$1/left"; sleep 60; echo rtos-v9 >"$1/version"`;
  const leave = `if [ "$1 $4" = "${state} R456" ]; then
  ${how} setsid sh -c '${late}' late-flash "$board" </dev/null >/dev/null 2>&1 &
  until [ -s "$board/left" ]; do sleep 0.01; done
fi
`;
  writeFileSync(file, `${readFileSync(file, "utf8")}\n${leave}`);
}

/** The process that was left behind. */
function leftBehind(): number {
  const pid = Number(readFileSync(system.path("boards/R456/left"), "utf8"));
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(-pid, "SIGKILL");
  });
  return pid;
}

/** One that nobody has waited for is a zombie, which does nothing any more. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${String(pid)}/status`, "utf8"));
  } catch {
    return false;
  }
}

const marks = ["MENDER_ORCHESTRATOR_RUN_ID", "MENDER_ORCHESTRATOR_CALL_ID"];

const noteOf = (state: string, pid: number) =>
  `Note: what ${state} of R456 had left running was ended: process ${String(pid)} (sh -c echo `;

describe("what a state that ended well has left running", () => {
  test("is ended before the rollback, and does not undo that later", () => {
    leaveBehind("ArtifactInstall");
    system.failIn("R998", "ArtifactInstall", 1);
    const ran = system.run(["install", "manifest-v2.yaml"]);
    expect(ran.exit).toBe(22);
    const pid = leftBehind();
    expect(isAlive(pid)).toBe(false);
    expect(ran.stderr).toContain(noteOf("ArtifactInstall", pid));
    const lines = ran.stderr.split("\n");
    const at = (text: string) => lines.findIndex((line) => line.includes(text));
    expect(at("had left running")).toBeLessThan(at("R456  rtos     ArtifactRollback "));
    expect(system.versions()).toEqual(v1);
  });

  test.each(inTier(["Cleanup"], ["Download", "ArtifactCommit", "Cleanup"]))(
    "is ended on the way forward, too: %s",
    (state) => {
      leaveBehind(state);
      const ran = system.run(["install", "manifest-v2.yaml"]);
      expect(ran.exit).toBe(0);
      const pid = leftBehind();
      expect(isAlive(pid)).toBe(false);
      expect(ran.stderr).toContain(noteOf(state, pid));
      expect(system.versions()).toEqual(v2);
    },
  );

  test("is ended by the next run, where this one stopped", () => {
    leaveBehind("ArtifactInstall");
    expect(
      system.run(["install", "--stop-before", "ArtifactCommit", "manifest-v2.yaml"]).exit,
    ).toBe(0);
    const pid = leftBehind();
    expect(isAlive(pid)).toBe(true);
    const ran = system.run(["commit", "--json"]);
    expect(ran.exit).toBe(0);
    expect(isAlive(pid)).toBe(false);
    expect(ran.stdout).toContain(
      `"message":"what an earlier run had left running was ended: process ${String(pid)} (sh -c echo `,
    );
  });

  test("lives on where both marks were unset", () => {
    leaveBehind(
      "ArtifactInstall",
      "env -u MENDER_ORCHESTRATOR_RUN_ID -u MENDER_ORCHESTRATOR_CALL_ID",
    );
    const ran = system.run(["install", "manifest-v2.yaml"]);
    expect(ran.exit).toBe(0);
    expect(isAlive(leftBehind())).toBe(true);
    expect(ran.stderr).not.toContain("left running");
  });

  test.each(inTier(marks.slice(0, 1), marks))("does not where only %s was unset", (name) => {
    leaveBehind("ArtifactInstall", `env -u ${name}`);
    const ran = system.run(["install", "manifest-v2.yaml"]);
    expect(ran.exit).toBe(0);
    expect(isAlive(leftBehind())).toBe(false);
    expect(ran.stderr).toContain("left running was ended");
  });
});

describe("a command that an Interface calls", () => {
  /**
   * ArtifactInstall of R456 outlives its killed caller, calls `resume` as it is told, and notes down the exit status
   * and that it still lives. `how` comes before the command.
   */
  function resumeFromInterface(how: string): void {
    system.failIn("R456", "ArtifactInstall", "kill-caller");
    const file = system.path("interfaces/board.sh");
    const called = `echo $$ >"$board/left"
  ${how} "${process.execPath}" "${programPath}" resume >"$board/resumed" 2>&1 </dev/null
  echo $? >"$board/exit"; exec sleep 60`;
    const text = readFileSync(file, "utf8");
    expect(text).toContain("exec sleep 60");
    writeFileSync(
      file,
      text.replace("&& exec sleep 60", () => `&& {\n  ${called}\n}`),
    );
  }

  const ways = [
    ["by itself", ""],
    [
      "in a session of its own, both marks unset",
      "setsid -w env -u MENDER_ORCHESTRATOR_RUN_ID -u MENDER_ORCHESTRATOR_CALL_ID",
    ],
  ] as const;
  test.each(inTier(ways.slice(1), [...ways]))(
    "ends neither the Interface nor itself, and changes nothing: %s",
    async (_, how) => {
      resumeFromInterface(how);
      expect(system.run(["install", "manifest-v2.yaml"]).signal).toBe("SIGKILL");
      const exit = system.path("boards/R456/exit");
      while (!existsSync(exit) || readFileSync(exit, "utf8") === "") await sleep(5);
      const pid = leftBehind();
      expect(readFileSync(exit, "utf8")).toBe("15\n");
      expect(isAlive(pid)).toBe(true);
      const resumed = readFileSync(system.path("boards/R456/resumed"), "utf8");
      expect(resumed).toContain("called-by-interface");
      expect(resumed).toContain(`process ${String(pid)} (`);
      expect(system.isInProgress()).toBe(true);

      const ran = system.run(["resume"]);
      expect(isAlive(pid)).toBe(false);
      expect(ran.exit).toBe(22);
      expect(system.versions()).toEqual(v1);
    },
  );
});
