import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { runProgram } from "../support/program.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { widening } from "../support/tier.ts";

/** What `init` writes can be tried at once, and changed. */

function written(example: readonly string[]): string {
  const directory = join(scratchDirectory(), "my system");
  const { exit, stderr, stdout } = runProgram(["init", directory, ...example]);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  expect(stdout).toContain(`Next: cd '${directory}' && ./try.sh`);
  return directory;
}

function tried(directory: string): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(join(directory, "try.sh"), {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] },
    timeout: 240_000,
  });
  return { status, output: stdout + stderr };
}

describe.skipIf(!needs("mender-artifact"))("try.sh of the example", () => {
  test("minimal checks all that is written, and updates; changed, it says what is wrong", () => {
    const directory = written([]);
    const first = tried(directory);
    expect(first.output).toContain(`Done: the System is on "v2".`);
    expect(first.output).toContain("app.app.artifact_name=app-v2\n");
    expect(first.status).toBe(0);
    appendFileSync(join(directory, "manifest.yaml"), "    | settings-v1 | app-v9 | YES        |\n");
    const second = tried(directory);
    expect(second.status).not.toBe(0);
    expect(second.output).toContain("app-v9");
  }, 300_000);

  test.for([
    { example: "seed", end: "v.2" },
    { example: "robot", end: "2026.3" },
  ])("$example does, too", ({ example, end }, context) =>
    widening(() => {
      const { status, output } = tried(written(["--example", example]));
      expect(output).toContain(`Done: the System is on "${end}".`);
      expect(status).toBe(0);
    })(context),
  );
});

test("a directory that is not empty is left as it is", () => {
  const directory = scratchDirectory();
  writeFileSync(join(directory, "mine"), "mine");
  const { exit, stdout, stderr } = runProgram(["init", directory]);
  expect({ exit, stdout }).toEqual({ exit: 10, stdout: "" });
  expect(stderr).toContain(`The directory "${directory}" is not empty.`);
  expect(execFileSync("ls", ["-A", directory], { encoding: "utf8" })).toBe("mine\n");
});

test("a file is no directory to write to, and is left as it is", () => {
  const file = join(scratchDirectory(), "mine");
  writeFileSync(file, "mine");
  const { exit, stdout, stderr } = runProgram(["init", file]);
  expect({ exit, stdout }).toEqual({ exit: 10, stdout: "" });
  expect(stderr).toContain(`error: "${file}" is not a directory. [invalid-argument]`);
  expect(readFileSync(file, "utf8")).toBe("mine");
});

test("a name that cannot be written into scripts, and an example that is none, write nothing", () => {
  const directory = join(scratchDirectory(), "a$b");
  const quoted = runProgram(["init", directory]);
  expect(quoted.exit).toBe(10);
  expect(quoted.stderr).toContain("has a quote");
  const unknown = runProgram(["init", join(directory, "x"), "--example", "robots"]);
  expect(unknown.exit).toBe(10);
  expect(unknown.stderr).toContain("robot");
  expect(existsSync(directory)).toBe(false);
});

test("with --json the answer is one document", () => {
  const directory = join(scratchDirectory(), "new");
  const { stdout } = runProgram(["init", directory, "--example", "seed", "--json"]);
  expect(JSON.parse(stdout)).toEqual({ type: "init", directory, example: "seed" });
  expect(readFileSync(join(directory, "topology.yaml"), "utf8")).toContain(directory);
});
