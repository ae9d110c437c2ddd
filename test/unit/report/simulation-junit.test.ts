import * as fc from "fast-check";
import { expect, test } from "vitest";
import { startState } from "../../../src/manifest/system-state.ts";
import type { SimulationReport } from "../../../src/report/simulation.ts";
import { simulationJunit } from "../../../src/report/simulation-junit.ts";
import { explore } from "../../../src/simulate/explore.ts";
import { plannedFrom } from "../../../src/simulate/simulate.ts";
import { seedBegin, type SeedSpec } from "../../support/seed-begin.ts";

const spec: SeedSpec = { withoutRollback: ["R998"] };
const begin = seedBegin(spec);
const { system } = begin;
const exploration = explore(
  begin,
  {
    supportsRollback: (component) => (component === "R998" ? "No" : "Yes"),
    needsReboot: () => "No",
  },
  { faults: 1, limit: 1_000_000 },
);

/** A simulation that ends badly, with a text of others wherever there can be one. */
function reportOf(text: string | null): SimulationReport {
  const ends = exploration.ends.map((end) => ({
    ...end,
    faults: text === null ? end.faults : [text],
  }));
  const forbidden = text === null ? [] : ends.slice(0, 1);
  return {
    manifest: text ?? "release",
    faults: 1,
    system,
    runs: [
      {
        ...plannedFrom(system, startState(system), { nodeLimit: 10_000 }),
        exploration: { ...exploration, ends, forbidden },
      },
    ],
    untried: 2,
    accepted: [],
    notes: [],
  };
}

test("a failed property tells the fewest faults that lead there", () => {
  const lines = simulationJunit(reportOf(null)).join("\n");
  expect(lines).toContain(
    '<testsuites name="release" tests="6" failures="2" errors="0" skipped="0">',
  );
  expect(lines).toMatch(
    new RegExp(
      [
        '    <testcase classname="release from v.1" name="every end is acceptable">',
        '      <failure message="UNACCEPTABLE inconsistent \\(R998[^"]*">  UNACCEPTABLE inconsistent .*',
        "    1\\. .*ArtifactInstall.* half-way",
        "    hint: .*&quot;--accept R998&quot;\\.</failure>",
        "    </testcase>",
      ].join("\n"),
    ),
  );
  expect(lines).toContain('<failure message="INCOMPLETE 2 further starting states not tried">');
});

test.each([
  ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
  ['"/><testcase name="x', "&quot;/&gt;&lt;testcase name=&quot;x"],
  ["]]>&amp;", "]]&gt;&amp;amp;"],
  ["\u001B[31mred\u0000", String.raw`\x1b[31mred\x00`],
  ["a\u202Eb\uFFFEc", String.raw`a\u{202e}b\u{fffe}c`],
])("%j stands as text wherever it can be", (text, shown) => {
  const lines = simulationJunit(reportOf(text));
  expect(lines).toContain(
    `<testsuites name="${shown}" tests="6" failures="3" errors="0" skipped="0">`,
  );
  expect(lines.join("\n")).toContain(`    1. ${shown}\n`);
});

test("no text makes an element, an entity, or what XML forbids", () => {
  const elements = (text: string | null) =>
    simulationJunit(reportOf(text))
      .join("\n")
      .replaceAll(/"[^"<]*"/g, '""')
      .match(/<[^>]*>/g);
  const expected = elements("x");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const xml = simulationJunit(reportOf(text)).join("\n");
      expect(elements(text)).toEqual(expected);
      expect(xml.replaceAll(/&(?:amp|lt|gt|quot);/g, "")).not.toContain("&");
      expect(xml).toMatch(/^[\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u);
    }),
  );
});
