import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { exitCode } from "../../src/core/exit-code.ts";
import { runProgram } from "../support/program.ts";

describe("wrong use ends with 10 and says what is meant", () => {
  test("no command", () => {
    expect(runProgram([])).toEqual({
      exit: 10,
      signal: null,
      stdout: "",
      stderr: `error: No command was given. [missing-command]
  hint: "orchestrator --help" lists the commands; "orchestrator demo" shows a whole update.
`,
    });
  });

  test("an unknown command", () => {
    expect(runProgram(["instal", "x.tar"])).toEqual({
      exit: 10,
      signal: null,
      stdout: "",
      stderr: `error: There is no command "instal". [unknown-command]
  hint: Did you mean "install"?
`,
    });
  });

  test("no command of a command that has some below it", () => {
    expect(runProgram(["cache"])).toEqual({
      exit: 10,
      signal: null,
      stdout: "",
      stderr: `error: No command of "cache" was given. [missing-command]
  expected: one of clean
  hint: "orchestrator cache --help" tells what they do.
`,
    });
  });

  test("an unknown command of a command", () => {
    expect(runProgram(["bundle", "creat"])).toMatchObject({
      exit: 10,
      stderr: `error: There is no command "creat". [unknown-command]
  hint: Did you mean "create"?
`,
    });
  });

  test("an unknown option, with --json: one document on stdout and nothing else", () => {
    expect(runProgram(["install", "x.tar", "--stop-befor", "Cleanup", "--json"])).toEqual({
      exit: 10,
      signal: null,
      stdout: `{"type":"error","code":"unknown-option","exit":10,"message":"There is no option \\"--stop-befor\\" here.","hint":"Did you mean \\"--stop-before\\"?"}\n`,
      stderr: "",
    });
  });

  test("a stop point that there is none", () => {
    expect(runProgram(["resume", "--stop-before", "Commit"])).toMatchObject({
      exit: 10,
      stdout: "",
      stderr: `error: The option "--stop-before <state>" does not take "Commit". [invalid-argument]
  expected: one of ArtifactInstall, ArtifactCommit, ArtifactRollback, Cleanup
  found: Commit
  hint: Known are: ArtifactInstall, ArtifactCommit, ArtifactRollback, Cleanup.
`,
    });
  });

  test("a missing and a superfluous argument", () => {
    expect(runProgram(["plan"])).toMatchObject({
      exit: 10,
      stderr: `error: The argument <file> is missing. [missing-argument]
  hint: "--help" behind the command shows what it takes.
`,
    });
    expect(runProgram(["plan", "a", "b"])).toMatchObject({
      exit: 10,
      stderr: `error: Too many arguments for "plan": expected 1 argument but got 2. [unexpected-argument]
  hint: Quote an argument that holds blanks.
`,
    });
    expect(runProgram(["demo", "--keep", "foo"])).toMatchObject({
      exit: 10,
      stderr: `error: "demo" takes no argument. [unexpected-argument]
  expected: options only
  found: "foo"
  hint: Leave it out; "orchestrator demo --help" lists the options.
`,
    });
  });
});

describe("help and version", () => {
  test("the version is alone on stdout", () => {
    for (const args of [["--version"], ["-V"], ["version"], ["--no-color", "version"]]) {
      expect(runProgram(args)).toEqual({ exit: 0, signal: null, stdout: "0.1.0\n", stderr: "" });
    }
  });

  test("help goes to stdout and names every command", () => {
    const { exit, stdout, stderr } = runProgram(["--help"]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(commandsOf(stdout)).toEqual([
      "install",
      "resume",
      "rollback",
      "commit",
      "status",
      "history",
      "plan",
      "validate",
      "show-provides",
      "show-inventory",
      "fleet",
      "explain",
      "simulate",
      "verify-plan",
      "bundle",
      "artifact",
      "fetch",
      "show-cache",
      "cache",
      "interface",
      "module",
      "ask-gates",
      "schema",
      "show-config",
      "init",
      "demo",
      "help",
      "version",
      "completion",
      "man",
    ]);
  });

  test("help as a word is what --help behind a command is", () => {
    for (const words of [[], ["plan"], ["bundle"], ["bundle", "create"]]) {
      const asWord = runProgram(["help", ...words]);
      expect(asWord).toMatchObject({ exit: 0, stderr: "" });
      expect(asWord.stdout.trimEnd()).toBe(runProgram([...words, "--help"]).stdout.trimEnd());
    }
  });

  test("help with an example, no line wider than 80 columns", () => {
    const { stdout } = runProgram(["help", "fetch"]);
    expect(stdout).toContain(`
Examples:
  orchestrator fetch manifest.yaml
      before the network is gone
  orchestrator fetch manifest.yaml --bundle release.tar
      to be carried to a device
`);
    const lines = runProgram(["help"]).stdout.split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test("help of a command that there is none", () => {
    expect(runProgram(["help", "bundle", "creat"])).toEqual({
      exit: 10,
      signal: null,
      stdout: "",
      stderr: `error: There is no command "bundle creat". [unknown-command]
  hint: Did you mean "bundle create"?
`,
    });
    expect(runProgram(["help", "zzzzzz"])).toMatchObject({
      exit: 10,
      stderr: `error: There is no command "zzzzzz". [unknown-command]
  hint: "orchestrator help" lists the commands.
`,
    });
  });

  test("with --json one document each", () => {
    const help = runProgram(["help", "show-cache", "--json"]);
    expect(JSON.parse(help.stdout)).toMatchObject({
      type: "help",
      words: ["show-cache"],
      examples: [{ line: "orchestrator show-cache", does: "see what takes the space" }],
    });
    expect(runProgram(["version", "--json"]).stdout).toBe('{"type":"version","version":"0.1.0"}\n');
  });

  test("docs/cli.md describes every command and every exit status", () => {
    const documented = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
    const { stdout } = runProgram(["--help"]);
    for (const command of commandsOf(stdout)) expect(documented).toMatch(`\`${command}`);
    for (const command of commandsOf(runProgram(["bundle", "--help"]).stdout)) {
      expect(documented).toMatch(`\`bundle ${command}`);
    }
    for (const code of Object.values(exitCode)) {
      expect(documented).toMatch(new RegExp(String.raw`^\| ${code} +\|`, "m"));
    }
  });
});

/** The first words of the lines below "Commands:". */
function commandsOf(help: string): readonly string[] {
  const [, list = ""] = help.split("\nCommands:\n");
  const [commands = ""] = list.split("\n\n");
  return commands
    .split("\n")
    .map((line) => /^ {2}(\S+)/.exec(line)?.[1] ?? "")
    .filter((name) => name !== "");
}
