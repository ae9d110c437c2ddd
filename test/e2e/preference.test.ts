import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { runProgram } from "../support/program.ts";
import { scratchDirectory } from "../support/scratch.ts";

const plan = z.object({
  cost: z.object({ installs: z.int(), stages: z.int(), groups: z.int() }),
  optimal: z.boolean(),
  stages: z.array(
    z.object({
      system_version: z.string(),
      groups: z.array(z.array(z.object({ component: z.string(), to: z.string() }))),
    }),
  ),
});

/** A gateway that comes to 4.0.0 over either of two stepping stones, each with an end state of its own. */
function system(said: string) {
  const directory = scratchDirectory();
  const manifest = `api_version: mender/v1
kind: manifest
name: two-stones
system_types_compatible: [some]
component_types:
  gateway:
    artifact_name: gateway-4.0.0
    depends: [gateway-2.9.0, gateway-3.1.0]
    stepping_stones:
      - { artifact_name: gateway-2.9.0, depends: gateway-1.0.0 }
      - { artifact_name: gateway-3.1.0, depends: gateway-1.0.0 }
${said}
constraints:
  end_states:
    columns: [gateway]
    rows:
      "2024.1": [gateway-1.0.0]
      "2025.1": [gateway-2.9.0]
      "2025.2": [gateway-3.1.0]
      "2026.1": [gateway-4.0.0]
`;
  writeFileSync(join(directory, "m.yaml"), manifest);
  writeFileSync(
    join(directory, "state.yaml"),
    "components: [{ component_type: gateway, id: G1, version: gateway-1.0.0 }]\n",
  );
  return {
    run: (...args: readonly string[]) => runProgram(args, { cwd: directory }),
  };
}

function rests(said: string): readonly string[] {
  const { exit, stdout } = system(said).run("plan", "m.yaml", "--state", "state.yaml", "--json");
  expect(exit).toBe(0);
  const { cost, optimal, stages } = plan.parse(JSON.parse(stdout));
  expect({ cost, optimal }).toEqual({
    cost: { installs: 2, stages: 2, groups: 2 },
    optimal: true,
  });
  return stages.map(({ system_version }) => system_version);
}

test("a System rests in the newest of two stepping stones, if nothing else is said", () => {
  expect(rests("")).toEqual(["2025.2", "2026.1"]);
  expect(rests("    prefer: newest")).toEqual(["2025.2", "2026.1"]);
});

test("or in the first listed: of the versions, else of the stepping stones", () => {
  expect(rests("    prefer: listed")).toEqual(["2025.1", "2026.1"]);
  expect(rests("    prefer: listed\n    versions: [gateway-3.1.0, gateway-2.9.0]")).toEqual([
    "2025.2",
    "2026.1",
  ]);
});

test("explain tells what a preference has decided, and nothing where there is no other plan", () => {
  const explained = (said: string, ...more: readonly string[]) =>
    system(said)
      .run("explain", "m.yaml", "--state", "state.yaml", ...more)
      .stdout.split("\n");
  expect(explained("").slice(0, 3)).toEqual([
    'The order of the plan for "two-stones":',
    "  Every stage is one order group: nothing waits for anything.",
    "  Stage 1: G1 rests in gateway-3.1.0. Another plan that costs the same rests in gateway-2.9.0: of equal ones the newest is preferred.",
  ]);
  const listed = "    prefer: listed";
  expect(explained(listed)).toContain(
    "  Stage 1: G1 rests in gateway-2.9.0. Another plan that costs the same rests in gateway-3.1.0: of equal ones the first listed is preferred.",
  );
  expect(JSON.parse(explained(listed, "--json").join("\n"))).toMatchObject({
    rests: [
      {
        stage: 0,
        components: ["G1"],
        version: "gateway-2.9.0",
        instead: "gateway-3.1.0",
        prefer: "listed",
      },
    ],
  });
  const oneWay = '    edges: { rows: [[any, gateway-2.9.0, "NO"]] }';
  expect(JSON.parse(explained(oneWay, "--json").join("\n"))).toMatchObject({ rests: [] });
});

test("another word is refused: where it is, what was expected, what was found", () => {
  const ran = system("    prefer: latest").run("plan", "m.yaml", "--state", "state.yaml");
  expect(ran).toMatchObject({
    exit: 11,
    stdout: "",
    stderr: `m.yaml:12:13: error: "component_types.gateway.prefer" must be "newest" or "listed", but is "latest". [wrong-value]
  12 |     prefer: latest
     |             ^
  expected: "newest" or "listed"
  found: "latest"
  hint: Write "newest" or "listed".
`,
  });
});
