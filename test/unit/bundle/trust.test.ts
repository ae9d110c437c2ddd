import { generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import {
  readSigningKey,
  readVerifyKey,
  type SigningKey,
  type VerifyKey,
} from "../../../src/artifact/keys.ts";
import { openBundle } from "../../../src/bundle/bundle.ts";
import { createBundle } from "../../../src/bundle/create.ts";
import { signBundle } from "../../../src/bundle/sign.ts";
import { type IndexedEntry, indexTar } from "../../../src/bundle/tar-index.ts";
import { verifyBundle } from "../../../src/bundle/verify.ts";
import { exitOf } from "../../../src/core/problem.ts";
import { buildArtifact, sha256, tar } from "../../support/artifacts.ts";
import { collect, memorySource } from "../../support/byte-sources.ts";
import { buildBundle, manifestText } from "../../support/bundles.ts";
import { valueOf } from "../../support/results.ts";

function pairOf(name: string, kind: "rsa" | "ec"): { signing: SigningKey; verify: VerifyKey } {
  const pair =
    kind === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const signing = Buffer.from(pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  const verify = Buffer.from(pair.publicKey.export({ type: "spki", format: "pem" }));
  return {
    signing: valueOf(readSigningKey({ name, pem: signing })),
    verify: valueOf(readVerifyKey({ name: `${name}.pub`, pem: verify })),
  };
}

const ours = pairOf("ours", "rsa");
const second = pairOf("second", "ec");
const stranger = pairOf("stranger", "ec");
let signed: Uint8Array;

beforeAll(async () => {
  signed = await buildBundle(ours.signing);
});

async function verify(bytes: Uint8Array, keys: readonly VerifyKey[] = [ours.verify]) {
  return verifyBundle(memorySource("b.tar", bytes), { bundle: keys, artifacts: [] });
}

async function entriesOf(bytes: Uint8Array): Promise<ReadonlyMap<string, IndexedEntry>> {
  const { entries } = await indexTar(memorySource("b.tar", bytes));
  return new Map(entries.map((entry) => [entry.name, entry]));
}

/** The content of an entry, in the bytes of the bundle themselves. */
async function contentOf(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  const entry = (await entriesOf(bytes)).get(name);
  if (entry === undefined) throw new Error(`no entry ${name}`);
  return bytes.subarray(entry.offset, entry.offset + entry.size);
}

/** Where, of every 512th byte from `phase` on, a change of `bits` does not end with exit 11 or 12. */
async function acceptedChanges(
  sound: Uint8Array,
  phase: number,
  bits: number,
  keys: readonly VerifyKey[],
): Promise<readonly number[]> {
  const accepted: number[] = [];
  for (let at = phase; at < sound.length; at += 512) {
    const changed = Buffer.from(sound);
    changed[at] = (changed[at] ?? 0) ^ bits;
    const result = await verify(changed, keys);
    if (result.ok || ![11, 12].includes(exitOf(result.problems))) accepted.push(at);
  }
  return accepted;
}

describe("a signed bundle", () => {
  it("is trusted by its key, wherever that stands among the configured ones", async () => {
    expect(await verify(signed, [ours.verify])).toMatchObject({
      ok: true,
      value: { bundle: { signed: true, verifiedBy: "ours.pub" } },
    });
    expect(await verify(signed, [stranger.verify, ours.verify])).toMatchObject({ ok: true });
  });

  it("is read without keys as well, trusted by nobody", async () => {
    expect(await verify(signed, [])).toMatchObject({
      ok: true,
      value: { bundle: { signed: true, verifiedBy: null } },
    });
  });

  it("is made again byte for byte where the signature is RSA's", async () => {
    expect(await buildBundle(ours.signing)).toEqual(signed);
  });
});

describe("bundle sign", () => {
  it("signs an unsigned bundle so that it is the one made with the key", async () => {
    const unsigned = memorySource("b.tar", await buildBundle());
    const result = valueOf(await signBundle(unsigned, ours.signing));
    const bytes = await collect(result.chunks);

    expect(bytes).toEqual(signed);
    expect(bytes.length).toBe(result.size);
  });

  it("puts its signature in place of another", async () => {
    const result = valueOf(await signBundle(memorySource("b.tar", signed), second.signing));
    const bytes = await collect(result.chunks);

    expect(await verify(bytes, [second.verify])).toMatchObject({ ok: true });
    expect(await verify(bytes, [ours.verify])).toMatchObject({ ok: false });
  });

  it("signs nothing that is broken, and no tar packed by hand", async () => {
    const broken = Buffer.from(signed);
    (await contentOf(broken, "artifacts/rtos-v2.mender")).fill(1, 600, 601);
    const hand = await tar([{ name: "manifest.yaml", content: manifestText }]);

    expect(await signBundle(memorySource("b.tar", broken), ours.signing)).toMatchObject({
      ok: false,
    });
    expect(await signBundle(memorySource("hand.tar", hand), ours.signing)).toEqual({
      ok: false,
      problems: [
        {
          code: "bundle-layout",
          message: '"hand.tar" was packed by hand and has no place for a signature.',
          at: { file: "hand.tar" },
          expected: "a bundle made by `bundle create`",
          got: "a plain tar",
          hint: "Make it again with `bundle create --key`.",
        },
      ],
    });
  });
});

describe("an attack on a bundle", () => {
  it("tampered byte anywhere: every 512th byte, at eight places of the block, is refused", async () => {
    const accepted: number[] = [];
    for (const phase of [0, 99, 107, 124, 148, 155, 257, 511]) {
      accepted.push(...(await acceptedChanges(signed, phase, 0x20, [ours.verify])));
    }
    expect(accepted).toEqual([]);
  });

  it("tampered byte anywhere, in a bundle that is not signed: refused as well", async () => {
    expect(await acceptedChanges(await buildBundle(), 5, 1, [])).toEqual([]);
  });

  it("unsigned: refused where a key is configured", async () => {
    const expected = {
      ok: false,
      problems: [
        {
          code: "bundle-unsigned",
          message: 'The bundle "b.tar" is not signed, and a key is configured.',
          at: { file: "b.tar" },
          expected: "a bundle signed by a configured key",
          got: "no signature",
          hint: "Sign it with `bundle sign`, or take the keys out of the configuration.",
        },
      ],
    };
    const hand = await tar([{ name: "manifest.yaml", content: manifestText }]);

    expect(await verify(await buildBundle())).toEqual(expected);
    expect(await verify(hand)).toEqual(expected);
  });

  it("wrong key: refused", async () => {
    expect(await verify(signed, [stranger.verify, second.verify])).toEqual({
      ok: false,
      problems: [
        {
          code: "bundle-signature",
          message: 'The signature of "b.tar" is of none of the configured keys.',
          at: { file: "b.tar" },
          expected: 'a signature by one of "stranger.pub", "second.pub"',
          hint: "Do not install it: sign the bundle with the right key, or configure the key that signed it.",
        },
      ],
    });
  });

  it("signature of another bundle: refused", async () => {
    const result = await createBundle({
      manifest: Buffer.from(manifestText),
      artifacts: [],
      key: ours.signing,
    });
    const other = await collect(valueOf(result).chunks);
    const mixed = Buffer.from(signed);
    (await contentOf(mixed, "checksums.sig")).set(await contentOf(other, "checksums.sig"));

    expect(await verify(mixed)).toMatchObject({
      ok: false,
      problems: [{ code: "bundle-signature" }],
    });
  });

  it("checksum list altered along with what it covers: refused by the signature", async () => {
    const changed = Buffer.from(signed);
    const manifest = await contentOf(changed, "manifest.yaml");
    const before = sha256(manifest);
    manifest.set(Buffer.from("v.9"), manifest.length - 4);
    const list = await contentOf(changed, "checksums");
    list.set(Buffer.from(Buffer.from(list).toString().replace(before, sha256(manifest))));

    expect(await verify(changed, [])).toMatchObject({ ok: true });
    expect(await verify(changed)).toMatchObject({
      ok: false,
      problems: [{ code: "bundle-signature" }],
    });
  });

  it("swapped Artifacts, both sound and in place of each other: refused", async () => {
    const gateway = await buildArtifact({ files: [{ name: "image.bin", content: "old" }] });
    const rtos = await buildArtifact({ files: [{ name: "image.bin", content: "new" }] });
    const build = async (first: Uint8Array, last: Uint8Array) =>
      collect(
        valueOf(
          await createBundle({
            manifest: Buffer.from(manifestText),
            artifacts: [
              { entry: "a.mender", source: memorySource("a", first) },
              { entry: "b.mender", source: memorySource("b", last) },
            ],
            key: ours.signing,
          }),
        ).chunks,
      );
    const bytes = Buffer.from(await build(gateway, rtos));
    (await contentOf(bytes, "a.mender")).set(rtos);
    (await contentOf(bytes, "b.mender")).set(gateway);

    expect(await openBundle(memorySource("b.tar", bytes), [ours.verify])).toMatchObject({
      ok: true,
    });
    expect(await verify(bytes)).toMatchObject({
      ok: false,
      problems: [
        { code: "bundle-checksum", message: 'The checksum of "a.mender" in "b.tar" is wrong.' },
        { code: "bundle-checksum", message: 'The checksum of "b.mender" in "b.tar" is wrong.' },
      ],
    });
  });

  it("swapped entries, headers and all: refused", async () => {
    const entries = await entriesOf(signed);
    const gateway = entries.get("artifacts/gateway-v2.mender");
    const rtos = entries.get("artifacts/rtos-v2.mender");
    if (gateway === undefined || rtos === undefined) throw new Error("both must be there");
    const swapped = Buffer.concat([
      signed.subarray(0, gateway.head),
      signed.subarray(rtos.head, signed.length - 1024),
      signed.subarray(gateway.head, rtos.head),
      signed.subarray(signed.length - 1024),
    ]);

    expect(await verify(swapped)).toMatchObject({
      ok: false,
      problems: [{ code: "bundle-checksum" }],
    });
  });

  it("missing entry: refused", async () => {
    const rtos = (await entriesOf(signed)).get("artifacts/rtos-v2.mender");
    const cut = Buffer.concat([signed.subarray(0, rtos?.head), new Uint8Array(1024)]);

    expect(await verify(cut)).toMatchObject({ ok: false, problems: [{ code: "bundle-layout" }] });
  });

  it("extra entry: refused, before the end and behind it", async () => {
    const rtos = (await entriesOf(signed)).get("artifacts/rtos-v2.mender");
    const extra = (
      await tar([{ name: "x.mender", content: "x", headers: { mode: 0o644 } }])
    ).subarray(0, 1024);
    const inside = Buffer.concat([
      signed.subarray(0, rtos?.head),
      extra,
      signed.subarray(rtos?.head),
    ]);
    const behind = Buffer.concat([signed, extra, new Uint8Array(1024)]);

    expect(await verify(inside)).toMatchObject({
      ok: false,
      problems: [{ code: "bundle-layout" }],
    });
    expect(await verify(behind)).toMatchObject({
      ok: false,
      problems: [{ code: "archive-trailing-data" }],
    });
  });

  it("sizes that lie: refused", async () => {
    const rtos = (await entriesOf(signed)).get("artifacts/rtos-v2.mender");
    const changed = Buffer.from(signed);
    const head = rtos?.head ?? 0;
    changed.write("77777777777\0", head + 124);
    changed.write("        ", head + 148);
    const sum = changed.subarray(head, head + 512).reduce((total, byte) => total + byte, 0);
    changed.write(`${sum.toString(8).padStart(6, "0")}\0 `, head + 148);

    expect(await verify(changed)).toMatchObject({
      ok: false,
      problems: [{ code: "archive-truncated" }],
    });
  });

  it("packed again with the same contents: refused, for then a header might say anything", async () => {
    const parts = [];
    for (const name of (await entriesOf(signed)).keys()) {
      parts.push({ name, content: await contentOf(signed, name), headers: { mode: 0o4755 } });
    }

    expect(await verify(await tar(parts))).toMatchObject({
      ok: false,
      problems: [
        {
          code: "bundle-layout",
          message: 'The header of "version" in "b.tar" is not as bundles are made.',
        },
      ],
    });
  });

  it("a sound bundle with an unsigned Artifact: refused where Artifacts must be signed too", async () => {
    const source = memorySource("b.tar", signed);
    const result = await verifyBundle(source, { bundle: [ours.verify], artifacts: [ours.verify] });

    expect(result).toMatchObject({
      ok: false,
      problems: [
        { code: "artifact-unsigned", at: { file: "b.tar:artifacts/gateway-v2.mender" } },
        { code: "artifact-unsigned", at: { file: "b.tar:artifacts/rtos-v2.mender" } },
      ],
    });
  });
});
