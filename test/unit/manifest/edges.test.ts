import { expect, test } from "vitest";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { matchSystem } from "../../../src/manifest/match.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import {
  expectOk,
  matchInput,
  problemLines,
  problemsOf,
  textFile,
} from "../../support/manifests.ts";

/** A gateway at 3.0 over 2.0, with these edges; their first line is line 9. */
const withEdges = (...lines: readonly string[]) =>
  [
    "api_version: mender/v1",
    "kind: manifest",
    "name: edges",
    "system_types_compatible: [a]",
    "component_types:",
    "  gateway:",
    "    artifact_name: gateway-3.0",
    "    stepping_stones: [{ artifact_name: gateway-2.0 }]",
    ...lines.map((line) => `    ${line}`),
    "constraints: { end_states: any, transition_states: any }",
    "",
  ].join("\n");

const state = (version: string) =>
  `components: [{ component_type: gateway, id: G1, version: ${version} }]\n`;

/** The versions that it gets on the way, or that there is none. */
function way(manifest: string, version: string): string {
  const read = expectOk(readManifest(textFile("m.yaml", manifest))).manifest;
  const { system } = expectOk(matchSystem(matchInput(read, state(version))));
  const answer = findPlan(system);
  if (answer.kind !== "plan") return answer.kind;
  const steps = answer.plan.stages.flatMap(({ groups }) => groups.flat());
  return steps.map(({ to }) => to).join(" ");
}

function refused(manifest: string): readonly string[] {
  return problemLines(problemsOf(readManifest(textFile("m.yaml", manifest))));
}

test("what no row says may be installed over anything; NO closes a way", () => {
  expect(way(withEdges(), "gateway-1.0")).toBe("gateway-3.0");
  expect(way(withEdges("edges: { rows: [[1.x, 3.x, NO]] }"), "gateway-1.0")).toBe(
    "gateway-2.0 gateway-3.0",
  );
});

test("default: deny allows what a row says alone, and NO wins over it", () => {
  const rows = "[[1.x, 2.x, YES], [2.x, 3.x, YES], [2.1.x, any, NO]]";
  const manifest = withEdges(`edges: { default: deny, rows: ${rows} }`);
  expect(way(manifest, "gateway-1.0")).toBe("gateway-2.0 gateway-3.0");
  expect(way(manifest, "gateway-2.1.5")).toBe("no-plan");
});

test("what runs unknown is taken for what a NO row speaks of", () => {
  expect(way(withEdges("edges: { rows: [[1.x, 3.x, NO]] }"), '"?"')).toBe(
    "gateway-2.0 gateway-3.0",
  );
  expect(way(withEdges('edges: { rows: [["1.x !?", 3.x, NO]] }'), '"?"')).toBe("gateway-3.0");
});

test("edges that leave no way to what is wanted are refused", () => {
  expect(refused(withEdges("edges:", "  default: deny", "  rows: [[1.x, 2.x, YES]]"))).toEqual([
    'm.yaml:10:7 edges-invalid The edges of "gateway" leave no way to "gateway-3.0": it may be installed over no version that the Manifest knows. Correct the rows whose "to" matches it, or say default: allow.',
  ]);
});

test("each odd column and cell is told where it stands", () => {
  const edges = [
    "edges:",
    '  columns: [from, "gateway:hw_rev", "rtos:hw_rev", version, from]',
    "  rows: [[1.x, A, B, 3.x, any, NO]]",
  ];
  expect(refused(withEdges(...edges))).toEqual([
    'm.yaml:10:41 edges-invalid A table of edges has no column "rtos:hw_rev". What hangs on other Components is a rule or a table below constraints.',
    'm.yaml:10:56 edges-invalid A table of edges has no column "version". What hangs on other Components is a rule or a table below constraints.',
  ]);
  expect(refused(withEdges("edges: { columns: [from, from], rows: [[1.x, any, NO]] }"))).toEqual([
    'm.yaml:9:12 edges-invalid The table of edges has no column "to". Add the column, or leave out "columns" where there are these two alone.',
    'm.yaml:9:30 table-column The table has the column "from" twice. Remove one of the columns.',
  ]);
  expect(
    refused(
      withEdges("edges: { columns: [from, to, from], rows: [[1.x, any, NO], [2.x, any, NO]] }"),
    ),
  ).toEqual([
    'm.yaml:9:34 table-column The table has the column "from" twice. Remove one of the columns.',
  ]);
  expect(refused(withEdges("edges: { rows: [[1.x, NO], [1.x, 2.x, PERHAPS]] }"))).toEqual([
    "m.yaml:9:21 table-cell The row has 2 entries, the table wants 3. Give one cell for each column; in a table of transition states YES, NO or n/a follows.",
    'm.yaml:9:43 table-verdict "PERHAPS" does not say whether the row is acceptable. Write YES, NO or n/a.',
  ]);
  expect(refused(withEdges('edges: { rows: [[">=x", any, NO]] }'))).toEqual([
    'm.yaml:9:22 table-range ">=x" is neither a range nor the name of a version. Write the number alone behind the sign, and "|" between alternatives.',
  ]);
});

/** What is told of the edges where a gateway at 1.0 is to be updated. */
function notes(...edges: readonly string[]): readonly string[] {
  const read = expectOk(readManifest(textFile("m.yaml", withEdges(...edges)))).manifest;
  return problemLines(expectOk(matchSystem(matchInput(read, state("gateway-1.0")))).notes);
}

test("a version in edges that nobody can have is a note where the update is planned", () => {
  const edges = "edges: { rows: [[gatewy-1.0, gateway-3.0, NO], [gateway-1.0, gateway-9.0, NO]] }";
  expect(notes(edges)).toEqual([
    'm.yaml:9:22 version-without-artifact The edges of "gateway" name versions that no Artifact gives, no end state holds and no Component has: "gatewy-1.0", "gateway-9.0". Did you mean "gateway-1.0"? A row with a version that nobody can have says nothing.',
  ]);
  expect(notes("versions: [gatewy-1.0, gateway-9.0]", edges)).toEqual([]);
});

test("a version that an Artifact gives is no such note, though the edges let nothing lead to it", () => {
  expect(notes("edges: { rows: [[any, gateway-2.0, NO], [1.x, gateway-3.0, YES]] }")).toEqual([]);
});
