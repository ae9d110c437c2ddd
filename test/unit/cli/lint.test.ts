import { describe, expect, it } from "vitest";
import { lint } from "../../../src/cli/commands/lint.ts";
import { artifactByName, wantedArtifacts } from "../../../src/manifest/available-artifacts.ts";
import { readManifest } from "../../../src/manifest/read-manifest.ts";

function linted(types: string, constraints: string) {
  const text = `api_version: mender/v1
kind: manifest
name: m
system_types_compatible: [s]
component_types:
${types}
constraints:
${constraints}
`;
  const read = readManifest({ name: "m.yaml", bytes: new TextEncoder().encode(text) });
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join("\n"));
  const { problems, notes, reach } = lint(
    read.value.manifest,
    wantedArtifacts(read.value.manifest).map(artifactByName),
  );
  const told = (found: typeof notes) =>
    found.map(({ code, at, message }) => `${code} ${at?.line ?? "-"} ${message}`);
  return {
    problems: told(problems),
    notes: told(notes),
    reach: reach === null ? null : reach.reach.map((row) => row.join(" ")),
  };
}

const types = `  gateway: { artifact_name: gateway-v2 }
  rtos: { artifact_name: rtos-v2 }`;

const ends = `  end_states:
    columns: [gateway, rtos]
    rows:
      v.1: [gateway-v1, rtos-v1]
      v.2: [gateway-v2, rtos-v2]`;

const gatewayFirst = `  transition_states:
    - name: gateway-first
      columns: [gateway, rtos]
      rows:
        - [gateway-v2, rtos-v1, YES]`;

describe("what is odd about the tables of a Manifest", () => {
  it("is nothing where they are as they should be", () => {
    expect(linted(types, `${ends}\n${gatewayFirst}`)).toEqual({
      problems: [],
      notes: [],
      reach: ["same yes", "allowed same"],
    });
  });

  it("is a wanted state that is none: then the Manifest cannot work at all", () => {
    const wrong = types.replace("rtos-v2", "rtos-v3");
    expect(linted(wrong, `${ends}\n${gatewayFirst}`)).toMatchObject({
      problems: [
        'target-not-an-end-state 13 What the Manifest wants is no acceptable end state: gateway "gateway-v2", rtos "rtos-v3".',
      ],
    });
  });

  it("is an end state that nothing leads to", () => {
    expect(
      linted(
        types,
        ends.replace("gateway-v2, rtos-v2", "gateway-v2, [rtos-v1, rtos-v2]") +
          "\n      v.9: [gateway-v9, rtos-v9]",
      ),
    ).toMatchObject({
      notes: [
        'end-state-unreachable 14 The tables let no other end state lead to "v.9", nor "v.9" to any other.',
      ],
      reach: ["same yes no", "allowed same no", "no no same"],
    });
  });

  it("is an order that the tables do not allow", () => {
    const ordered = `  gateway: { artifact_name: gateway-v2, update_strategy: { order: 2 } }
  rtos: { artifact_name: rtos-v2, update_strategy: { order: 1 } }`;
    expect(linted(ordered, `${ends}\n${gatewayFirst}`)).toEqual({
      problems: [],
      notes: [
        'order-breaks-rows 6 The hand-written order of "gateway" and "rtos" has no acceptable way from "v.1"; without it there is one.',
      ],
      reach: ["same yes", "allowed same"],
    });
  });

  it("is a version that no Artifact gives and no end state holds, where it is not one to start from", () => {
    const stray = gatewayFirst.replace("rtos-v1, YES", "[rtos-v1, rtos-vl], YES");
    expect(linted(types, `${ends}\n${stray}`)).toMatchObject({
      notes: [
        'version-without-artifact 7 The tables name versions of "rtos" that no Artifact of the Manifest gives and no end state holds: "rtos-vl".',
      ],
    });
  });
});
