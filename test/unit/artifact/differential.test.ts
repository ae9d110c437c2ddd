import { describe, expect, it } from "vitest";
import { verifyArtifact } from "../../../src/artifact/verify.ts";
import { nodeDecompressors } from "../../../src/platform/decompress.ts";
import { memorySource } from "../../support/byte-sources.ts";
import { realValidate } from "../../support/mender-artifact.ts";
import { needs } from "../../support/needs.ts";
import { oddArtifacts } from "../../support/odd-artifacts.ts";

const ready = [needs("mender-artifact"), needs("xz"), needs("zstd")].every(Boolean);

describe.skipIf(!ready)("odd Artifacts, ours against mender-artifact validate", () => {
  it("differ only where docs/artifact.md gives the reason", { timeout: 300_000 }, async () => {
    const weAccept: string[] = [];
    const weRefuse: string[] = [];
    const odd = await oddArtifacts();
    for (const { name, bytes } of odd) {
      const ours = await verifyArtifact(memorySource("a", bytes), [], nodeDecompressors());
      const theirs = realValidate(bytes);
      if (ours.ok && !theirs) weAccept.push(name);
      if (!ours.ok && theirs) weRefuse.push(`${name}: ${ours.problems[0]?.code}`);
    }

    expect(odd.length).toBeGreaterThan(300);
    // Debian's mender-artifact 3.9 is older than zstd in Artifacts.
    expect(weAccept).toEqual(["all compressed as .zst", "payload as .zst under a gzip header"]);
    await expect(weRefuse.map((line) => `${line}\n`).join("")).toMatchFileSnapshot(
      "../../../fixtures/artifacts-odd/refused-by-us-only.txt",
    );
  });
});
