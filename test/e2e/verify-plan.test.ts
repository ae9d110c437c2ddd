import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { addGates } from "../support/gates.ts";
import { needs } from "../support/needs.ts";
import { seedProgram } from "../support/seed-program.ts";
import { resummed } from "../support/resummed.ts";
import { makeKeys } from "../support/signing-keys.ts";
import { widening } from "../support/tier.ts";

const system = seedProgram();
afterAll(() => system.remove());

const plan = (...more: readonly string[]) =>
  system.run(["plan", "manifest-v2.yaml", "--certificate", "c.json", ...more]);
const verify = (file: string, ...more: readonly string[]) =>
  system.run(["verify-plan", file, ...more]);

/** The certificate as another file, with something changed. */
function changed(name: string, change: (text: string) => string): string {
  writeFileSync(system.path(name), change(readFileSync(system.path("c.json"), "utf8")));
  return name;
}

beforeAll(() => {
  if (plan().exit !== 0) throw new Error("there is no certificate to look at");
});

test("the certificate of a plan for this System is true, and says what is not proved", () => {
  const { exit, stdout } = verify("c.json", "--manifest", "manifest-v2.yaml");
  expect({ exit, stdout }).toEqual({
    exit: 0,
    stdout: `c.json: true. The plan of "system-core-v2", 3 installs in 2 order groups and 1 stage, passes acceptable states only.
3 ways out proved.
That no plan costs less was counted again.
`,
  });
  const json = verify("c.json", "--json");
  expect(JSON.parse(json.stdout)).toEqual({
    type: "plan-verified",
    certificate: "c.json",
    signed: false,
    manifest: "system-core-v2",
    stages: 1,
    groups: 2,
    installs: 3,
    optimal: true,
    by_search: [],
    ways_out: 3,
    ways_out_stated: 0,
    exemptions: 0,
    gates: [],
    gate_places: 0,
  });
});

test("it tells where the gates are asked and what is waited in there, and a place that is left out is found", () => {
  const topology = readFileSync(system.path("topology.yaml"), "utf8");
  addGates(system, [
    { name: "consent", at: ["start"] },
    { name: "health", at: ["group", "commit"], keys: "timeout_seconds: 30, defer_at_most: 15m" },
  ]);
  const made = system.run(["plan", "manifest-v2.yaml", "--certificate", "gates.json"]);
  writeFileSync(system.path("topology.yaml"), topology);
  expect(made.exit).toBe(0);
  expect(verify("gates.json").stdout)
    .toBe(`gates.json: true. The plan of "system-core-v2", 3 installs in 2 order groups and 1 stage, passes acceptable states only.
3 ways out proved.
The gates consent and health are asked at 4 places of the plan; what is waited in is what was found, or a state that is proved.
That no plan costs less was counted again.
`);
  const text = readFileSync(system.path("gates.json"), "utf8");
  const { gates } = z.looseObject({ gates: z.unknown() }).parse(JSON.parse(text));
  expect(gates).toEqual({
    declared: [
      { name: "consent", at: ["start"], timeout_seconds: 60, defer_at_most_seconds: null },
      {
        name: "health",
        at: ["group", "commit"],
        timeout_seconds: 30,
        defer_at_most_seconds: 900,
      },
    ],
    places: [
      { moment: "start", stage: 0, group: null, gates: [0], waits_in: { is: "start" } },
      { moment: "group", stage: 0, group: 0, gates: [1], waits_in: { is: "start" } },
      {
        moment: "group",
        stage: 0,
        group: 1,
        gates: [1],
        waits_in: { is: "interval", stage: 0, group: 1 },
      },
      { moment: "commit", stage: 0, group: null, gates: [1], waits_in: { is: "end", stage: 0 } },
    ],
  });
  const group = '{"moment":"group","stage":0,"group":0,"gates":[1],"waits_in":{"is":"start"}},';
  expect(text).toContain(group);
  writeFileSync(system.path("fewer.json"), resummed(text.replace(group, "")));
  const { exit, stderr } = verify("fewer.json");
  expect(exit).toBe(14);
  expect(stderr).toContain(
    'is not true at "gates.places.1": the plan comes to the moment "group" of group 0 of stage 0 here, and it is not told.',
  );
  writeFileSync(system.path("ungated.json"), resummed(text.replace(/"gates":\{"declared.*\n/, "")));
  expect(verify("ungated.json").exit).toBe(0);
});

test("it has its inputs with their sums, and the lines of the rows", () => {
  const text = readFileSync(system.path("c.json"), "utf8");
  const told: unknown = JSON.parse(text);
  const row = "    | gateway-v1.mender | rtos-v1.mender | YES        | v.1            |";
  expect(text).toContain(`"text":${JSON.stringify(row)}`);
  const sha256 = createHash("sha256")
    .update(readFileSync(system.path("manifest-v2.yaml")))
    .digest("hex");
  expect(told).toMatchObject({
    inputs: [
      { kind: "manifest", file: "manifest-v2.yaml", sha256 },
      { kind: "topology" },
      { kind: "artifact-header" },
      { kind: "artifact-header" },
    ],
  });
});

describe("what is wrong with one is told by exit status and reason", () => {
  const cases = [
    [
      "a byte is changed",
      (text: string) => text.replace("rtos-v2", "rtos-v3"),
      12,
      "certificate-sum",
    ],
    ["it is cut off", (text: string) => text.slice(0, -100), 11, "certificate-unreadable"],
    ["it is something else", () => "{}\n", 11, "certificate-unreadable"],
    [
      "it is of another version",
      (text: string) => resummed(text.replace('"version":1', '"version":2')),
      11,
      "certificate-version",
    ],
    [
      "a part of it is of another form",
      (text: string) => resummed(text.replace('"optimal":true', '"optimal":"yes"')),
      11,
      "certificate-unreadable",
    ],
    [
      "a part stands in it twice",
      (text: string) => resummed(text.replace('"version":1', '"version":1,\n"version":1')),
      11,
      "certificate-unreadable",
    ],
    [
      "the order of the groups is another one",
      (text: string) => {
        const [line = ""] = /"plan":.*/.exec(text) ?? [];
        const [, first = "", second = ""] = /^"plan":\[\[(\[.*?\]),(\[.*\])\]\],$/.exec(line) ?? [];
        return resummed(text.replace(line, `"plan":[[${second},${first}]],`));
      },
      14,
      "certificate-untrue",
    ],
  ] as const;
  test.each(cases)("%s", (_, change, exit, code) => {
    const ran = verify(changed("other.json", change), "--json");
    const told: unknown = JSON.parse(ran.stdout);
    expect({ exit: ran.exit, told }).toMatchObject({ exit, told: { code } });
  });

  test("it is of another Manifest", () => {
    const { exit, stderr } = verify("c.json", "--manifest", "manifest-v3.yaml");
    expect(exit).toBe(12);
    expect(stderr).toContain(
      '"c.json" is the certificate of a plan of another Manifest than "manifest-v3.yaml".',
    );
    expect(stderr).toMatch(
      /expected: the Manifest with the SHA-256 [0-9a-f]{64}, which .*\n {2}found: [0-9a-f]{64}\n/,
    );
  });

  test("the sum that it should have is told beside the one that stands there", () => {
    const { stderr } = verify(changed("sum.json", (text) => text.replace("rtos-v2", "rtos-v3")));
    expect(stderr).toMatch(
      /expected: the SHA-256 [0-9a-f]{64}, which its bytes have\n {2}found: [0-9a-f]{64}, as it is written in it\n/,
    );
  });

  test("a row is not at its line", () => {
    const line = '"line":';
    const other = changed("lines.json", (text) =>
      resummed(text.replace(/"line":(\d+)/, (_, number) => `${line}${Number(number) + 1}`)),
    );
    const { exit, stderr } = verify(other, "--manifest", "manifest-v2.yaml");
    expect(exit).toBe(14);
    expect(stderr).toContain('is not true at "places.0"');
  });
});

test(
  "a rule is evidence as a row is, with its line and as it is written",
  widening(() => {
    const seed = readFileSync(system.path("manifest-v2.yaml"), "utf8");
    const rules = `constraints:
  end_states: any
  transition_states: any
  rules:
    - name: board-needs-gateway
      when: { rtos: rtos-v2 }
      require: { gateway: gateway-v2 }
`;
    writeFileSync(
      system.path("rules.yaml"),
      `${seed.slice(0, seed.indexOf("constraints:"))}${rules}`,
    );
    const made = system.run(["plan", "rules.yaml", "--certificate", "rules.json"]);
    expect(made.exit).toBe(0);
    const { exit, stdout } = verify("rules.json", "--manifest", "rules.yaml");
    expect(exit).toBe(0);
    expect(stdout).toContain("3 installs in 2 order groups and 1 stage");
    expect(stdout).toContain("That no plan costs less was counted again.");
    const text = readFileSync(system.path("rules.json"), "utf8");
    expect(text).toContain('"text":"    - name: board-needs-gateway"');
    expect(text).toContain('"because":"chain"');
    writeFileSync(
      system.path("lax.json"),
      resummed(text.replaceAll('"verdict":"no"', '"verdict":"yes"')),
    );
    expect(verify("lax.json").exit).toBe(14);
  }),
);

test("no plan, no certificate; and a key without one is refused", () => {
  const none = system.run(["plan", "manifest-v2-no-way.yaml", "--certificate", "none.json"]);
  expect(none.exit).toBe(14);
  expect(verify("none.json").exit).toBe(11);
  const { exit, stderr } = system.run(["plan", "manifest-v2.yaml", "--key", "a.pem"]);
  expect(exit).toBe(10);
  expect(stderr).toContain('"--key" signs the file of "--certificate", and there is none.');
  const over = plan("--certificate", "manifest-v2.yaml");
  expect(over.exit).toBe(10);
  expect(over.stderr).toContain("is the file that is read");
});

describe.skipIf(!needs("openssl"))("signed", () => {
  test(
    "it is checked against the keys that are given",
    widening(() => {
      makeKeys(system.path("."), "own", "other");
      expect(verify("c.json", "--key", "own.pub").exit).toBe(12);
      expect(plan("--key", "own.pem").exit).toBe(0);
      const asked = "Its signature is by one of the given keys.";
      expect(verify("c.json", "--key", "own.pub").stdout).toContain(asked);
      expect(verify("c.json").stdout).not.toContain(asked);
      const exits = [[], ["--key", "own.pub"], ["--key", "other.pub"]].map(
        (key) => verify("c.json", ...key).exit,
      );
      expect(exits).toEqual([0, 0, 12]);
      const forged = changed("forged.json", (text) =>
        text.replace(
          /"signature":"./,
          (start) => start.slice(0, -1) + (start.endsWith("A") ? "B" : "A"),
        ),
      );
      expect(verify(forged, "--key", "own.pub").exit).toBe(12);
    }),
  );
});
