import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type SeedProgram, seedProgram, v1, v2 } from "../support/seed-program.ts";

/** A Manifest whose rule asks for a fact, installed by the built program through real Interfaces. */

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
  const manifest = system.path("manifest-v2.yaml");
  const rules = `  rules:
    - name: radio
      when: { "rtos:hw_rev": B }
      require: { gateway: "gateway-v1 | gateway-v2" }
`;
  writeFileSync(manifest, `${readFileSync(manifest, "utf8")}${rules}`);
  for (const board of ["R456", "R998"] as const) system.answer(board, "Inventory", "hw_rev=B\n");
});
afterEach(() => {
  system.remove();
});

/** The gateway's Interface does this when the gateway is installed. */
function whenTheGatewayIsInstalled(command: string): void {
  const file = system.path("interfaces/v1/gateway");
  const script = readFileSync(file, "utf8");
  writeFileSync(file, script.replace("\n", `\n[ "$1" != ArtifactInstall ] || { ${command}; }\n`));
}

const callsOf = (word: string) => system.calls().filter((call) => call.startsWith(`${word} `));

test("the Inventory of those that the rule names is read once more before each group is installed", () => {
  expect(system.run(["install", "manifest-v2.yaml"]).exit).toBe(0);
  expect(system.versions()).toEqual(v2);
  const asked = callsOf("Inventory").toSorted();
  const each = (board: string) => [1, 2, 3].map(() => `Inventory ${board}`);
  expect(asked).toEqual([...each("R456"), ...each("R998")]);
});

test("a board that is exchanged during the update fails its group before anything of it is installed", () => {
  const answer = system.path("boards/R998/answer/Inventory");
  whenTheGatewayIsInstalled(`echo hw_rev=C >'${answer}'`);
  const { exit, stderr } = system.run(["install", "manifest-v2.yaml"]);
  expect(exit).toBe(22);
  expect(system.versions()).toEqual(v1);
  expect(callsOf("ArtifactInstall")).toEqual(["ArtifactInstall G13"]);
  expect(stderr).toContain(
    `why:  Inventory of R998 failed: "hw_rev" of "R998" is "C" now, but the plan was made with "B"`,
  );
  const { stdout } = system.run(["history", "--json"]);
  expect(stdout).toContain("fact-not-as-planned");
});

test.each([
  ["what it says itself later agrees", "B", 0, v2],
  ["and not what it says otherwise later", "A", 22, v1],
])("what the Topology says of a board counts, %s", (_, value, exit, versions) => {
  const topology = system.path("topology.yaml");
  const text = readFileSync(topology, "utf8");
  writeFileSync(topology, text.replace('["R998"]', '["R998"]\n    facts: { hw_rev: B }'));
  system.answer("R998", "Inventory", "");
  const answer = system.path("boards/R998/answer/Inventory");
  whenTheGatewayIsInstalled(`echo hw_rev=${value} >'${answer}'`);
  expect(system.run(["install", "manifest-v2.yaml"]).exit).toBe(exit);
  expect(system.versions()).toEqual(versions);
});

test("an Interface that does not tell its Inventory any more fails its group", () => {
  const fail = system.path("boards/R456/fail/Inventory");
  whenTheGatewayIsInstalled(`mkdir -p '${system.path("boards/R456/fail")}' && echo 7 >'${fail}'`);
  const { exit, stderr } = system.run(["install", "manifest-v2.yaml"]);
  expect(exit).toBe(22);
  expect(system.versions()).toEqual(v1);
  expect(stderr).toContain("why:  Inventory of R456 failed: exit status 7");
});

test("a deployment killed behind the question asks again when it is taken up", () => {
  const killed = system.run(["install", "manifest-v2.yaml"], {
    ORCHESTRATOR_CRASH_POINT: "ExpectFacts:outcome-appended",
  });
  expect(killed.signal).toBe("SIGKILL");
  system.answer("R456", "Inventory", "hw_rev=C\n");
  const resumed = system.run(["resume"]);
  expect(resumed.exit).toBe(20);
  expect(resumed.stderr).toContain(`"hw_rev" of "R456" is "C" now`);
  expect(system.versions()).toEqual(v1);
});
