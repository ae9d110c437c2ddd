import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { runProgram } from "../support/program.ts";
import { type SeedProgram, seedProgram } from "../support/seed-program.ts";
import { type ShellName, type TypedShell, typedShell } from "../support/typed-shell.ts";

let system: SeedProgram;
let id: string;

beforeAll(() => {
  system = seedProgram();
  system.run(["install", system.path("manifest-v2.yaml")]);
  id = system.run(["completion", "deployments"]).stdout.trim();
});
afterAll(() => system.remove());

test("the deployments that a shell offers are those of the history", () => {
  expect(id).toMatch(/^\S+$/);
  expect(system.run(["history"]).stdout).toMatch(new RegExp(`^${id}  `));
});

describe.each<ShellName>(["bash", "zsh", "fish"])("%s", (shell) => {
  describe.skipIf(!needs("tmux") || !needs(shell))("completes", () => {
    let terminal: TypedShell;

    beforeAll(async () => {
      const directory = join(system.directory, shell);
      mkdirSync(directory);
      const script = runProgram(["completion", shell]);
      writeFileSync(join(directory, "script"), script.stdout);
      writeFileSync(join(directory, "my-state.yaml"), "");
      writeFileSync(join(directory, "only-data.yaml"), "");
      mkdirSync(join(directory, "only-dir"));
      terminal = await typedShell(shell, join(directory, "script"), directory, system.environment);
    });
    afterAll(() => terminal.end());

    test.each([
      ["a command", "pla", "plan "],
      ["a command of a command", "bundle cr", "bundle create "],
      ["behind an option of all", "--json show-pro", "--json show-provides "],
      ["behind a value", "--log-level info show-pro", "--log-level info show-provides "],
      ["an option", "plan --fleet x --summ", "plan --fleet x --summary "],
      ["an option of all", "plan --no-c", "plan --no-color "],
      ["a format", "plan --format mark", "plan --format markdown "],
      ["a format behind =", "plan --format=mark", "plan --format=markdown "],
      ["a state", "resume --stop-before ArtifactC", "resume --stop-before ArtifactCommit "],
      ["a name", "schema topology-c", "schema topology-components "],
      ["a file", "plan my-", "plan my-state.yaml "],
      ["a file of an option", "plan --state my-", "plan --state my-state.yaml "],
      ["a file behind others", "validate a b my-", "validate a b my-state.yaml "],
      ["a directory", "bundle extract x -C only-d", "bundle extract x -C only-dir/"],
      ["a command of help", "help validat", "help validate "],
    ])("%s", async (_, typed, expected) => {
      const line = `orchestrator ${expected}`;
      expect(await terminal.completed(`orchestrator ${typed}`, line)).toBe(line.trimEnd());
    });

    test("by its other name", async () => {
      const line = "mender-orchestrator status";
      expect(await terminal.completed("mender-orchestrator statu", line)).toBe(line);
    });

    test("a deployment", async () => {
      const line = `orchestrator history ${id}`;
      expect(await terminal.completed("orchestrator history ", line)).toBe(line);
    });
  });
});
