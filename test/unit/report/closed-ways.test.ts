import { expect, test } from "vitest";
import { matchSystem } from "../../../src/manifest/match.ts";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { closedWays } from "../../../src/report/closed-ways.ts";
import { expectOk, matchInput, textFile } from "../../support/manifests.ts";

const manifest = expectOk(
  readManifest(
    textFile(
      "m.yaml",
      [
        "api_version: mender/v1",
        "kind: manifest",
        "name: edges",
        "system_types_compatible: [a]",
        "component_types:",
        "  gateway:",
        "    artifact_name: gateway-3.0",
        "    stepping_stones: [{ artifact_name: gateway-2.0 }]",
        "    edges:",
        '      columns: [from, to, "gateway:hw"]',
        "      rows:",
        "        - [1.x, 3.x, any, NO]",
        "        - [1.x, 2.x, B, NO]",
        "        - [3.x, 2.x, any, NO]",
        "        - [0.x, any, any, NO]",
        "constraints: { end_states: any, transition_states: any }",
        "",
      ].join("\n"),
    ),
  ),
).manifest;

const [{ type } = { type: null }] = manifest.componentTypes;

test.each([
  [
    "of a board that they keep from the wanted version and from each stone before it",
    "1.0",
    "B",
    [12, 13],
  ],
  ["not of one that gets there by a stone", "1.0", "A", []],
  ["not of one that is there", "3.0", "B", []],
  ["of one from whose version nothing is allowed", "0.9", "A", [15]],
])("the edges in the way are told %s", (_, version, hw, lines) => {
  if (type === null) throw new Error("a Manifest without types");
  const state = `components: [{ component_type: gateway, id: G, version: gateway-${version}, facts: { hw: ${hw} } }]\n`;
  const { system } = expectOk(matchSystem(matchInput(manifest, state)));
  expect(closedWays(manifest, system, type).map(({ line }) => line)).toEqual(lines);
});
