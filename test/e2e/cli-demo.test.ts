import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram } from "../support/program.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { widening } from "../support/tier.ts";

test("the demo updates, fails, is killed and goes on, and cleans up after itself", () => {
  const parent = scratchDirectory();
  const { exit, stdout, stderr } = runProgram(["demo"], { env: { TMPDIR: parent } });
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  const ends = stdout.split("\n").filter((line) => /^(Done|Failed|\(|Order|It was)/.test(line));
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
      .find((line) => line.includes(" install ") && line.includes("MENDER_"));
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
