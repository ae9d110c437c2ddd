import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readVerifyKey, type VerifyKey } from "../../../src/artifact/keys.ts";
import { verifyArtifact } from "../../../src/artifact/verify.ts";
import { nodeDecompressors } from "../../../src/platform/decompress.ts";
import { buildArtifact, sha256 } from "../../support/artifacts.ts";
import { memorySource } from "../../support/byte-sources.ts";
import { type RealArtifact, realArtifact, realValidate } from "../../support/mender-artifact.ts";
import { needs } from "../../support/needs.ts";

async function verify(bytes: Uint8Array, keys: readonly VerifyKey[] = []) {
  return verifyArtifact(memorySource("a.mender", bytes), keys, nodeDecompressors());
}

describe.skipIf(!needs("mender-artifact"))("Artifacts that mender-artifact writes", () => {
  it.each(["none", "gzip", "lzma"])("with --compression %s are read whole", async (compression) => {
    const image = randomBytes(300_000);
    const bytes = realArtifact({
      files: { "image.bin": image, "notes.txt": "notes" },
      args: ["--compression", compression],
    });

    expect(await verify(bytes)).toMatchObject({
      ok: true,
      value: {
        files: [
          { name: "image.bin", size: 300_000, sha256: sha256(image) },
          { name: "notes.txt", size: 5, sha256: sha256("notes") },
        ],
      },
    });
  });

  it("give Provides, Depends, globs and meta-data", async () => {
    const bytes = realArtifact({
      inputs: { meta: '{"slot":1}' },
      args: [
        "-t",
        "gateway-b",
        "-m",
        "@meta",
        "-p",
        "boot:b2",
        "-d",
        "boot:b1",
        "-N",
        "gateway-v1",
        "-G",
        "old",
        "-g",
        "new",
        "--clears-provides",
        "boot*",
        "--software-name",
        "gw",
      ],
    });
    const result = await verify(bytes);

    expect(result).toMatchObject({
      ok: true,
      value: {
        artifact: {
          name: "gateway-v2",
          group: "new",
          payloadType: "gateway-image",
          provides: new Map([
            ["artifact_name", "gateway-v2"],
            ["artifact_group", "new"],
            ["boot", "b2"],
            ["rootfs-image.gw.version", "gateway-v2"],
          ]),
          clears: ["boot*", "rootfs-image.gw.*"],
        },
      },
    });
    if (!result.ok) return;
    const { artifact } = result.value;
    expect(Object.fromEntries(artifact.depends)).toEqual({
      artifact_name: ["gateway-v1"],
      artifact_group: ["old"],
      device_type: ["gateway", "gateway-b"],
      boot: ["b1"],
    });
    expect(Buffer.from(artifact.verbatim.metaData ?? []).toString()).toBe('{"slot":1}');
  });

  it.each<[string, RealArtifact, object]>([
    ["an empty payload file", { files: { "empty.bin": "" } }, { files: [{ size: 0 }] }],
    ["no payload file at all", { files: {} }, { files: [] }],
    [
      "state scripts",
      {
        inputs: { ArtifactInstall_Enter_00: "#!/bin/sh\n" },
        args: ["-s", "@ArtifactInstall_Enter_00"],
      },
      { artifact: { hasStateScripts: true } },
    ],
    [
      "nothing to clear",
      { args: ["--no-default-clears-provides"] },
      { artifact: { clears: null } },
    ],
  ])("with %s are read", async (_, real, value) => {
    expect(await verify(realArtifact(real))).toMatchObject({ ok: true, value });
  });

  it("are refused where they are augmented", async () => {
    const bytes = realArtifact({
      inputs: { "extra.bin": "extra" },
      args: ["--augment-file", "@extra.bin", "--augment-type", "gateway-image"],
    });

    expect(await verify(bytes)).toMatchObject({
      ok: false,
      problems: [{ code: "artifact-augmented" }],
    });
  });

  it.each([
    ["version", '"format"'],
    ["manifest", "  data/0000/"],
    ["header", "artifact_provides"],
    ["payload", "the new"],
  ])("are refused where a byte of the %s is flipped", async (_, mark) => {
    const bytes = Buffer.from(realArtifact({ args: ["--compression", "none"] }));
    const at = bytes.indexOf(mark);
    bytes[at] = (bytes[at] ?? 0) ^ 1;

    expect(await verify(bytes)).toMatchObject({ ok: false });
    expect(realValidate(bytes)).toBe(false);
  });
});

describe.skipIf(!needs("mender-artifact"))("signatures that mender-artifact writes", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 3072 });
  const ec = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const stranger = keyOf(
    "stranger",
    generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({
      type: "spki",
      format: "pem",
    }),
  );

  function keyOf(name: string, pem: string | Buffer): VerifyKey {
    const read = readVerifyKey({ name, pem: Buffer.from(pem) });
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    return read.value;
  }

  it.each([
    ["RSA", rsa.privateKey.export({ type: "pkcs1", format: "pem" }), rsa.publicKey],
    ["ECDSA", ec.privateKey.export({ type: "sec1", format: "pem" }), ec.publicKey],
  ])("with %s are verified by the right key only", async (_, key, publicKey) => {
    const bytes = realArtifact({ inputs: { key }, args: ["-k", "@key"] });
    const right = keyOf("right", publicKey.export({ type: "spki", format: "pem" }));

    expect(await verify(bytes, [right])).toMatchObject({ ok: true });
    expect(await verify(bytes, [stranger, right])).toMatchObject({ ok: true });
    expect(await verify(bytes, [])).toMatchObject({ ok: true });
    expect(await verify(bytes, [stranger])).toEqual({
      ok: false,
      problems: [
        {
          code: "artifact-signature",
          message: 'The signature of "a.mender" is of none of the configured keys.',
          at: { file: "a.mender" },
          expected: 'a signature by one of "stranger"',
          hint: "Do not install it: sign the Artifact with the right key, or configure the key that signed it.",
        },
      ],
    });
  });

  it("are demanded where a key is configured", async () => {
    expect(await verify(realArtifact({}), [stranger])).toMatchObject({
      ok: false,
      problems: [
        {
          code: "artifact-unsigned",
          message: '"a.mender" is not signed, and a key is configured.',
        },
      ],
    });
  });

  it.skipIf(!needs("openssl"))("are verified as openssl made them, in DER", async () => {
    const key = ec.privateKey.export({ type: "sec1", format: "pem" });
    const right = keyOf("right", ec.publicKey.export({ type: "spki", format: "pem" }));
    const bytes = await buildArtifact({
      entries: ([version, manifest, ...rest]) => {
        if (version === undefined || manifest === undefined) return [];
        const der = opensslSign(key, manifest.content);
        return [
          version,
          manifest,
          { name: "manifest.sig", content: der.toString("base64") },
          ...rest,
        ];
      },
    });

    expect(await verify(bytes, [right])).toMatchObject({ ok: true });
  });

  it("come before everything else: what they do not cover is not even looked at", async () => {
    const key = rsa.privateKey.export({ type: "pkcs1", format: "pem" });
    const right = keyOf("right", rsa.publicKey.export({ type: "spki", format: "pem" }));
    const bytes = Buffer.from(realArtifact({ inputs: { key }, args: ["-k", "@key"] }));
    const at = bytes.indexOf('"format"');
    bytes.write("f0rmat", at + 1);
    const manifestAt = bytes.indexOf("  data/0000/");
    bytes.write("0", manifestAt - 1);

    expect(await verify(bytes, [right])).toMatchObject({
      ok: false,
      problems: [{ code: "artifact-signature" }],
    });
  });
});

function opensslSign(key: string | Buffer, content: Uint8Array | string): Buffer {
  const directory = mkdtempSync(join(tmpdir(), "orchestrator-openssl-"));
  try {
    writeFileSync(join(directory, "key"), key);
    writeFileSync(join(directory, "content"), content);
    return execFileSync("openssl", ["dgst", "-sha256", "-sign", "key", "content"], {
      cwd: directory,
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe.skipIf(!needs("mender-artifact"))("an Artifact that our tests build", () => {
  it("is one to mender-artifact as well", async () => {
    expect(realValidate(await buildArtifact())).toBe(true);
  });
});
