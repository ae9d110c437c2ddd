import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ComponentId } from "../../../src/core/ids.ts";
import { versionIn, versionNamed, versionOf } from "../../../src/manifest/version.ts";
import { systemOf, textFile } from "../../support/manifests.ts";
import { plainArtifact } from "../../support/plain-artifacts.ts";

const provides = (...pairs: readonly (readonly [string, string])[]) => new Map(pairs);

test("an Artifact at hand that is installed gives its name, whatever the Component calls itself", () => {
  const artifact = plainArtifact("rtos", "rtos-v2", { provides: { checksum: "aa" } });
  const installed = provides(
    ["artifact_name", "a-release"],
    ["checksum", "aa"],
    ["rootfs-image.rtos.version", "rtos-v2"],
  );
  expect(versionOf(installed, "rtos", [artifact])).toBe("rtos-v2");
  expect(versionOf(new Map(installed).set("checksum", "bb"), "rtos", [])).toBe("rtos-v2");
});

test("of several that are installed the first one counts", () => {
  const same = ["rtos-v2", "rtos-v2-again"].map((name) => ({
    ...plainArtifact("rtos", name),
    provides: new Map([["checksum", "aa"]]),
  }));
  expect(versionOf(provides(["checksum", "aa"]), "rtos", same)).toBe("rtos-v2");
  expect(versionOf(provides(["checksum", "aa"]), "rtos", same.toReversed())).toBe("rtos-v2-again");
});

test("else its Interface's version key, the one of Mender, its artifact_name, in this order", () => {
  const all = provides(
    ["artifact_name", "name"],
    ["rootfs-image.version", "mender"],
    ["rootfs-image.uart.version", "own.mender"],
    ["rootfs-image.other.version", "other"],
  );
  expect(versionOf(all, "uart", [])).toBe("own");
  all.delete("rootfs-image.uart.version");
  expect(versionOf(all, "uart", [])).toBe("mender");
  all.delete("rootfs-image.version");
  expect(versionOf(all, "uart", [])).toBe("name");
  all.delete("artifact_name");
  expect(versionOf(all, "uart", [])).toBe("?");
});

test("what cannot be a name is unknown, or passed over", () => {
  expect(versionNamed("")).toBe("?");
  expect(versionNamed("a\nb")).toBe("?");
  expect(versionNamed("x".repeat(300))).toBe("?");
});

test("a mandatory key that names nothing is unknown: artifact_name may be the Manifest's own", () => {
  for (const version of ["", " ", "x".repeat(300)]) {
    const blank = provides(["rootfs-image.uart.version", version], ["artifact_name", "name"]);
    expect(versionOf(blank, "uart", [])).toBe("?");
  }
  const moved = provides(["rootfs-image.uart.version", ""], ["rootfs-image.version", "mender"]);
  expect(versionOf(moved, "uart", [])).toBe("mender");
});

test.each(["uart-v1\u200b", "\ufeffuart-v1", "uart\u00a0v1", "uart-v1\ue000"])(
  "a version with a character that does not show is unknown: %j",
  (version) => {
    const odd = provides(["rootfs-image.uart.version", version], ["artifact_name", "name"]);
    expect(versionOf(odd, "uart", [])).toBe("?");
  },
);

test("a Component's version in a System's own terms", () => {
  const seed = "fixtures/systems/seed";
  const system = systemOf(
    textFile("m.yaml", readFileSync(`${seed}/manifest-v2.yaml`, "utf8")),
    readFileSync(`${seed}/state-v1.yaml`, "utf8"),
  );
  const rtos = ComponentId.parse("R456");
  expect(versionIn(system, rtos, versionNamed("rtos-v2"))).toEqual({
    version: "rtos-v2",
    index: 1,
  });
  expect(versionIn(system, rtos, versionNamed("rtos-v1->rtos-v2"))).toEqual({
    version: "rtos-v1->rtos-v2",
    index: 2,
  });
  expect(versionIn(system, ComponentId.parse("nobody"), versionNamed("a"))).toEqual({
    version: "a",
    index: null,
  });
});
