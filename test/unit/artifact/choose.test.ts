import { describe, expect, test } from "vitest";
import { chooseOfRelease } from "../../../src/artifact/choose.ts";
import type { Artifact } from "../../../src/artifact/types.ts";
import { plainArtifact } from "../../support/plain-artifacts.ts";

const checksum = "rootfs-image.rtos.checksum";

/** Whoever has it installed has this checksum; without `from` it replaces whatever is there. */
function release(name: string, { brings, from }: { brings: string; from?: string }) {
  const depends = from === undefined ? {} : { [checksum]: [from] };
  return { artifact: plainArtifact("rtos", name, { provides: { [checksum]: brings }, depends }) };
}

const running = (sum: string) =>
  new Map([
    ["artifact_name", "old"],
    ["rootfs-image.rtos.version", "old"],
    [checksum, sum],
  ]);

const fromA = release("rtos-v3", { brings: "c", from: "a" });
const fromB = release("rtos-v3", { brings: "c", from: "b" });
const full = release("rtos-v3", { brings: "c" });
const stone = release("rtos-v2", { brings: "b", from: "a" });

function choose(
  candidates: readonly { readonly artifact: Artifact }[],
  present: readonly string[],
  others: readonly { readonly artifact: Artifact }[] = [],
) {
  return chooseOfRelease(candidates, {
    componentType: "rtos",
    present: present.map(running),
    available: [...candidates, ...others].map(({ artifact }) => artifact),
  });
}

describe("of several Artifacts of one release", () => {
  test("the preferred one is taken where all may be installed", () => {
    expect(choose([fromA, full], ["a"])).toBe(fromA);
  });

  test("one whose depends refuse yields to another", () => {
    expect(choose([fromA, full], ["b"])).toBe(full);
    expect(choose([fromA, fromB, full], ["b"])).toBe(fromB);
  });

  test("the one that all Components may have wins over one that only some may have", () => {
    expect(choose([fromA, full], ["a", "b"])).toBe(full);
  });

  test("one that may be installed now wins over one that may be after a stepping stone", () => {
    expect(choose([fromB, full], ["a"], [stone])).toBe(full);
  });

  test("where none may be installed now, what the stepping stones will provide decides", () => {
    const fromX = release("rtos-v3", { brings: "c", from: "x" });
    expect(choose([fromX, fromB], ["a"], [stone])).toBe(fromB);
  });

  test("what is installed already is not installed again as another of its Artifacts", () => {
    const other = release("rtos-v3", { brings: "other" });
    const installed = new Map(full.artifact.provides);
    const chooser = { componentType: "rtos", available: [other.artifact, full.artifact] };
    expect(chooseOfRelease([other, full], { ...chooser, present: [installed] })).toBe(full);
  });

  test("the preferred one is taken where none fits, for the planner to say why", () => {
    expect(choose([fromA, fromB], ["x"])).toBe(fromA);
  });

  test("the preferred one is taken where nothing is known of the Components, and nothing of none", () => {
    expect(choose([fromA, full], [])).toBe(fromA);
    expect(choose([], ["a"])).toBeNull();
  });

  test("content without end is not followed for ever", () => {
    const adding = Array.from({ length: 16 }, (_, index) => ({
      artifact: plainArtifact("rtos", `rtos-s${String(index)}`, {
        provides: { [`key-${String(index)}`]: "1" },
        clears: [],
      }),
    }));
    expect(choose([fromB, full], ["x"], adding)).toBe(full);
  });
});
