import { describe, expect, it } from "vitest";
import { entrySource, openBundle } from "../../../src/bundle/bundle.ts";
import { collect, memorySource } from "../../support/byte-sources.ts";
import { buildBundle, manifestText } from "../../support/bundles.ts";
import { buildArtifact, tar } from "../../support/artifacts.ts";

describe("a bundle made by bundle create", () => {
  it("is opened in place: the Manifest and where each Artifact lies", async () => {
    const bytes = await buildBundle();
    const source = memorySource("b.tar", bytes);

    const opened = await openBundle(source, []);

    expect(opened).toMatchObject({
      ok: true,
      value: {
        name: "b.tar",
        signed: false,
        verifiedBy: null,
        plain: false,
        manifest: { entry: "manifest.yaml", bytes: new TextEncoder().encode(manifestText) },
        entries: [{ name: "artifacts/gateway-v2.mender" }, { name: "artifacts/rtos-v2.mender" }],
      },
    });
    if (!opened.ok) return;
    const gateway = entrySource(opened.value, source, "artifacts/gateway-v2.mender");
    expect(gateway?.name).toBe("b.tar:artifacts/gateway-v2.mender");
    expect(gateway && (await collect(gateway.read(0, gateway.size)))).toEqual(
      Buffer.from(await buildArtifact()),
    );
    expect(entrySource(opened.value, source, "artifacts/other.mender")).toBeNull();
  });
});

describe("a tar packed by hand", () => {
  it("is opened, whatever the order of its entries", async () => {
    const artifact = await buildArtifact();
    const bytes = await tar([
      { name: "gateway-v2.mender", content: artifact },
      { name: "./manifest.yaml", content: manifestText },
    ]);

    const opened = await openBundle(memorySource("hand.tar", bytes), []);

    expect(opened).toMatchObject({
      ok: true,
      value: {
        plain: true,
        manifest: { entry: "manifest.yaml" },
        entries: [{ name: "gateway-v2.mender", size: artifact.length, sha256: null }],
      },
    });
  });
});
