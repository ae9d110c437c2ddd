import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { before, type LargeManifest, typeNames, writeLarge } from "../support/large-manifests.ts";
import { runProgram } from "../support/program.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { inTier, oneOfEachKind } from "../support/tier.ts";

/**
 * Tables and Systems so large that a careless search never ends, by the real program: right ones, and with one mistake.
 */

const fifty = typeNames(50);

const rowCount = inTier(60, 1000);

/**
 * The whole table as text: very many NO rows that each say of two types which goes first, whatever a third one does.
 */
const wide: LargeManifest = {
  types: fifty,
  ends: releasesOf(fifty),
  lines: [
    "  transition_states:",
    "    - name: wide",
    `      columns: [${fifty.join(", ")}]`,
    "      default: allow",
    "      rows:",
    ...Array.from({ length: rowCount }, (_, at) => `        - [${noRow(at).join(", ")}]`),
  ],
};

function noRow(at: number): readonly string[] {
  const first = at % 40;
  const second = first + 1 + (Math.floor(at / 40) % 5);
  const third = 45 + (Math.floor(at / 200) % 5);
  return [
    ...fifty.map((type, column) => {
      if (column === first) return `${type}-1`;
      return column === second || column === third ? `${type}-2` : '"*"';
    }),
    "NO",
  ];
}

function releasesOf(types: readonly string[]): LargeManifest["ends"] {
  const all = (version: number) => types.map((type) => `${type}-${String(version)}`);
  return {
    columns: types,
    rows: [
      ["v.1", all(1)],
      ["v.2", all(2)],
    ],
  };
}

/** As the program tells it in a file: more than a pipe of this harness takes. */
function run(
  command: "plan" | "validate",
  large: LargeManifest,
  { changed, version }: Mistakes = {},
): { readonly exit: number | null; readonly told: string } {
  const directory = scratchDirectory();
  const [manifest, state] = writeLarge(directory, large, changed);
  if (version !== undefined) {
    const path = join(directory, state);
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace("version: t7-1 ", `version: ${version} `),
    );
  }
  const env = { MENDER_ORCHESTRATOR_CONF_DIR: directory };
  if (command === "validate") {
    const { exit, stdout } = runProgram(["validate", manifest, "--json"], { cwd: directory, env });
    return { exit, told: stdout };
  }
  const args = ["plan", manifest, "--state", state, "--json", "--out", "plan.json"];
  const { exit, stdout } = runProgram(args, { cwd: directory, env });
  const out = join(directory, "plan.json");
  return { exit, told: existsSync(out) ? readFileSync(out, "utf8") : stdout };
}

interface Mistakes {
  /** What is wrong in the Manifest. */
  readonly changed?: (text: string) => string;
  /** What the state file says of one Component. */
  readonly version?: string;
}

const planned = z.object({
  optimal: z.boolean(),
  from: z.object({ components: z.record(z.string(), z.string()) }),
  cost: z.object({ installs: z.number(), groups: z.number() }),
  contingencies: z.array(z.unknown()),
  contingencies_omitted: z.int(),
  notes: z.array(z.object({ code: z.string(), got: z.string().optional() })),
});

const validation = z.object({
  files: z.array(z.object({ problems: z.array(z.object({ code: z.string() })) })),
});
const problemsOf = (told: string) =>
  validation
    .parse(JSON.parse(told))
    .files.flatMap(({ problems }) => problems.map(({ code }) => code));

const noPlan = z.object({ type: z.literal("no-plan"), core: z.array(z.unknown()) });

describe(`fifty columns and ${rowCount} rows`, { timeout: 120_000 }, () => {
  test("are planned with all ways out, also from a version that no cell names, and 2.10 is no 2.1", () => {
    const { exit, told } = run("plan", wide, { version: "2.10" });
    const {
      from,
      cost,
      contingencies,
      contingencies_omitted: omitted,
      notes,
    } = planned.parse(JSON.parse(told));
    expect({ exit, cost }).toEqual({ exit: 0, cost: { installs: 50, groups: 2 } });
    expect(from.components["t7"]).toBe("2.10");
    expect(notes).toContainEqual({ code: "version-not-named", got: "2.10" });
    expect(notes[0]).toEqual({ code: "artifact-not-at-hand" });
    expect(contingencies).toHaveLength(50);
    expect(omitted).toBe(0);
  });

  test("are validated: what leads where is found without trying every combination", () => {
    const { exit, told } = run("validate", wide);
    expect(exit).toBe(0);
    expect(told).toContain(
      '"reach":{"v.1":{"v.1":"same","v.2":"yes"},"v.2":{"v.1":"allowed","v.2":"same"}}',
    );
  });

  const mistakes = [
    ["a column that no type has", "columns: [t0,", "columns: [t99,", "table-column", "t99"],
    ["two rows with one System version", "v.2: [t0-2", "v.1: [t0-2", "yaml-duplicate-key", "v.1"],
    ["a range that nothing can match", "[t0-1, t1-2", '[">=7.0.0", t1-2', "table-range", ">=7.0.0"],
    ["a bare *", '"*"', "*", "yaml-forbidden", "YAML does not read"],
    ["a bare !x", '"*"', "!x", "yaml-forbidden", "Quote it"],
  ] as const;

  test.each(oneOfEachKind(mistakes, ([, , , code]) => code))(
    "with %s",
    (_, right, wrong, code, named) => {
      const last = (text: string) => {
        const at = text.lastIndexOf(right);
        return text.slice(0, at) + wrong + text.slice(at + right.length);
      };
      const { exit, told } = run("validate", wide, { changed: last });
      expect(exit).toBe(11);
      expect(problemsOf(told)).toEqual([code]);
      expect(told).toContain(named);
    },
  );
});

const typeCount = inTier(200, 2000);

describe(`${typeCount} Components that all differ`, { timeout: 120_000 }, () => {
  const types = typeNames(typeCount);
  const chain: LargeManifest = {
    types,
    ends: releasesOf(types.slice(0, typeCount / 2)),
    lines: [
      "  transition_states:",
      ...types.slice(1).map((type, at) => before(types[at] ?? "", type)),
    ],
  };

  test("are planned, one after the other, and the first ways out", () => {
    const { exit, told } = run("plan", chain);
    const {
      optimal,
      cost,
      contingencies,
      contingencies_omitted: omitted,
    } = planned.parse(JSON.parse(told));
    expect({ exit, optimal, cost }).toEqual({
      exit: 0,
      optimal: true,
      cost: { installs: typeCount, groups: typeCount },
    });
    expect([contingencies.length, omitted]).toEqual([200, typeCount - 200]);
  });

  test("are validated: the columns of each type are not looked for in all tables", () => {
    const { exit, told } = run("validate", chain);
    expect(exit).toBe(0);
    expect(problemsOf(told)).toEqual([]);
    expect(told).toContain('"reach":{"v.1":{"v.1":"same","v.2":"yes"}');
  });

  test("wait for each other in a circle: there is no plan", () => {
    const circle = { ...chain, lines: [...chain.lines, before(types.at(-1) ?? "", "t0")] };
    const { exit, told } = run("plan", circle);
    expect(exit).toBe(14);
    expect(noPlan.parse(JSON.parse(told)).core).toHaveLength(typeCount);
  });
});
