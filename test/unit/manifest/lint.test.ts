import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lintManifest } from "../../../src/manifest/lint.ts";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { expectOk, problemLines, textFile } from "../../support/manifests.ts";

/** `line code message` of every note on the Manifest. */
function noted(text: string): readonly string[] {
  const { manifest } = expectOk(readManifest(textFile("m.yaml", text)));
  return problemLines(lintManifest(manifest)).map((line) => line.replace(/^m\.yaml:/, ""));
}

/** A Manifest with two types, v.1 and v.2, and these rows of transition states; the first is in line 16. */
const withRows = (...rows: readonly string[]) =>
  [
    "api_version: mender/v1",
    "kind: manifest",
    "name: lint",
    "system_types_compatible: [a]",
    "component_types:",
    "  gateway: { artifact_name: gateway-2.0 }",
    "  rtos: { artifact_name: rtos-2.0 }",
    "constraints:",
    "  end_states:",
    "    columns: [gateway, rtos]",
    "    rows:",
    "      v.1: [gateway-1.0, rtos-1.0]",
    "      v.2: [gateway-2.0, rtos-2.0]",
    "  transition_states:",
    "    columns: [gateway, rtos]",
    "    rows:",
    ...rows.map((row) => `      - ${row}`),
    "",
  ].join("\n");

/** What every such Manifest is told: the versions that it starts from have no Artifact in it. */
const starts = [
  '6:3 version-without-artifact The tables name versions of "gateway" that no Artifact of the Manifest gives: "gateway-1.0". That is right for versions to start from; check the spelling of all others.',
  '7:3 version-without-artifact The tables name versions of "rtos" that no Artifact of the Manifest gives: "rtos-1.0". That is right for versions to start from; check the spelling of all others.',
];

test("a Manifest without tables, and one whose rows all mean something, have nothing odd", () => {
  const ordered = readFileSync("fixtures/systems/seed/manifest-v2-order.yaml", "utf8");
  expect(noted(ordered)).toEqual([]);
  expect(noted(withRows("[gateway-2.0, rtos-1.0, YES]"))).toEqual(starts);
});

test("a row that matches no version", () => {
  expect(noted(withRows('[">=3.0", rtos-1.0, YES]', "[gateway-2.0, rtos-1.0, YES]"))).toEqual([
    '17 row-without-effect The row never applies: its cell for "gateway" matches no version that the Manifest knows. Correct the cell, or remove the row.',
    ...starts,
  ]);
});

test("a row that another one covers, and one that is there twice", () => {
  expect(
    noted(
      withRows(
        "[gateway-2.0, rtos-1.0, YES]",
        '["*", rtos-1.0, YES]',
        "[gateway-1.0, rtos-2.0, NO]",
        "[gateway-1.0, rtos-2.0, NO]",
      ),
    ),
  ).toEqual([
    "17 row-without-effect The row adds nothing to line 18, which says the same of more. Remove it.",
    "20 row-without-effect The row adds nothing to line 19, which says the same of more. Remove it.",
    ...starts,
  ]);
});

test("a YES row to which a NO row leaves nothing", () => {
  expect(noted(withRows("[gateway-2.0, rtos-1.0, YES]", "[any, rtos-1.0, NO]"))).toEqual([
    "17 rows-contradict The row says YES, but line 18 says NO to all of it, and NO wins. Remove one of the two rows.",
    '18 rows-contradict The row says NO to the end state "v.1" of line 12: it can never be reached. Say n/a where a combination is an end state, or correct one of the two rows.',
    ...starts,
  ]);
});

test("an n/a row that is no end state", () => {
  expect(noted(withRows("[gateway-1.0, rtos-1.0, n/a]", "[gateway-1.0, rtos-2.0, n/a]"))).toEqual([
    "18 row-not-an-end-state The row says n/a, but it is no acceptable end state: the combination stays forbidden. Say YES or NO, or add the end state.",
    ...starts,
  ]);
});

test("an Artifact that no cell names, and a type without a column", () => {
  const text = withRows("[gateway-2.0, rtos-1.0, YES]").replace(
    "  rtos: { artifact_name: rtos-2.0 }",
    "  rtos: { artifact_name: rtos-2.0, stepping_stones: [{ artifact_name: rtos-1.5 }] }\n  camera: { artifact_name: camera-1.0 }",
  );
  expect(noted(text)).toEqual([
    ...starts,
    '7:3 artifact-not-named No cell of the tables names "rtos-1.5", an Artifact for "rtos". Check the spelling of the Artifact and of the cells, or add rows for it.',
    '8:3 type-without-column No table has a column for "camera": any version of it goes with anything. Add a column if some combination with it is not acceptable.',
  ]);
});

test("the same row for two System versions is not the same row", () => {
  const text = withRows("[gateway-2.0, rtos-1.0, YES]").replace(
    "      v.2:",
    "      v.1b: [gateway-1.0, rtos-1.0]\n      v.2:",
  );
  expect(noted(text)).toEqual(starts);
});

/** The same with these rules; the first is in line 19. */
const withRules = (...rules: readonly string[]) =>
  `${withRows("[gateway-2.0, rtos-1.0, YES]")}  rules:\n${rules.map((rule) => `    - ${rule}\n`).join("")}`;

test("rules that say something have nothing odd", () => {
  expect(
    noted(
      withRules(
        "{ when: { rtos: rtos-2.0 }, require: { gateway: gateway-2.0 }, holds: in_transit }",
        "{ compare: { ahead: gateway, behind: rtos, within: { major: 0 } }, holds: at_rest }",
      ),
    ),
  ).toEqual(starts);
});

test("a rule that every version pleases", () => {
  expect(
    noted(withRules('{ name: old, when: { gateway: "<1" }, require: { rtos: ">=2.0" } }')),
  ).toEqual([
    '19:7 rule-without-effect The rule "old" forbids nothing: every version that the Manifest knows pleases it. Correct its cells, or remove it.',
    ...starts,
  ]);
});

test("a rule that says the same as another one, or as a row", () => {
  const same = "when: { rtos: rtos-2.0 }, require: { gateway: gateway-2.0 }";
  expect(
    noted(withRules(`{ name: a, ${same} }`, `{ name: b, ${same}, holds: in_transit }`)),
  ).toEqual([
    '20:7 rule-without-effect The rule "b" adds nothing to line 19, which forbids the same. Remove it, or the row.',
    ...starts,
  ]);
  const asRow = withRules(`{ name: a, ${same} }`).replace(
    "- [gateway-2.0, rtos-1.0, YES]",
    "- [gateway-1.0, rtos-2.0, NO]",
  );
  expect(noted(asRow)).toEqual([
    '19:7 rule-without-effect The rule "a" adds nothing to line 17, which forbids the same. Remove it, or the row.',
    ...starts,
  ]);
});

test("a row, or an end state, that a rule forbids", () => {
  expect(noted(withRules("{ name: never, require: { rtos: rtos-2.0 } }"))).toEqual([
    '17 rows-contradict The row says YES, but the rule "never" in line 19 forbids all of it. Correct the row or the rule, or remove one of them.',
    '12 rows-contradict The rule "never" in line 19 forbids the end state "v.1": it can never be reached. Correct the row or the rule, or remove one of them.',
    ...starts,
  ]);
});

test("a limit of single Components, which nobody knows without a System", () => {
  const limits = `  limits:\n    - { of: [rtos@left, rtos@right, gateway], at_most: 1 }\n`;
  expect(noted(`${withRows("[gateway-2.0, rtos-1.0, YES]")}${limits}`)).toEqual(starts);
});
