import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Result } from "../../src/core/result.ts";
import { readConfiguration } from "../../src/manifest/configuration.ts";
import { readConstraintsFile } from "../../src/manifest/constraints-file.ts";
import { lintManifest } from "../../src/manifest/lint.ts";
import { readManifest } from "../../src/manifest/read-manifest.ts";
import { matchSystem } from "../../src/manifest/match.ts";
import { readStateFile } from "../../src/manifest/state-file.ts";
import { System } from "../../src/manifest/system.ts";
import { readTopology } from "../../src/manifest/topology.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { matchInput, systemOf, textFile } from "../support/manifests.ts";
import {
  markdownManifest,
  stateOf,
  type WrittenTables,
  writtenTables,
  yamlManifest,
} from "../support/tables.ts";

const readers: { readonly [name: string]: (bytes: Uint8Array) => Result<unknown> } = {
  Manifest: (bytes) => {
    const read = readManifest({ name: "m.yaml", bytes });
    if (read.ok) {
      lintManifest(read.value.manifest);
      matchSystem(matchInput(read.value.manifest, seedState));
    }
    return read;
  },
  Topology: (bytes) => readTopology({ name: "t.yaml", bytes }, null),
  "components file": (bytes) =>
    readTopology(textFile("t.yaml", topologyHead), { name: "c.yaml", bytes }),
  "constraints file": (bytes) => readConstraintsFile({ name: "c.yaml", bytes }),
  "state file": (bytes) => readStateFile({ name: "s.yaml", bytes }),
  configuration: (bytes) => readConfiguration({ name: "c.conf", bytes }),
};

const seed = "fixtures/systems/seed";
const seedState = readFileSync(`${seed}/state-v1.yaml`, "utf8");
const topologyHead = "api_version: mender/v1\nkind: topology\nsystem_type: a\n";
const sound = [
  "manifest-v2.yaml",
  "manifest-v3.yaml",
  "manifest-v2-order.yaml",
  "topology-streams.yaml",
  "state-v1.yaml",
].map((name) => readFileSync(`${seed}/${name}`, "utf8"));
const configuration = `{"ArtifactVerifyKeys": ["/a"], "ArtifactsCache": {"Enabled": true, "MaxSizeBytes": 12}, "LogLevel": "info"}`;

/** Pieces that mean something to a parser of YAML, JSON or tables. */
const piece = fc.oneof(
  fc.constantFrom(
    ...Array.from("*&!|>?%@`'\"{}[],:#-~<=^\t\n\r \\"),
    "- ",
    ": ",
    "? ",
    "<<: ",
    "---\n",
    "...\n",
    "&a ",
    "*a",
    "!!str ",
    "%YAML 1.1\n",
    "__proto__",
    "constructor",
    "toString",
    "null",
    "true",
    "1e999",
    "|-\n",
    "  ",
    "| YES |",
    "@",
    ".mender",
    "!",
    ">=1.2 <3",
    "",
    "\u{feff}",
    "\u2028",
    "\u0085",
    "\u0000",
    "\u001b[2J",
    "\\u0000",
    '"\\u0007"',
    "\ud800",
  ),
  fc.string({ maxLength: 6, unit: "binary" }),
);

/** A sound file with a few pieces put in, taken out or put elsewhere. */
const nearlySound = fc
  .tuple(
    fc.constantFrom(...sound, configuration),
    fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(8), piece }), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([text, edits]) =>
    edits.reduce((edited, { at, cut, piece: inserted }) => {
      const start = Math.floor(at * edited.length);
      return edited.slice(0, start) + inserted + edited.slice(start + cut);
    }, text),
  );

test(
  "whatever the bytes, a reader answers with what it read or with problems that say what to do",
  () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.from(pieces.join(""))),
      nearlySound.map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(readers)), bytes, (name, content) => {
        const result = readers[name]?.(new Uint8Array(content));
        if (result === undefined || result.ok) return;
        expect(result.problems.length).toBeGreaterThan(0);
        for (const { message, hint, at } of result.problems) {
          expect(message).not.toBe("");
          expect(hint).not.toBe("");
          expect(at?.line ?? 1).toBeGreaterThan(0);
          expect(message).not.toMatch(/undefined|\[object|Invalid input/);
        }
      }),
      fuzzing(1500),
    );
  },
  fuzzingTimeout(),
);

test("tables say the same in Markdown and in YAML, with and without .mender", () => {
  fc.assert(
    fc.property(writtenTables, (tables) => {
      const state = stateOf(tables);
      const written = [
        markdownManifest(tables),
        markdownManifest(tables, ".mender"),
        yamlManifest(tables),
      ].map((text) => withoutRules(systemOf(textFile("m.yaml", text), state)));
      expect(written[1]).toEqual(written[0]);
      expect(written[2]).toEqual(written[0]);
    }),
    fuzzing(100),
  );
});

test("every cell holds exactly the versions that it names", () => {
  fc.assert(
    fc.property(writtenTables, (tables) => {
      const system = systemOf(textFile("m.yaml", markdownManifest(tables)), stateOf(tables));
      expect(System.safeParse(system).success).toBe(true);
      const [table] = system.transitionTables;
      // Rows lie in an order of their own: they are found again by their line.
      const first = Math.min(...(table?.rows ?? []).map(({ rule }) => rule.line));
      for (const row of table?.rows ?? []) {
        const written = tables.transitionRows[row.rule.line - first];
        for (const [column, cell] of row.cells.entries()) {
          const type = system.types[table?.columns[column]?.type ?? -1];
          const names = (cell ?? [...(type?.versions ?? []).keys()]).map(
            (at) => type?.versions[at],
          );
          const own = tables.types.find(({ name }) => name === type?.name)?.versions ?? [];
          expect(names).toEqual(meant(written?.cells[column] ?? [], own));
        }
      }
    }),
    fuzzing(100),
  );
});

test("the order of rows and keys changes nothing", () => {
  const shuffled = writtenTables.chain((tables) =>
    fc.record({
      tables: fc.constant(tables),
      types: fc.shuffledSubarray([...tables.types], { minLength: tables.types.length }),
      endRows: fc.shuffledSubarray([...tables.endRows], { minLength: tables.endRows.length }),
      transitionRows: fc.shuffledSubarray([...tables.transitionRows], {
        minLength: tables.transitionRows.length,
      }),
    }),
  );
  fc.assert(
    fc.property(shuffled, ({ tables, types, endRows, transitionRows }) => {
      const other = { ...tables, endRows, transitionRows };
      const state = stateOf(tables);
      const systems = [markdownManifest(tables), withTypesIn(markdownManifest(other), types)].map(
        (text) => withoutRules(systemOf(textFile("m.yaml", text), state)),
      );
      expect(systems[1]).toEqual(systems[0]);
    }),
    fuzzing(100),
  );
});

/** An oracle for cells that shares no code with the reader; `?` comes last. */
function meant(cell: readonly string[], versions: readonly string[]): readonly string[] {
  const all = [...versions, "?"];
  return all.filter((version) =>
    cell.some((text) => {
      const major = Number(/[0-9]+/.exec(version)?.[0] ?? Number.NaN);
      if (text === "any") return true;
      if (text === "?") return version === "?";
      if (version === "?") return false;
      if (text === "*") return true;
      if (text === ">=2") return major >= 2;
      if (text === "<2.0") return major < 2;
      return text.startsWith("!") ? version !== text.slice(1) : version === text;
    }),
  );
}

function withTypesIn(manifest: string, types: WrittenTables["types"]): string {
  const line = (name: string) => new RegExp(`^  ${name}: .*$`, "m").exec(manifest)?.[0] ?? "";
  const lines = types.map(({ name }) => line(name));
  return manifest.replace(/(?:^ {2}[a-z-]+: \{.*\}\n)+/m, `${lines.join("\n")}\n`);
}

function withoutRules(system: System): unknown {
  const text = JSON.stringify(system, (key, value: unknown) => (key === "rule" ? null : value));
  const plain: unknown = JSON.parse(text);
  return plain;
}
