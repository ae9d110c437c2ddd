import { describe, expect, it } from "vitest";
import { ArtifactName, Sha256 } from "../../../src/core/ids.ts";
import {
  applyArtifact,
  isInstalled,
  matches,
  unmetDepends,
} from "../../../src/artifact/matching.ts";
import type { Artifact } from "../../../src/artifact/types.ts";

type Pairs = Readonly<Record<string, string>>;

function provides(pairs: Pairs): ReadonlyMap<string, string> {
  return new Map(Object.entries(pairs));
}

function artifact(
  sets: Pairs,
  clears: readonly string[] | null = null,
  depends: Readonly<Record<string, readonly string[]>> = {},
): Artifact {
  return {
    identity: Sha256.parse("0".repeat(64)),
    name: ArtifactName.parse(sets["artifact_name"] ?? "none"),
    group: null,
    payloadType: "t",
    provides: provides(sets),
    depends: new Map(Object.entries(depends)),
    clears,
    payloadFiles: [],
    hasStateScripts: false,
    verbatim: { headerInfo: new Uint8Array(), typeInfo: new Uint8Array(), metaData: null },
  };
}

describe("applying an Artifact to the Provides", () => {
  const now = provides({
    artifact_name: "v1",
    "rootfs-image.version": "v1",
    "rootfs-image.app.version": "a1",
    boot: "b1",
  });

  it("clears what its globs match, then sets its own", () => {
    const applied = applyArtifact(
      now,
      artifact({ artifact_name: "v2", "rootfs-image.version": "v2" }, ["rootfs-image.*"]),
    );

    expect(Object.fromEntries(applied)).toEqual({
      artifact_name: "v2",
      "rootfs-image.version": "v2",
      boot: "b1",
    });
  });

  it("clears everything where the field is absent", () => {
    expect(Object.fromEntries(applyArtifact(now, artifact({ artifact_name: "v2" })))).toEqual({
      artifact_name: "v2",
    });
  });

  it("clears nothing where the list is empty", () => {
    expect(Object.fromEntries(applyArtifact(now, artifact({ artifact_name: "v2" }, [])))).toEqual({
      artifact_name: "v2",
      "rootfs-image.version": "v1",
      "rootfs-image.app.version": "a1",
      boot: "b1",
    });
  });
});

describe("a glob", () => {
  it.each([
    ["abc", "abc", true],
    ["abc", "abcabc", false],
    ["abc", "xabc", false],
    ["*abc", "abc", true],
    ["*abc", "xabc", true],
    ["*abc", "abcx", false],
    ["*", "", true],
    ["*", "anything.at.all", true],
    ["a*", "a", true],
    ["a*b", "ab", true],
    ["a*b", "a.x.b", true],
    ["a*a", "a", false],
    ["a*b*c", "a1b2c", true],
    ["a*b*c", "acb", false],
    ["a*bc*c", "abc", false],
    ["a**b", "ab", true],
    ["rootfs-image.*", "rootfs-image.version", true],
    ["rootfs-image.*", "rootfs-imageXversion", false],
    ["a.c", "abc", false],
    ["a[b]c", "abc", false],
    ["a?c", "abc", false],
    ["", "", true],
    ["", "x", false],
  ])("%j against %j: %s", (glob, key, expected) => {
    expect(matches(glob, key)).toBe(expected);
  });

  it("of many asterisks is decided at once", () => {
    expect(matches(`${"*a".repeat(1000)}b`, "a".repeat(100_000))).toBe(false);
  });
});

describe("an Artifact is installed", () => {
  const v2 = artifact({ artifact_name: "v2", "rootfs-image.version": "2" }, ["rootfs-image.*"]);

  it("where applying it would change nothing", () => {
    expect(isInstalled(provides({ "rootfs-image.version": "2" }), v2)).toBe(true);
    expect(isInstalled(provides({ "rootfs-image.version": "1" }), v2)).toBe(false);
    expect(isInstalled(provides({}), v2)).toBe(false);
  });

  it("under whatever name", () => {
    expect(isInstalled(provides({ artifact_name: "v1", "rootfs-image.version": "2" }), v2)).toBe(
      true,
    );
    expect(isInstalled(provides({ "rootfs-image.version": "2" }), v2)).toBe(true);
  });

  it("whatever other keys there are that it leaves alone", () => {
    expect(isInstalled(provides({ "rootfs-image.version": "2", boot: "b7" }), v2)).toBe(true);
  });

  it("not where a key is left that it would clear", () => {
    expect(
      isInstalled(provides({ "rootfs-image.version": "2", "rootfs-image.delta": "d" }), v2),
    ).toBe(false);
    const clearsAll = artifact({ "rootfs-image.version": "2" });
    expect(isInstalled(provides({ "rootfs-image.version": "2", boot: "b7" }), clearsAll)).toBe(
      false,
    );
  });

  it("by its name where there is nothing else to compare", () => {
    const bare = artifact({ artifact_name: "v2" });
    expect(isInstalled(provides({ artifact_name: "v2" }), bare)).toBe(true);
    expect(isInstalled(provides({ artifact_name: "v1" }), bare)).toBe(false);
    expect(isInstalled(provides({ artifact_name: "v2", "rootfs-image.version": "2" }), bare)).toBe(
      false,
    );
    expect(isInstalled(provides({ artifact_name: "v2" }), v2)).toBe(false);
  });

  it("whatever the device type: that is ours to compare, and not here", () => {
    expect(isInstalled(provides({ "rootfs-image.version": "2", device_type: "gateway" }), v2)).toBe(
      true,
    );
    expect(
      isInstalled(
        provides({ "rootfs-image.version": "2", device_type: "x" }),
        artifact({ "rootfs-image.version": "2" }),
      ),
    ).toBe(true);
  });
});

describe("what an Artifact depends on", () => {
  it("is met by one of the listed values", () => {
    const needsGroup = artifact({}, null, { artifact_group: ["a", "b"], boot: ["7"] });

    expect(
      unmetDepends(provides({ artifact_group: "b", boot: "7" }), "gateway", needsGroup),
    ).toEqual([]);
    expect(unmetDepends(provides({ artifact_group: "c" }), "gateway", needsGroup)).toEqual([
      { key: "artifact_group", wanted: ["a", "b"], found: "c" },
      { key: "boot", wanted: ["7"], found: null },
    ]);
  });

  it("is the Component's type where it says device_type, whatever the Provides say", () => {
    const forGateway = artifact({}, null, { device_type: ["gateway"] });

    expect(unmetDepends(provides({}), "gateway", forGateway)).toEqual([]);
    expect(unmetDepends(provides({ device_type: "gateway" }), "rtos", forGateway)).toEqual([
      { key: "device_type", wanted: ["gateway"], found: "rtos" },
    ]);
  });
});
