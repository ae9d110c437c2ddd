import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { programPath, runProgram, withoutDeployment } from "../support/program.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { widening } from "../support/tier.ts";

test("the demo updates, fails, is killed and goes on, and cleans up after itself", () => {
  const parent = scratchDirectory();
  const { exit, stdout, stderr } = runProgram(["demo"], { env: { TMPDIR: parent } });
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  const ends = withoutDeployment(stdout)
    .split("\n")
    .filter((line) => /^(Done|Failed|\(|Order|It was)/.test(line));
  expect(ends).toEqual([
    "Order: G13, then R456 and R998.",
    `Done: the System is on "v.2".`,
    "Order: G13, then R456 and R998.",
    `Failed and rolled back: the System is as it was before, on "v.1".`,
    "(exit status 22)",
    "Order: G13, then R456 and R998.",
    "(killed by SIGKILL)",
    `It was interrupted: "orchestrator resume" will go on to v.2, "orchestrator rollback" undoes it.`,
    `Done: the System is on "v.2".`,
  ]);
  expect(execFileSync("ls", ["-A", parent], { encoding: "utf8" })).toBe("");
});

test(
  "what is kept can be installed with the command it prints, and then has nothing to do",
  widening(() => {
    const directory = join(scratchDirectory(), "with blanks");
    const { exit, stdout } = runProgram(["demo", "--dir", directory, "--keep"]);
    expect(exit).toBe(0);
    const command = stdout
      .split("\n")
      .find((line) => line.startsWith("sh ") && line.includes(" install "));
    if (command === undefined) throw new Error("no command is printed");
    const version = () => readFileSync(join(directory, "boards/R456/version"), "utf8");
    expect(version()).toBe("rtos-v1\n");
    execFileSync("sh", ["-c", command], { stdio: "ignore" });
    expect(version()).toBe("rtos-v2\n");
    const again = execFileSync("sh", ["-c", command], { encoding: "utf8", stdio: "pipe" });
    expect(again).toMatch(/^Nothing to do for "system-core-v2"/);
  }),
);

test("a directory that holds something is not touched", () => {
  const directory = scratchDirectory();
  const inside = join(directory, "mine");
  execFileSync("touch", [inside]);
  expect(runProgram(["demo", "--dir", directory])).toMatchObject({
    exit: 10,
    stdout: "",
    stderr: `error: The directory "${directory}" is not empty. [invalid-argument]
  hint: Give one that is absent or empty, or remove it first.
`,
  });
  expect(existsSync(inside)).toBe(true);
});

test(
  "a slow one is watched from beside, ends by Ctrl-C in good order, and resumes with what it prints",
  widening(async () => {
    const directory = join(scratchDirectory(), "it's here");
    const child = spawn(
      process.execPath,
      [programPath, "demo", "--slow", "2", "--dir", directory],
      {
        stdio: ["ignore", "ignore", "pipe"],
        timeout: 50_000,
        killSignal: "SIGKILL",
      },
    );
    let told = "";
    const isTold = async (text: RegExp): Promise<void> => {
      while (!text.test(told) && child.exitCode === null) await once(child.stderr, "data");
    };
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      told += text;
    });
    const ended = once(child, "close");
    const commandFor = (verb: string): string => {
      const line = told.split("\n").find((one) => one.startsWith("  sh ") && one.endsWith(verb));
      if (line === undefined) throw new Error(`no command with ${verb}: ${told}`);
      return line;
    };
    const asTyped = (line: string): string =>
      execFileSync("sh", ["-c", line], { encoding: "utf8", stdio: "pipe", timeout: 50_000 });

    // Two states of two seconds each come before the query in which it waits until it is told to end. One that is
    // broken off is asked again, where a state would be undone.
    await isTold(/status --watch/);
    const failing = join(directory, "boards/G13/fail");
    mkdirSync(failing);
    writeFileSync(join(failing, "NeedsArtifactReboot"), "hang\n");
    await isTold(/ArtifactInstall +done/);
    const beside = asTyped(commandFor("status --watch").replace("--watch", ""));
    expect(beside).toMatch(/A process \(\d+\) is at work on it.*\n.*\n +G13 /);
    child.kill("SIGINT");
    await ended;
    expect(child.exitCode).toBe(1);
    expect(told).toContain(`The System stays in ${directory}; remove it when you are done.`);

    rmSync(failing, { recursive: true });
    writeFileSync(join(directory, "boards/pace"), "0\n");
    expect(asTyped(commandFor("resume"))).toBe("");
    const version = (id: string) => readFileSync(join(directory, "boards", id, "version"), "utf8");
    expect(["G13", "R456", "R998"].map(version)).toEqual([
      "gateway-v2\n",
      "rtos-v2\n",
      "rtos-v2\n",
    ]);
  }),
);
