import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { verifyArtifact } from "../../../src/artifact/verify.ts";
import { nodeDecompressors } from "../../../src/platform/decompress.ts";
import { buildArtifact } from "../../support/artifacts.ts";
import { memorySource } from "../../support/byte-sources.ts";
import { menderDevicesWork } from "../../support/mender-device.ts";
import { type Accepted, installed, validated } from "../../support/mender-judges.ts";
import { needs } from "../../support/needs.ts";
import { type OddArtifact, oddArtifacts } from "../../support/odd-artifacts.ts";
import { inTier } from "../../support/tier.ts";

const hasTools = [needs("mender-artifact"), needs("xz"), needs("zstd")].every(Boolean);
const hasDevice = menderDevicesWork();

/** What the device of the Mender Client provides, so that what odd Artifacts depend on is there. */
const before = {
  headerInfo: {
    payloads: [{ type: "t" }],
    artifact_provides: { artifact_name: "n" },
    artifact_depends: { device_type: ["gateway"] },
  },
  typeInfo: { type: "t", artifact_provides: { d: "1", other: "x" }, clears_artifact_provides: [] },
};

/** Debian's mender-artifact 3.9 and mender-client are older than zstd in Artifacts, which the format has. */
const zstd = ["all compressed as .zst", "payload as .zst under a gzip header"];

/** The usual tier tries every fifth. */
const isTried = ({ name }: OddArtifact, at: number) =>
  inTier(at % 5 === 0, true) || zstd.includes(name);

/** `<name>: <our code>` a line, of all odd Artifacts. */
const refusedByUsOnly = readFileSync("fixtures/artifacts-odd/refused-by-us-only.txt", "utf8");

describe.skipIf(!hasTools)("odd Artifacts, ours against the real tools", () => {
  let odd: readonly OddArtifact[];
  /** Our refusals by the name of the Artifact. */
  let refused: ReadonlyMap<string, string>;
  let byValidate: Accepted;
  let byInstall: Accepted | null;

  beforeAll(async () => {
    odd = (await oddArtifacts()).filter(isTried);
    // One tool a core, and ours while they run.
    [byValidate, byInstall, refused] = await Promise.all([
      validated(odd),
      hasDevice ? buildArtifact(before).then((bytes) => installed(odd, bytes)) : null,
      refusals(odd),
    ]);
  }, 300_000);

  it("are dozens, and several hundred in the thorough tier", () => {
    expect(odd.length).toBeGreaterThan(inTier(60, 300));
  });

  it("differ from mender-artifact validate only where docs/artifact.md gives the reason", () => {
    const { weAccept, weRefuse } = differences(odd, refused, byValidate);
    expect(weAccept).toEqual(zstd);
    const listed = refusedByUsOnly.trimEnd().split("\n");
    expect(weRefuse).toEqual(
      listed.filter((line) => odd.some(({ name }) => line.startsWith(`${name}: `))),
    );
  });

  it.skipIf(!hasDevice)(
    "differ from mender install in nothing more; needs root and mender-client",
    () => {
      const { weAccept, weRefuse } = differences(odd, refused, byInstall ?? new Set());
      const listed = differences(odd, refused, byValidate);
      expect(weAccept).toEqual(listed.weAccept);
      expect(weRefuse.length).toBeGreaterThan(inTier(5, 30));
      expect(weRefuse.filter((line) => !listed.weRefuse.includes(line))).toEqual([]);
    },
  );

  it.skipIf(!hasDevice)("are never accepted where both real tools refuse", () => {
    const accepted = odd.filter(({ name }) => !refused.has(name));
    const alone = accepted.filter(
      ({ name }) => !byValidate.has(name) && byInstall?.has(name) === false,
    );
    expect(alone.map(({ name }) => name)).toEqual(zstd);
  });
});

async function refusals(odd: readonly OddArtifact[]): Promise<ReadonlyMap<string, string>> {
  const codes = new Map<string, string>();
  for (const { name, bytes } of odd) {
    const ours = await verifyArtifact(memorySource("a", bytes), [], nodeDecompressors());
    if (!ours.ok) codes.set(name, ours.problems[0]?.code ?? "");
  }
  return codes;
}

function differences(
  odd: readonly OddArtifact[],
  refused: ReadonlyMap<string, string>,
  accepted: Accepted,
) {
  const names = odd.map(({ name }) => name);
  return {
    weAccept: names.filter((name) => !refused.has(name) && !accepted.has(name)),
    weRefuse: names
      .filter((name) => refused.has(name) && accepted.has(name))
      .map((name) => `${name}: ${refused.get(name) ?? ""}`),
  };
}
