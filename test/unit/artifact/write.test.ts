import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSigningKey, readVerifyKey } from "../../../src/artifact/keys.ts";
import { verifyArtifact } from "../../../src/artifact/verify.ts";
import { type ArtifactInput, writeArtifact } from "../../../src/artifact/write.ts";
import { nodeDecompressors } from "../../../src/platform/decompress.ts";
import type { ByteSource } from "../../../src/platform/types.ts";
import { sha256 } from "../../support/artifacts.ts";
import { collect, memorySource } from "../../support/byte-sources.ts";
import { realValidate } from "../../support/mender-artifact.ts";
import { needs } from "../../support/needs.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { valueOf } from "../../support/results.ts";

const manifest = "kind: manifest\n";

function input(payload: string | Uint8Array = manifest, changes: Partial<ArtifactInput> = {}) {
  return {
    name: "system-core-v2",
    deviceTypes: ["gateway-with-two-rtos"],
    payloadType: "mender-orchestrator-manifest",
    provides: { "data-partition.mender-orchestrator-manifest.version": "system-core-v2" },
    clears: ["data-partition.mender-orchestrator-manifest.*"],
    payload: { name: "v2.yaml", source: memorySource("v2.yaml", Buffer.from(payload)) },
    key: null,
    ...changes,
  };
}

async function written(given: ArtifactInput): Promise<Uint8Array> {
  return collect(await writeArtifact(given));
}

function keyPair(kind: "rsa" | "ec") {
  const pair =
    kind === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const privatePem = pair.privateKey.export({ type: "pkcs8", format: "pem" });
  const publicPem = pair.publicKey.export({ type: "spki", format: "pem" });
  return {
    signing: valueOf(readSigningKey({ name: "key", pem: Buffer.from(privatePem) })),
    verify: valueOf(readVerifyKey({ name: "key.pub", pem: Buffer.from(publicPem) })),
    publicPem,
  };
}

describe("an Artifact that we write", () => {
  it("is read back with all that was put in", async () => {
    const bytes = await written(input());
    const source = memorySource("a.mender", bytes);
    const { artifact, files } = valueOf(await verifyArtifact(source, [], nodeDecompressors()));
    expect(files).toEqual([{ name: "v2.yaml", size: 15, sha256: sha256(manifest) }]);
    expect(artifact).toMatchObject({
      name: "system-core-v2",
      payloadType: "mender-orchestrator-manifest",
      provides: new Map([
        ["artifact_name", "system-core-v2"],
        ["data-partition.mender-orchestrator-manifest.version", "system-core-v2"],
      ]),
      clears: ["data-partition.mender-orchestrator-manifest.*"],
    });
  });

  it("is the same, byte for byte, for the same input", async () => {
    const bytes = await written(input());
    expect(await written(input())).toEqual(bytes);
    // Pinned: an Artifact's identity hangs on its bytes, and a later release must not give it another.
    expect(sha256(bytes)).toBe("dbfbb5bd7b222a514f9937f030b1d3fc6862574fc318d1bfd1d593a1be93cb1d");
  });

  it("is sound for a payload of any size around the blocks of a tar, an empty one too", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 1100 }), async (payload) => {
        const source = memorySource("a.mender", await written(input(payload)));
        const { files } = valueOf(await verifyArtifact(source, [], nodeDecompressors()));
        expect(files).toEqual([{ name: "v2.yaml", size: payload.length, sha256: sha256(payload) }]);
      }),
      { numRuns: 50 },
    );
  });

  it("is not finished where its payload changes while it is wrapped", async () => {
    let reads = 0;
    const changing: ByteSource = {
      name: "v2.yaml",
      size: 3,
      // oxlint-disable-next-line require-await
      async *read() {
        reads += 1;
        yield Buffer.from(reads === 1 ? "one" : "two");
      },
    };
    const given = input(manifest, { payload: { name: "v2.yaml", source: changing } });
    await expect(written(given)).rejects.toThrow('"v2.yaml" changed while it was wrapped.');
  });

  it("is refused where the payload is too large for a tar", async () => {
    // oxlint-disable-next-line require-await
    async function* nothing(): AsyncGenerator<Uint8Array> {}
    const source = { name: "v2.tar", size: 2 ** 33, read: nothing };
    const given = input(manifest, { payload: { name: "v2.tar", source } });
    await expect(written(given)).rejects.toThrow("does not fit into an Artifact");
  });

  it.each(["rsa", "ec"] as const)("is signed with a key of kind %s", async (kind) => {
    const { signing, verify } = keyPair(kind);
    const source = memorySource("a.mender", await written(input(manifest, { key: signing })));
    expect((await verifyArtifact(source, [verify], nodeDecompressors())).ok).toBe(true);
    const other = await verifyArtifact(source, [keyPair(kind).verify], nodeDecompressors());
    expect(other).toMatchObject({ ok: false, problems: [{ code: "artifact-signature" }] });
  });
});

describe.skipIf(!needs("mender-artifact"))("mender-artifact", () => {
  it.each([0, 1, 511, 512, 513, 100_000])("accepts a payload of %i bytes", async (size) => {
    expect(realValidate(await written(input(Buffer.alloc(size, "x"))))).toBe(true);
  });

  it.each(["rsa", "ec"] as const)("accepts a signature with a key of kind %s", async (kind) => {
    const { signing, publicPem } = keyPair(kind);
    const directory = scratchDirectory();
    const [file, key] = [join(directory, "a.mender"), join(directory, "key.pub")];
    writeFileSync(file, await written(input(manifest, { key: signing })));
    writeFileSync(key, publicPem);
    const said = execFileSync("mender-artifact", ["validate", "-k", key, file], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(said).toContain("validated successfully");
  });
});
