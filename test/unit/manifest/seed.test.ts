import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { matchSystem } from "../../../src/manifest/match.ts";
import { System } from "../../../src/manifest/system.ts";
import { readTopology } from "../../../src/manifest/topology.ts";
import { expectOk, matchInput, systemOf, textFile } from "../../support/manifests.ts";

const seed = "fixtures/systems/seed";
const file = (name: string) => textFile(name, readFileSync(`${seed}/${name}`, "utf8"));
const stateV1 = readFileSync(`${seed}/state-v1.yaml`, "utf8");

test("the seed's two tables become a System, row by row", () => {
  const system = systemOf(file("manifest-v2.yaml"), stateV1);
  expect(System.safeParse(system).success).toBe(true);
  expect(system.types).toEqual([
    {
      name: "gateway",
      versions: ["gateway-v1", "gateway-v2", "?"],
      target: 1,
      maxParallel: null,
      order: null,
    },
    {
      name: "rtos",
      versions: ["rtos-v1", "rtos-v2", "?"],
      target: 1,
      maxParallel: null,
      order: null,
    },
  ]);
  expect(system.components.map(({ id, type, start }) => [id, type, start])).toEqual([
    ["G13", 0, 0],
    ["R456", 1, 0],
    ["R998", 1, 0],
  ]);
  const [end] = system.endTables;
  const [transition] = system.transitionTables;
  expect(
    end?.rows.map(({ cells, verdict, systemVersion }) => [cells, verdict, systemVersion]),
  ).toEqual([
    [[[0], [0]], "yes", "v.1"],
    [[[0], [1]], "no", null],
    [[[1], [0]], "no", null],
    [[[1], [1]], "yes", "v.2"],
  ]);
  expect(transition?.rows.map(({ cells, verdict }) => [cells, verdict])).toEqual([
    [[[0], [0]], "n/a"],
    [[[0], [1]], "no"],
    [[[1], [0]], "yes"],
    [[[1], [1]], "n/a"],
  ]);
});

test("a row keeps its line and what stands there", () => {
  const system = systemOf(file("manifest-v2.yaml"), stateV1);
  expect(system.transitionTables[0]?.rows[2]?.rule).toEqual({
    file: "manifest-v2.yaml",
    line: 30,
    row: "| gateway-v2.mender | rtos-v1.mender | YES        |",
  });
});

test("the same tables in YAML say the same, with the row as written", () => {
  const system = systemOf(file("manifest-v3.yaml"), stateV1);
  expect(system.endTables[0]?.rows.map(({ rule }) => rule.row)).toEqual([
    "v.1: [gateway-v1, rtos-v1]",
    "v.2: [gateway-v2, rtos-v2]",
    "v.3: [gateway-v3, rtos-v3]",
  ]);
  expect(system.transitionTables[0]?.name).toBe("gateway-first");
  expect(system.transitionTables[0]?.rows.map(({ rule }) => `${rule.line} ${rule.row}`)).toEqual([
    "32 [gateway-v2, rtos-v1, YES]",
    "33 [gateway-v3, rtos-v2, YES]",
  ]);
  expect(system.components[0]?.hops).toEqual([[1, 2], [2], [1], [1, 2]]);
});

test("a Manifest without tables keeps the order that was written by hand", () => {
  const system = systemOf(file("manifest-v2-order.yaml"), stateV1);
  expect(system.types.map(({ name, order }) => [name, order])).toEqual([
    ["gateway", 1],
    ["rtos", 2],
  ]);
  expect(system.endTables).toEqual([]);
});

test("the Topology tells what to call for each Component", () => {
  const topology = expectOk(readTopology(file("topology-streams.yaml"), null));
  expect(topology.systemType).toBe("gateway-with-two-rtos");
  expect(topology.components.map((one) => [one.componentType, one.interface, one.args])).toEqual([
    ["gateway", "gateway", ["G13"]],
    ["rtos", "rtos-streaming", ["R456"]],
    ["rtos", "rtos-whole", ["R998"]],
  ]);
});

test("undeclared rollback is told once for all Components", () => {
  const { manifest } = expectOk(readManifest(file("manifest-v2.yaml")));
  const input = matchInput(manifest, stateV1);
  const components = input.components.map((one) => ({ ...one, supportsRollback: null }));
  const { notes } = expectOk(matchSystem({ ...input, components }));
  expect(notes.map(({ message }) => message)).toEqual([
    "Nobody says whether G13, R456, R998 can roll back; the plan takes it that they can.",
  ]);
});
