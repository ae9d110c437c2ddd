import { expect, test } from "vitest";
import { gateNotes } from "../../../src/manifest/lint-gates.ts";
import { readTopology } from "../../../src/manifest/topology.ts";

/** Gates in a Topology, and what is wrong or odd about them. */

const topologyWith = (...gates: readonly string[]) => {
  const text = [
    "api_version: mender/v1",
    "kind: topology",
    "system_type: robot",
    "components: [{ component_type: gateway }]",
    "gates:",
    ...gates.map((gate) => `  - ${gate}`),
    "",
  ].join("\n");
  return readTopology({ name: "topology.yaml", bytes: new TextEncoder().encode(text) }, null);
};

const problemsIn = (...gates: readonly string[]) => {
  const read = topologyWith(...gates);
  if (read.ok) return [];
  return read.problems.map(
    ({ code, at, message, expected }) =>
      `${code} ${at?.line ?? 0}:${at?.column ?? 0} ${message} Expected ${expected ?? ""}`,
  );
};

test("a gate has a minute to answer, and what may be waited for it is said by the moment", () => {
  const read = topologyWith(
    "{ name: consent, at: [start] }",
    "{ name: health, at: [group, commit], timeout_seconds: 5, defer_at_most: 15m }",
  );
  const gates = read.ok ? read.value.gates.map(({ at: _, ...gate }) => gate) : [];
  expect(gates).toEqual([
    { name: "consent", moments: ["start"], timeoutSeconds: 60, deferAtMostMs: null },
    { name: "health", moments: ["group", "commit"], timeoutSeconds: 5, deferAtMostMs: 900_000 },
  ]);
});

test.each([
  ["an unknown moment", "{ name: a, at: [before] }", "one of start, group, reboot, commit"],
  ["no moment", "{ name: a, at: [] }", "at least one of start, group, reboot, commit"],
  [
    "no duration",
    "{ name: a, at: [start], defer_at_most: 10 }",
    "a duration such as 90s, 15m, 4h or 2d",
  ],
  [
    "a name that is a path",
    "{ name: ../a, at: [start] }",
    `a file name without "/", of at most 255 characters`,
  ],
  ["a moment twice", "{ name: a, at: [start, start] }", "each moment once"],
  [
    "an unknown field",
    "{ name: a, at: [start], when: now }",
    "one of name, at, timeout_seconds, defer_at_most",
  ],
])("%s is an error at its place", (_, gate, expected) => {
  const [problem, ...others] = problemsIn(gate);
  expect(others).toEqual([]);
  expect(problem).toMatch(/^\S+ 6:\d+ /);
  expect(problem).toContain(`Expected ${expected}`);
});

test("a moment that is there twice is told at the second of them", () => {
  expect(problemsIn("{ name: a, at: [start, commit, start] }")).toEqual([
    `wrong-value 6:36 The gate "a" has the moment "start" twice. Expected each moment once`,
  ]);
});

test("a gate that is there twice is told with the line of the other", () => {
  expect(problemsIn("{ name: a, at: [start] }", "{ name: a, at: [commit] }")).toEqual([
    `wrong-value 7:13 The gate "a" is there twice. Expected each gate once, with all its moments`,
  ]);
});

test("one that may keep the System half-way for long is told, at its place", () => {
  const read = topologyWith(
    "{ name: a, at: [start, commit], defer_at_most: 2d }",
    "{ name: b, at: [group], defer_at_most: 1h }",
    "{ name: c, at: [start, reboot], defer_at_most: 2h }",
  );
  const notes = gateNotes(read.ok ? read.value.gates : []);
  expect(notes.map(({ code, at }) => [code, at?.line])).toEqual([["gate-defers-long", 8]]);
  expect(notes[0]?.message).toContain(`The gate "c" may say not now at "reboot"`);
});
