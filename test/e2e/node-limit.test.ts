import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { before, typeNames, writeLarge } from "../support/large-manifests.ts";
import { type Ran, runProgram } from "../support/program.ts";
import { writeRings } from "../support/rings.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { seedProgram } from "../support/seed-program.ts";
import { oneOfEachKind } from "../support/tier.ts";

/** `PlannerNodeLimit` of the configuration holds for every search of every command. */

const configuration = '{ "PlannerNodeLimit": 1000 }\n';

/** As far as it is looked at: the first is that of the first Component to move. */
const contingencies = z.object({
  contingencies: z.array(z.object({ system_version: z.string() })),
});

/** Runs it in a directory whose configuration sets the limit, or sets none. */
function run(directory: string, limit: "limited" | "as it is", args: readonly string[]): Ran {
  mkdirSync(join(directory, "limited"), { recursive: true });
  writeFileSync(join(directory, "limited/mender-orchestrator.conf"), configuration);
  const conf = limit === "limited" ? "limited" : "none";
  return runProgram(args, {
    cwd: directory,
    env: { MENDER_ORCHESTRATOR_CONF_DIR: join(directory, conf) },
  });
}

describe("a limit in the configuration", () => {
  const undecided = "did not decide within its limit";
  const commands: readonly (readonly [string, string, ...string[]])[] = [
    ["plan", "1000 search nodes"],
    ["explain", "1000 search nodes"],
    ["simulate", undecided, "--faults", "0"],
  ];

  test.each(oneOfEachKind(commands, ([, told]) => told))(
    "holds for %s with a state file",
    (command, told, ...options) => {
      const directory = scratchDirectory();
      const args = [command, ...writeRings(directory, 8), ...options];
      const { exit, stdout } = run(directory, "limited", args);
      expect(exit).toBe(14);
      expect(stdout).toContain(told);
      expect(run(directory, "as it is", args).stdout).not.toContain(told);
    },
  );

  test("holds for the ways out of failures", () => {
    const directory = scratchDirectory();
    const [manifest, state] = writeManyEnds(directory);
    const endsIn = (limit: "limited" | "as it is"): unknown => {
      const { exit, stdout } = run(directory, limit, [
        "plan",
        manifest,
        "--state",
        state,
        "--json",
      ]);
      expect(exit).toBe(0);
      const answer: unknown = JSON.parse(stdout);
      return contingencies.parse(answer).contingencies[0]?.system_version;
    };
    // Nine of twelve need to move: found behind the thousands of end states that are nearer and forbidden.
    expect(endsIn("as it is")).toBe("v.2 with any");
    expect(endsIn("limited")).toBe("v.2");
  });

  test("stays with a deployment that began under it", () => {
    const system = seedProgram();
    try {
      mkdirSync(system.path("conf"), { recursive: true });
      writeFileSync(system.path("conf/mender-orchestrator.conf"), configuration);
      const args = ["install", "manifest-v2.yaml", "--stop-before", "ArtifactCommit"];
      expect(system.run(args)).toMatchObject({ exit: 0 });
      const journal = readFileSync(system.path("datastore/deployment/journal"), "utf8");
      expect(journal.split("\n")[0]).toContain('"nodeLimit":1000');
    } finally {
      system.remove();
    }
  });
});

/** Once the first of thirteen has moved and is stuck, all other end states but few are forbidden one by one. */
function writeManyEnds(directory: string): readonly [string, string] {
  const types = typeNames(13);
  const [hub = "", ...others] = types;
  const row = (cells: readonly string[], verdict: string, name: string) =>
    `    | ${[...cells, verdict, name].join(" | ")} |`;
  const all = (version: number) => types.map((type) => `${type}-${String(version)}`);
  return writeLarge(directory, {
    types,
    ends: null,
    lines: [
      "  end_states: |",
      row(types, "Acceptable", "System version"),
      row(
        types.map(() => "---"),
        "---",
        "---",
      ),
      row(all(1), "YES", "v.1"),
      row(all(2), "YES", "v.2"),
      row([`${hub}-2`, ...others.map(() => "*")], "YES", "v.2 with any"),
      ...others.slice(0, 9).map((type) =>
        row(
          types.map((one) => (one === hub ? `${hub}-2` : one === type ? `${type}-1` : "*")),
          "NO",
          "n/a",
        ),
      ),
      "  transition_states:",
      ...others.map((type) => before(hub, type)),
    ],
  });
}
