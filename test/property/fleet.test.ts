import { readFileSync, writeFileSync } from "node:fs";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import * as z from "zod";
import { makeInstallPlan, withWhyNot } from "../../src/install/make-plan.ts";
import { quickFleetLine, readFleetLine } from "../../src/manifest/fleet-line.ts";
import { fleetTotal, type FleetSummary } from "../../src/report/fleet-summary.ts";
import { answerJson } from "../../src/report/plan-json.ts";
import { errorDocument } from "../../src/report/problems.ts";
import { fleetLine, planFleetText } from "../support/fleets.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { machineAt } from "../support/machine.ts";
import { copySeedSystem } from "../support/seed-system.ts";

const system = copySeedSystem();
const machine = machineAt(system.directory);
afterAll(() => system.remove());

/** One board of a type is spoken of alone, so that its id counts. */
writeFileSync(
  system.path("manifest-named.yaml"),
  readFileSync(system.path("manifest-v2.yaml"), "utf8").replaceAll(
    "| gateway           | rtos           |",
    "| gateway           | rtos@R456      |",
  ),
);
const manifests = [
  "manifest-v2.yaml",
  "manifest-v3.yaml",
  "manifest-v2-no-way.yaml",
  "manifest-named.yaml",
];

const version = (type: string) => fc.constantFrom("1", "2", "3", "9").map((at) => `${type}-v${at}`);
const id = fc.constantFrom("R456", "R998", "B1", "~x.0~", 'q"\\', "é");
const gateway = fc.tuple(fc.constantFrom("G13", "G14"), version("gateway"));
const board = fc.tuple(fc.constantFrom("rtos", "rtos", "rtos", "motor"), id, version("rtos"));

/** The Components of a device, each `type id version`. */
const components = fc
  .tuple(gateway, fc.uniqueArray(board, { maxLength: 3, selector: ([, own]) => own }))
  .map(([[own, runs], boards]) => [
    `gateway ${own} ${runs}`,
    ...boards.map((parts) => parts.join(" ")),
  ]);

test(
  "each device gets the answer of plan --state, whoever stood in the same state before it",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...manifests),
        fc.array(components, { minLength: 1, maxLength: 5 }),
        async (manifest, devices) => {
          const lines = devices.map((device, at) => fleetLine(`d${at}`, ...device));
          const { answers } = await planFleetText(machine, manifest, [lines.join("\n")]);
          const wanted = await Promise.all(
            lines.map(async (line, at) => ({
              line: at + 1,
              id: `d${at}`,
              ...(await answerAlone(manifest, line, `state-${at}.yaml`)),
            })),
          );
          expect(answers.map(withoutStatePlaces)).toEqual(wanted.map(withoutStatePlaces));
        },
      ),
      fuzzing(200),
    );
  },
  fuzzingTimeout(),
);

test("a board that a table names by its id is not taken for another one in the same state", async () => {
  const lines = ["R456", "B1"].map((own) =>
    fleetLine(own, "gateway G13 gateway-v1", `rtos ${own} rtos-v1`),
  );
  const { answers, summary } = await planFleetText(machine, "manifest-named.yaml", [
    lines.join("\n"),
  ]);
  const alone = await Promise.all(
    lines.map((line, at) => answerAlone("manifest-named.yaml", line, `state-${at}.yaml`)),
  );
  expect(answers).toMatchObject(alone.map(withoutStatePlaces));
  expect(summary.groups).toHaveLength(2);
});

async function answerAlone(manifest: string, line: string, file: string): Promise<object> {
  const { components: told } = z.object({ components: z.unknown() }).parse(JSON.parse(line));
  writeFileSync(system.path(file), JSON.stringify({ components: told }));
  const options = { state: file, allowUnsignedManifest: false };
  const made = await makeInstallPlan(machine, manifest, options);
  if (!made.ok) return errorDocument(made.problems);
  return answerJson(await withWhyNot(machine, made.value), made.value.answer);
}

/** A line of a fleet has no place of its own in what is told of its Components. */
function withoutStatePlaces(answer: object): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, value: unknown) =>
      key === "at" || key === "expected" || (key === "file" && String(value).startsWith("state-"))
        ? undefined
        : value,
    ),
  );
}

/** Lines, some of them broken, each device once. */
const fleet = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: components },
      { weight: 1, arbitrary: fc.constantFrom("{", '{"id":"x"}', "") },
    ),
    {
      maxLength: 12,
    },
  )
  .map((lines) =>
    lines.map((line, at) => (typeof line === "string" ? line : fleetLine(`d${at}`, ...line))),
  );

test(
  "the summary of a fleet is the sum of those of its parts, however it is split and read",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...manifests),
        fleet,
        fc.array(fc.nat({ max: 12 }), { maxLength: 3 }),
        fc.integer({ min: 1, max: 200 }),
        async (manifest, lines, cuts, size) => {
          const whole = await planFleetText(machine, manifest, piecesOf(lines, size));
          const ends = [0, ...cuts.toSorted((a, b) => a - b), lines.length];
          const total = fleetTotal();
          for (const [at, end] of ends.slice(1).entries()) {
            const start = ends[at] ?? 0;
            const { summary } = await planFleetText(machine, manifest, [
              lines.slice(start, end).join("\n"),
            ]);
            total.merge(moved(summary, start));
          }
          expect(total.summary({ name: whole.summary.manifest, sha256: "0" })).toEqual(
            whole.summary,
          );
        },
      ),
      fuzzing(120),
    );
  },
  fuzzingTimeout(),
);

function piecesOf(lines: readonly string[], size: number): readonly string[] {
  const text = lines.join("\n");
  return Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  );
}

/** With the numbers that the lines have in the whole. */
function moved(summary: FleetSummary, by: number): FleetSummary {
  const first = summary.broken.first.map((line) => ({ ...line, line: line.line + by }));
  return { ...summary, broken: { ...summary.broken, first } };
}

/** Lines as they may come from anywhere: a good one with something done to it. */
const oddLine = fc
  .tuple(
    components,
    fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => text.replace('"id":', '"id":"twice","id":'),
      (text) => text.replace('"version":', '"version":"?","version":'),
      (text) => text.replace('"version":"', '"version":"\u0001'),
      (text) => text.replace('"version":"', '"version":"\\u0001'),
      (text) => text.replace('"version":"', '"version":"\u200b'),
      (text) => text.replace('"id":', '"system_type":"","id":'),
      (text) => text.replace('"id":', '"system_type":"robot","id":'),
      (text) => text.replace('"id":', '"more":1,"id":'),
      (text) => text.replace('"components":[', '"components":[{},'),
      (text) => text.replace(/"version":"[^"]*"/, '"provides":{"a":"b","c":"d"}'),
      (text) => text.replace(/"version":"[^"]*"/, '"provides":{"a":1}'),
      (text) => text.replace(/"version":"[^"]*"/, '"provides":{"a":"b","a":"b"}'),
      (text) => text.replace(/"version":"[^"]*"/, '"provides":{"__proto__":"b"}'),
      (text) => text.replace("G13", " G13"),
      (text) => `\ufeff${text}`,
      (text) => ` ${text} \r`,
      (text) => text.slice(0, -1),
    ),
  )
  .map(([device, change]) => change(fleetLine("d", ...device)));

test("what is read quickly is read the same in full, and what is not taken in full shares no key with what is", () => {
  const isTaken = new Map<string, boolean>();
  fc.assert(
    fc.property(oddLine, (text) => {
      const bytes = Buffer.from(text);
      const quick = quickFleetLine(bytes, (type) => type === "gateway");
      const read = readFleetLine({ name: "fleet.ndjson", bytes }, 7);
      if (quick === null) return;
      expect(isTaken.get(quick.key) ?? read.ok).toBe(read.ok);
      isTaken.set(quick.key, read.ok);
      if (!read.ok) return;
      expect(quick.id).toBe(read.value.id);
      expect(quick.components).toEqual(read.value.components.map((one) => one.id));
    }),
    fuzzing(4000),
  );
  expect(isTaken.size).toBeGreaterThan(20);
});
