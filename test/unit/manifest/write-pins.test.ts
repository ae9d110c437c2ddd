import { describe, expect, test } from "vitest";
import { Sha256 } from "../../../src/core/ids.ts";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { withPins } from "../../../src/manifest/write-pins.ts";

const one = Sha256.parse("1".repeat(64));
const two = Sha256.parse("2".repeat(64));
const sums = new Map([
  ["a.mender", one],
  ["b.mender", two],
]);

function written(componentTypes: string) {
  const text = `api_version: mender/v1
kind: manifest
name: release
system_types_compatible: [system]
${componentTypes}`;
  const pinned = withPins({ name: "m.yaml", bytes: new TextEncoder().encode(text) }, sums);
  return pinned.ok
    ? new TextDecoder().decode(pinned.value).slice(text.indexOf("component_"))
    : pinned;
}

describe("the checksums of Artifacts are written into a Manifest", () => {
  test("beside every path, whatever form it was written in; the rest stays as it is", () => {
    expect(
      written(`component_types:
  # the gateway
  gateway:
    artifact_path: "a.mender" # ours
    update_strategy: { order: 1 }
    stepping_stones:
      - artifact_path: b.mender
      - { artifact_path: a.mender }
      -
        artifact_name: by-name
  rtos: { artifact_name: rtos-v2, artifact_path: b.mender, update_strategy: { order: 2 } }
`),
    ).toBe(`component_types:
  # the gateway
  gateway:
    sha256: ${one}
    artifact_path: "a.mender" # ours
    update_strategy: { order: 1 }
    stepping_stones:
      - sha256: ${two}
        artifact_path: b.mender
      - { sha256: ${one}, artifact_path: a.mender }
      -
        artifact_name: by-name
  rtos: { sha256: ${two}, artifact_name: rtos-v2, artifact_path: b.mender, update_strategy: { order: 2 } }
`);
  });

  test("once where two types share what is written", () => {
    expect(
      written(`component_types:
  gateway: &same
    update_strategy: { order: 1 }
    artifact_path: a.mender
  rtos: *same
`),
    ).toBe(`component_types:
  gateway: &same
    sha256: ${one}
    update_strategy: { order: 1 }
    artifact_path: a.mender
  rtos: *same
`);
  });

  test("and one that is there stays", () => {
    const types = `component_types:
  gateway:
    artifact_path: a.mender
    sha256: ${two}
    update_strategy: { order: 1 }
`;
    expect(written(types)).toBe(types);
  });

  test("where they have no place it is said, and which lines to write", () => {
    const pinned = written(`component_types:
  gateway:
    ? artifact_path
    : a.mender
    ? update_strategy
    : order: 1
`);
    expect(pinned).toMatchObject({ ok: false });
  });

  test("or one that is no checksum is refused", () => {
    const bytes = new TextEncoder().encode(`api_version: mender/v1
kind: manifest
name: release
system_types_compatible: [system]
component_types: { gateway: { artifact_path: a.mender, sha256: ABC, update_strategy: { order: 1 } } }
`);
    const read = readManifest({ name: "m.yaml", bytes });
    expect(read).toMatchObject({
      ok: false,
      problems: [
        { code: "wrong-value", expected: "a SHA-256 in 64 lower-case hexadecimal digits" },
      ],
    });
  });
});
