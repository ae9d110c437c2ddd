import { describe, expect, test } from "vitest";
import { ComponentId, ComponentType, Version } from "../../../src/core/ids.ts";
import type { AvailableArtifact } from "../../../src/manifest/available-artifacts.ts";
import { matchSystem } from "../../../src/manifest/match.ts";
import type { MatchInput } from "../../../src/manifest/match-input.ts";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { expectOk, problemsOf, textFile } from "../../support/manifests.ts";
import { availableArtifact } from "../../support/plain-artifacts.ts";

const checksum = "rootfs-image.rtos.checksum";

const manifest = expectOk(
  readManifest(
    textFile(
      "m.yaml",
      `api_version: mender/v1
kind: manifest
name: one-type
system_types_compatible: [a]
component_types:
  rtos:
    artifact_name: rtos-v3
    update_strategy: { order: 1 }
    stepping_stones: [{ artifact_name: rtos-v2 }]
`,
    ),
  ),
).manifest;

/** Whoever has it installed has this checksum; without `from` it replaces whatever is there. */
function release(
  name: string,
  { brings, from }: { brings: string; from?: string },
): AvailableArtifact {
  const depends = from === undefined ? {} : { [checksum]: [from] };
  const role = name === "rtos-v3" ? "target" : "stepping-stone";
  return availableArtifact("rtos", role, name, { provides: { [checksum]: brings }, depends });
}

function input(artifacts: readonly AvailableArtifact[], sums: readonly string[]): MatchInput {
  return {
    manifest,
    deviceConstraints: null,
    systemType: null,
    components: sums.map((sum, index) => ({
      id: ComponentId.parse(`R${index + 1}`),
      type: ComponentType.parse("rtos"),
      interface: "rtos",
      current: {
        kind: "provides",
        provides: new Map([
          ["artifact_name", `old-${sum}`],
          ["rootfs-image.rtos.version", `old-${sum}`],
          [checksum, sum],
        ]),
      },
      supportsRollback: true,
      rebootsHost: false,
      facts: new Map(),
      at: null,
    })),
    absent: [],
    start: "real",
    artifacts,
  };
}

const fromA = release("rtos-v3", { brings: "c", from: "a" });
const fromB = release("rtos-v3", { brings: "c", from: "b" });
const full = release("rtos-v3", { brings: "c" });
const stone = release("rtos-v2", { brings: "b", from: "a" });

/** What each Component gets on its way, in the order in which the Artifacts are preferred. */
function along(
  artifacts: readonly AvailableArtifact[],
  sums: readonly string[],
  way: readonly string[] = ["rtos-v3"],
) {
  const { choices } = expectOk(matchSystem(input(artifacts, sums)));
  return choices.map((choice) => choice.along(way.map((version) => Version.parse(version))));
}

describe("of several Artifacts of one release", () => {
  test("each Component gets the preferred one of those that it may have", () => {
    expect(along([fromA, fromB, full], ["a", "b", "x"])).toEqual([[fromA], [fromB], [full]]);
    expect(along([full, fromA], ["a"])).toEqual([[full]]);
  });

  test("it is chosen by what the Component is after the steps before", () => {
    expect(along([fromB, stone], ["a"], ["rtos-v2", "rtos-v3"])).toEqual([[stone, fromB]]);
    expect(along([fromA, fromB, stone], ["a"], ["rtos-v2", "rtos-v3"])).toEqual([[stone, fromB]]);
    expect(along([fromA, fromB, stone], ["a"])).toEqual([[fromA]]);
  });

  test("those are possible that a Component gets on some way or other, and no others", () => {
    const { choices } = expectOk(matchSystem(input([fromA, fromB, full, stone], ["a", "b", "x"])));
    expect(choices.map(({ possible }) => [...possible])).toEqual([
      [fromA, stone, fromB],
      [fromB],
      [full],
    ]);
  });

  test("one is installed from wherever any of them may be", () => {
    const { system } = expectOk(matchSystem(input([fromA, fromB], ["a", "b"])));
    const [versions = []] = system.types.map((type) => type.versions);
    const to = versions.indexOf(Version.parse("rtos-v3"));
    expect(system.components.map(({ hops, start }) => hops[start])).toEqual([[to], [to]]);
  });

  test("all are told of where a Component may have none of them", () => {
    const [problem] = problemsOf(matchSystem(input([fromA, fromB], ["a", "x"])));
    expect(problem).toMatchObject({
      code: "artifact-depends-unmet",
      message: `"rtos-v3" cannot be installed on "R2" by any of its 2 Artifacts: it depends on "${checksum}" being "a" or "b", and finds "x".`,
      expected: `${checksum}=a or b`,
      got: '"x"',
    });
  });
});
