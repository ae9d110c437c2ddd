import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { allCommands, described } from "../../../src/cli/manual/described.ts";
import { environmentVariables } from "../../../src/cli/manual/environment-variables.ts";
import { examples } from "../../../src/cli/manual/examples.ts";
import { exitStatuses } from "../../../src/cli/manual/exit-statuses.ts";
import { manPage } from "../../../src/cli/manual/man-page.ts";
import { programNames } from "../../../src/cli/manual/program-names.ts";
import { defineProgram } from "../../../src/cli/program.ts";
import { needs } from "../../support/needs.ts";

const program = () => defineProgram(() => async () => {}).exitOverride();
const root = described(program());
const leaves = allCommands(root).filter(({ commands }) => commands.length === 0);

describe("examples", () => {
  test("each command has one, and each one is of a command", () => {
    expect(Object.keys(examples).toSorted()).toEqual(
      ["", ...leaves.map(({ words }) => words.join(" "))].toSorted(),
    );
  });

  const all = Object.entries(examples).flatMap(([words, of]) =>
    of.map(({ line }) => ({ words, line })),
  );

  test.each(all)("$line", async ({ words, line }) => {
    expect(line.startsWith(`orchestrator ${words}`)).toBe(true);
    const [, ...args] = line.split(" ");
    await program()
      .configureOutput({ writeErr: () => {} })
      .parseAsync(args, { from: "user" });
  });
});

describe("the manual page", () => {
  const page = manPage(root, programNames, "1.2.3");

  describe.skipIf(!needs("groff"))("in groff", () => {
    const shown = (roff: string) =>
      spawnSync("groff", ["-man", "-ww", "-Tascii", "-P-c", "-P-b", "-P-u", "-rLL=200n"], {
        input: roff,
        encoding: "utf8",
      });

    test("nothing to warn of; each command with its options, its example and what it takes", () => {
      const { status, stdout, stderr } = shown(page);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(/^ORCHESTRATOR\(1\) +User Commands +ORCHESTRATOR\(1\)$/m);
      expect(stdout).toMatch(/^orchestrator 1\.2\.3 +ORCHESTRATOR\(1\)$/m);
      for (const { words, options } of leaves) {
        expect(stdout).toContain(`orchestrator ${words.join(" ")}`);
        for (const { flags } of options) expect(stdout).toContain(flags);
      }
      for (const { line } of Object.values(examples).flat()) {
        expect(stdout).toContain(`    ${line}\n`);
      }
    });

    test("whatever a text holds is shown as it is", () => {
      const hostile = String.raw`.so /etc/passwd \n(x 'a' "b" ^~ - back\\slash`;
      const command = new Command("x").description(hostile).option("-a, --all", hostile);
      const { stdout, stderr } = shown(manPage(described(command), ["x"], hostile));
      expect(stderr).toBe("");
      expect(stdout.split(hostile).length - 1).toBeGreaterThanOrEqual(2);
    });
  });

  test("is the same whenever it is made", () => {
    expect(manPage(described(program()), programNames, "1.2.3")).toBe(page);
  });
});

describe("docs/cli.md tells the same", () => {
  const documented = readFileSync("docs/cli.md", "utf8");

  test.each(leaves.map(({ words }) => words.join(" ")))("of %s", (words) => {
    expect(documented).toMatch(new RegExp(`\`${words}[\` ]`));
  });

  test("of each environment variable", () => {
    const rows = [...documented.matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(([, name]) => name);
    expect(environmentVariables.map(([name]) => name)).toEqual(rows);
  });

  test.each(Object.entries(exitStatuses))("of exit status %s", (status, meaning) => {
    const row = new RegExp(`^\\| ${status} +\\| ([^|]*) \\|$`, "m").exec(documented);
    const plain = (row?.[1] ?? "").replaceAll(/[`*]/g, "").toLowerCase();
    expect(plain).toContain(meaning.toLowerCase().split(/[:;]| although|Components/)[0]);
  });
});

test("docs/operate.md says of each exit status what it asks of people", () => {
  const page = readFileSync("docs/operate.md", "utf8");
  const rows = [...page.matchAll(/^\| (\d+) +\|/gm)].map(([, status]) => status);
  expect(rows).toEqual(Object.keys(exitStatuses));
});
