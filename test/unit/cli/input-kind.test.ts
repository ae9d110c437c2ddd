import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { kindOfInput, kindOfText } from "../../../src/cli/input-kind.ts";
import { buildBundle } from "../../support/bundles.ts";
import { memorySource } from "../../support/byte-sources.ts";

const kindOf = (bytes: Uint8Array) => kindOfInput(memorySource("a file", bytes));

test("bundles, Artifacts and texts are told by their content", async () => {
  const bundle = await buildBundle();
  const artifact = readFileSync("fixtures/systems/seed/artifacts/rtos-v1.mender");
  expect(await kindOf(bundle)).toBe("bundle");
  expect(await kindOf(gzipSync(bundle))).toBe("gzip");
  expect(await kindOf(artifact)).toBe("artifact");
  expect(await kindOf(Buffer.from("kind: manifest\n"))).toBe("text");
  expect(await kindOf(new Uint8Array(0))).toBe("text");
});

test.each([
  ["api_version: mender/v1\nkind: topology\n", "Topology"],
  [`kind: "manifest"\n`, "Manifest"],
  ["kind: update_manifest\n", "Manifest"],
  ["constraints:\n  end_states: {}\n", "constraints file"],
  ["components:\n  - {component_type: rtos}\n", "state file"],
  [`\n{ "LogLevel": "info" }`, "configuration"],
  ["nothing: at all\n", "Manifest"],
  ["  kind: topology\n", "Manifest"],
])("%j is taken for a %s", (text, kind) => {
  expect(kindOfText(Buffer.from(text))).toBe(kind);
});
