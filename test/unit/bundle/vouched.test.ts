import { generateKeyPairSync } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import {
  readSigningKey,
  readVerifyKey,
  type SigningKey,
  type VerifyKey,
} from "../../../src/artifact/keys.ts";
import { openBundle } from "../../../src/bundle/bundle.ts";
import { createBundle, packBundle, readParts } from "../../../src/bundle/create.ts";
import { readEntryList } from "../../../src/bundle/entry-list.ts";
import { entryHead } from "../../../src/bundle/format.ts";
import { signBundle } from "../../../src/bundle/sign.ts";
import { buildArtifact, type TarPart } from "../../support/artifacts.ts";
import { collect, memorySource } from "../../support/byte-sources.ts";
import { buildBundle, manifestText } from "../../support/bundles.ts";
import { valueOf } from "../../support/results.ts";

const manifest = new TextEncoder().encode(manifestText);
const acceptAll = () => null;
let signing: SigningKey;
let key: VerifyKey;
beforeAll(() => {
  const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const secret = Buffer.from(pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  const shown = Buffer.from(pair.publicKey.export({ type: "spki", format: "pem" }));
  signing = valueOf(readSigningKey({ name: "k", pem: secret }));
  key = valueOf(readVerifyKey({ name: "k.pub", pem: shown }));
});

async function vouchedIn(bytes: Uint8Array, keys: readonly VerifyKey[]) {
  const { entries } = valueOf(await openBundle(memorySource("b.tar", bytes), keys));
  return entries.map(({ name, vouched }) => ({ name, vouched }));
}

/** As another program might, which has verified nothing. */
async function packedElsewhere(artifact: Uint8Array): Promise<Uint8Array> {
  const source = memorySource("a.mender", artifact);
  const parts = valueOf(await readParts([{ entry: "artifacts/a.mender", source }]));
  const unread = parts.map((part) => ({ ...part, whole: null }));
  return await collect((await packBundle(manifest, unread, signing)).chunks);
}

const plain = ({ content }: TarPart): TarPart => ({
  name: "data/0000.tar",
  content: gunzipSync(content),
});

describe("the Artifacts of a bundle", () => {
  const both = [
    { name: "artifacts/gateway-v2.mender", vouched: { files: 2, bytes: 15 } },
    { name: "artifacts/rtos-v2.mender", vouched: { files: 1, bytes: 12 } },
  ];
  const names = both.map(({ name }) => ({ name, vouched: null }));

  it("are vouched for by the key that has signed it, with what they take unpacked", async () => {
    expect(await vouchedIn(await buildBundle(signing), [key])).toEqual(both);
  });

  it("are vouched for by whoever signs it later, too", async () => {
    const unsigned = memorySource("b.tar", await buildBundle());
    const { chunks } = valueOf(await signBundle(unsigned, signing));
    expect(await vouchedIn(await collect(chunks), [key])).toEqual(both);
  });

  it("are vouched for by nobody without a key to hold the signature to, nor without a signature", async () => {
    expect(await vouchedIn(await buildBundle(signing), [])).toEqual(names);
    expect(await vouchedIn(await buildBundle(), [])).toEqual(names);
  });

  it("are not where another program made it that does not say it has verified them", async () => {
    const bytes = await packedElsewhere(await buildArtifact());
    expect(await vouchedIn(bytes, [key])).toEqual([{ name: "artifacts/a.mender", vouched: null }]);
  });

  it("are not where a payload is compressed otherwise than its header: who reads that may lack the program", async () => {
    const artifact = await buildArtifact({
      entries: (parts) => parts.map((part) => (part.name.startsWith("data/") ? plain(part) : part)),
    });
    const source = memorySource("a.mender", artifact);
    const artifacts = [{ entry: "artifacts/a.mender", source }];
    const { chunks } = valueOf(await createBundle({ manifest, artifacts, key: signing }));
    expect(await vouchedIn(await collect(chunks), [key])).toEqual([
      { name: "artifacts/a.mender", vouched: null },
    ]);
  });

  it("are not by a line that was added after the signature", async () => {
    const bytes = Buffer.from(await packedElsewhere(await buildArtifact()));
    const list = /[0-9a-f]{64} {2}artifacts\/a\.mender\n/.exec(bytes.toString("latin1"));
    const end = (list?.index ?? 0) + (list?.[0].length ?? 0);
    const line = "# verified whole: files 1, bytes 1\n";
    // The list fills its block only in part: the line takes the place of the padding.
    bytes.write(line, end, "latin1");
    const header = bytes.indexOf("checksums\0");
    const size = Number.parseInt(bytes.toString("latin1", header + 124, header + 135), 8);
    bytes.set(entryHead("checksums", size + line.length), header);
    const opened = await openBundle(memorySource("b.tar", bytes), [key]);
    expect(opened).toMatchObject({ ok: false, problems: [{ code: "bundle-signature" }] });
  });
});

describe("the list of a bundle", () => {
  const sum = "0".repeat(64);
  const whole = "# verified whole: files 1, bytes 5";
  const read = (...lines: readonly string[]) =>
    readEntryList(Buffer.from(lines.map((line) => `${line}\n`).join("")), acceptAll);

  it("says of each Artifact whether it was verified", () => {
    expect(read(`${sum}  m`, `${sum}  a`, `${sum}  b`, whole)).toEqual([
      { name: "m", sha256: sum, whole: null },
      { name: "a", sha256: sum, whole: null },
      { name: "b", sha256: sum, whole: { files: 1, bytes: 5 } },
    ]);
  });

  it.each([
    ["of nothing", [whole, `${sum}  m`], 1],
    ["of the Manifest", [`${sum}  m`, whole, `${sum}  a`], 2],
    ["twice", [`${sum}  m`, `${sum}  a`, whole, whole], 4],
  ])("cannot say so %s", (_, lines, line) => {
    expect(read(...lines)).toEqual({ line, what: "says of no Artifact that it was verified" });
  });

  it.each(["# verified whole: files 01, bytes 5", "# verified whole: files 1, bytes 5 ", "# else"])(
    "has no other comment: %j",
    (comment) => {
      expect(read(`${sum}  m`, `${sum}  a`, whole, `${sum}  b`, comment)).toEqual({
        line: 5,
        what: "is not a checksum, two blanks and a name",
      });
    },
  );
});
