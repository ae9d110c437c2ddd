import { describe, expect, it } from "vitest";
import { lintManifest } from "../../../src/manifest/lint.ts";
import { matchSystem } from "../../../src/manifest/match.ts";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import {
  expectOk,
  matchInput,
  problemLines,
  problemsOf,
  textFile,
} from "../../support/manifests.ts";

/** Two motors of axles of their own and their drives; the constraints begin in line 9. */
const withTables = (...lines: readonly string[]) =>
  [
    "api_version: mender/v1",
    "kind: manifest",
    "name: facts",
    "system_types_compatible: [a]",
    "component_types:",
    "  motor: { artifact_name: motor-2.0, versions: [motor-1.0] }",
    "  drive: { artifact_name: drive-2.0, versions: [drive-1.0] }",
    "constraints:",
    ...lines.map((line) => `  ${line}`),
    "",
  ].join("\n");

const boards = (hardware: string) =>
  [
    "components:",
    ...["front", "rear"].flatMap((axle) => [
      `  - { component_type: motor, id: M-${axle}, version: motor-1.0, facts: { axle: ${axle}, hw: ${hardware} } }`,
      `  - { component_type: drive, id: D-${axle}, version: drive-1.0, facts: { axle: ${axle} } }`,
    ]),
    "",
  ].join("\n");

const read = (manifest: string) => expectOk(readManifest(textFile("m.yaml", manifest))).manifest;

function planned(manifest: string, state: string): string {
  const { system } = expectOk(matchSystem(matchInput(read(manifest), state)));
  const answer = findPlan(system);
  if (answer.kind !== "plan") return answer.kind;
  const groups = answer.plan.stages.flatMap((stage) => stage.groups);
  return groups.map((steps) => steps.map(({ component }) => component).join("+")).join(", ");
}

describe("a table with sharing", () => {
  const pairs = (sharing: string) =>
    withTables(
      "end_states: any",
      "transition_states:",
      `  - { columns: [motor, drive], default: allow, ${sharing}rows: [[motor-1.0, drive-2.0, NO]] }`,
    );

  it("speaks of each axle for itself, in one table", () => {
    const { system } = expectOk(
      matchSystem(matchInput(read(pairs("sharing: axle, ")), boards("A"))),
    );
    const named = system.transitionTables.map(({ columns }) =>
      columns.map(({ component }) => system.components[component ?? -1]?.id),
    );
    expect(named).toEqual([
      ["M-front", "D-front"],
      ["M-rear", "D-rear"],
    ]);
    expect(planned(pairs("sharing: axle, "), boards("A"))).toBe("M-front+M-rear, D-front+D-rear");
  });

  it("is an error where a Component lacks the fact", () => {
    const state = boards("A").replace("axle: rear }", "side: left }");
    expect(
      problemLines(problemsOf(matchSystem(matchInput(read(pairs("sharing: axle, ")), state)))),
    ).toEqual([
      'state.yaml:5:5 fact-missing-in-state The table "transition_states[0]" speaks of Components that share "axle", which "D-rear" does not have. Let the Component provide it, or say it below "facts" of the Topology or the state file.',
    ]);
  });
});

describe("a column of facts", () => {
  const ends = withTables(
    "end_states: |",
    "  | motor     | motor:hw | drive     | Acceptable | System version |",
    "  |-----------|----------|-----------|------------|----------------|",
    "  | motor-1.0 | *        | drive-1.0 | YES        | v.1            |",
    "  | motor-2.0 | A \\| B   | drive-2.0 | YES        | v.2            |",
    "  | motor-2.0 | B        | drive-2.0 | NO         | n/a            |",
    "transition_states: any",
  );

  it("decides which rows of the end states there are", () => {
    expect(planned(ends, boards("A"))).toBe("M-front+D-front+M-rear+D-rear");
    expect(planned(ends, boards("B"))).toBe("no-plan");
  });

  it("is read once more by a deployment, like every fact that is asked", () => {
    const { system } = expectOk(matchSystem(matchInput(read(ends), boards("A"))));
    expect(system.components.map(({ id, facts }) => [id, facts])).toEqual([
      ["M-front", [{ key: "hw", value: "A" }]],
      ["D-front", undefined],
      ["M-rear", [{ key: "hw", value: "A" }]],
      ["D-rear", undefined],
    ]);
  });

  it("leaves no end state where none is for such boards: an error", () => {
    const only = withTables(
      'end_states: { columns: [motor, "motor:hw"], rows: { v.2: [motor-2.0, C] } }',
      "transition_states: any",
    );
    const problems = problemsOf(matchSystem(matchInput(read(only), boards("A"))));
    expect(problems.map(({ got }) => got)).toEqual([
      'hw of "M-front" is "A", hw of "M-rear" is "A"',
    ]);
    expect(problemLines(problems)).toEqual([
      'm.yaml:9:15 table-invalid No acceptable row of "end_states" fits the facts of this System. Add a row for such a System, or correct what is told of its Components.',
    ]);
  });

  it("tells of a fact that nobody has", () => {
    const misspelt = expectOk(
      matchSystem(
        matchInput(
          read(
            withTables(
              "end_states: any",
              'transition_states: { columns: [motor, "motor:hx"], default: allow, rows: [[motor-2.0, A, NO]] }',
            ),
          ),
          boards("A"),
        ),
      ),
    );
    expect(problemLines(misspelt.notes.filter(({ code }) => code === "fact-unknown"))).toEqual([
      'm.yaml:10:22 fact-unknown The table "transition_states" asks for "motor:hx", which no Component tells: it is taken as the worst. Check its spelling; let the Component provide it, or say it below "facts" of the Topology or the state file.',
    ]);
  });

  it("tells of a fact that end states ask for, or edges, and nobody has", () => {
    const manifest = withTables(
      'end_states: { columns: [motor, "motor:hx"], rows: { a: [motor-1.0, any], b: [motor-2.0, any], c: [motor-2.0, A] } }',
      "transition_states: any",
    ).replace(
      "versions: [motor-1.0] }",
      'versions: [motor-1.0], edges: { columns: [from, to, "motor:revision"], rows: [[motor-1.0, motor-2.0, "!?", YES], [motor-1.0, motor-2.0, B, NO]] } }',
    );
    const { notes } = expectOk(matchSystem(matchInput(read(manifest), boards("A"))));
    const told = notes.filter(({ code }) => code === "fact-unknown");
    expect(told.map(({ at, message }) => `${at?.line ?? 0} ${message}`)).toEqual([
      '9 The table "end_states" asks for "motor:hx", which no Component tells: it is taken as the worst.',
      '6 The edges of "motor" ask for "motor:revision", which no Component tells: it is taken as the worst.',
    ]);
  });

  it("makes lint warn of nothing that facts decide", () => {
    expect(problemLines(lintManifest(read(ends)))).toEqual([]);
  });

  it.each([
    ["B !B", false],
    [">=3 <2", false],
    [">2 <2.1", false],
    [">2.0.0 <2.1.0", true],
    ["!B", true],
    ["?", true],
    ["2.x", true],
    ["!2.x >=2 <3", false],
  ])("in which no value can match is an error: %s", (cell, isPossible) => {
    const manifest = withTables(
      `end_states: { columns: [motor, "motor:hw"], rows: { v.2: [motor-2.0, "${cell}"] } }`,
      "transition_states: any",
    );
    const told = readManifest(textFile("m.yaml", manifest));
    expect(told.ok ? [] : problemLines(told.problems)).toEqual(
      isPossible
        ? []
        : [
            `m.yaml:9:72 table-cell The cell "${cell}" matches no value that "hw" could have. Correct the cell: a blank joins what must hold together, "|" what may hold instead.`,
          ],
    );
  });

  it("is told once where it is empty", () => {
    const manifest = withTables(
      `end_states: { columns: [motor, "motor:hw"], rows: { v.2: [motor-2.0, ""] } }`,
      "transition_states: any",
    );
    expect(problemLines(problemsOf(readManifest(textFile("m.yaml", manifest))))).toEqual([
      expect.stringContaining("m.yaml:9:72 table-cell The cell is empty"),
    ]);
  });

  it("belongs to the column of its type on its left; alone it is no table, twice it is one too many", () => {
    const table = (columns: string, row: string) =>
      withTables(
        "end_states: any",
        `transition_states: { columns: [${columns}], rows: [[${row}]] }`,
      );
    const refused = (manifest: string) => {
      const told = readManifest(textFile("m.yaml", manifest));
      return told.ok ? [] : problemLines(told.problems);
    };
    expect(refused(table('motor, "motor:hw", motor, "motor:hw"', "any, A, any, B, YES"))).toEqual(
      [],
    );
    expect(refused(table('motor, "motor:hw", "motor:hw"', "any, A, B, YES"))).toEqual([
      'm.yaml:10:53 table-column The table has the column "motor:hw" twice. Remove one of the columns.',
    ]);
    expect(refused(table('"motor:hw"', "A, YES"))).toEqual([
      'm.yaml:10:22 table-column The table "transition_states" speaks of no version: each of its columns asks for a fact. Add a column whose versions the facts decide on.',
    ]);
    expect(refused(table('motor, "motr:hw"', "any, A, YES"))).toEqual([
      'm.yaml:10:41 table-column The column "motr:hw" names no Component type of the Manifest. Did you mean "motor:hw"?',
    ]);
    expect(refused(table('motor, "motor:"', "any, A, YES"))).toEqual([
      'm.yaml:10:41 table-column The column "motor:" names no fact of "motor". Write its name behind the colon, such as "motor:hw_rev".',
    ]);
    expect(refused(table('motor, "motr:"', "any, A, YES"))).toEqual([
      'm.yaml:10:41 table-column The column "motr:" names no Component type of the Manifest. Did you mean "motor:"?',
    ]);
  });
});
