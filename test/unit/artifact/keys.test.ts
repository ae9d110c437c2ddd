import { generateKeyPairSync, sign as signBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  decodeSignature,
  readSigningKey,
  readVerifyKey,
  sign,
  type SigningKey,
  type VerifyKey,
  verifySignature,
} from "../../../src/artifact/keys.ts";
import { valueOf } from "../../support/results.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const text = Buffer.from("what is signed");

function pem(exported: string | Buffer): Uint8Array {
  return Buffer.from(exported);
}

const publicPem = { type: "spki", format: "pem" } as const;
const privatePem = { type: "pkcs8", format: "pem" } as const;

const keys: Readonly<Record<"rsa" | "ec", { verify: VerifyKey; signing: SigningKey }>> = {
  rsa: {
    verify: valueOf(readVerifyKey({ name: "rsa.pub", pem: pem(rsa.publicKey.export(publicPem)) })),
    signing: valueOf(
      readSigningKey({ name: "rsa.key", pem: pem(rsa.privateKey.export(privatePem)) }),
    ),
  },
  ec: {
    verify: valueOf(readVerifyKey({ name: "ec.pub", pem: pem(ec.publicKey.export(publicPem)) })),
    signing: valueOf(
      readSigningKey({ name: "ec.key", pem: pem(ec.privateKey.export(privatePem)) }),
    ),
  },
};

describe.each(["rsa", "ec"] as const)("a signature with %s", (kind) => {
  const { verify, signing } = keys[kind];
  const other = keys[kind === "rsa" ? "ec" : "rsa"].verify;

  it("is verified by its key, wherever that stands among others", () => {
    const signature = sign(text, signing);

    expect(verifySignature(text, signature, [verify])?.name).toBe(verify.name);
    expect(verifySignature(text, signature, [other, verify])?.name).toBe(verify.name);
  });

  it("is not verified by another key, over another text, or by no key", () => {
    const signature = sign(text, signing);

    expect(verifySignature(text, signature, [other])).toBeNull();
    expect(verifySignature(Buffer.from("something else"), signature, [verify])).toBeNull();
    expect(verifySignature(text, signature, [])).toBeNull();
  });

  it("is not verified with any bit changed", () => {
    const raw = Buffer.from(sign(text, signing), "base64");
    for (let at = 0; at < raw.length; at += 1) {
      const changed = Buffer.from(raw);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(verifySignature(text, changed.toString("base64"), [verify])).toBeNull();
    }
  });
});

describe("an ECDSA signature", () => {
  it("is written as r and s, 64 bytes", () => {
    expect(decodeSignature(sign(text, keys.ec.signing))?.length).toBe(64);
  });

  it("is read as DER too", () => {
    const der = signBytes("sha256", text, ec.privateKey).toString("base64");

    expect(verifySignature(text, der, [keys.ec.verify])?.name).toBe("ec.pub");
  });

  it.each([0, 1, 63, 65, 200])("of %i bytes is refused quietly", (length) => {
    const signature = Buffer.alloc(length, 1).toString("base64");
    expect(verifySignature(text, signature, [keys.ec.verify, keys.rsa.verify])).toBeNull();
  });
});

describe("the base64 of a signature", () => {
  it.each(["AQI=", "AQID"])("%j is read", (signature) => {
    expect(decodeSignature(signature)).not.toBeNull();
  });

  it.each(["", "AQI", "AQI=\n", " AQI=", "AQ I=", "AQJ=", "AQI==", "AQI-", "AQI=AQI="])(
    "%j is refused",
    (signature) => {
      expect(decodeSignature(signature)).toBeNull();
    },
  );
});

describe("a key file", () => {
  it("may hold an RSA key in its older form", () => {
    const older = pem(rsa.publicKey.export({ type: "pkcs1", format: "pem" }));
    const olderPrivate = pem(ec.privateKey.export({ type: "sec1", format: "pem" }));

    expect(readVerifyKey({ name: "k", pem: older })).toMatchObject({ ok: true });
    expect(readSigningKey({ name: "k", pem: olderPrivate })).toMatchObject({ ok: true });
  });

  it("that holds a private key is not taken for checking", () => {
    expect(readVerifyKey({ name: "k.pem", pem: pem(rsa.privateKey.export(privatePem)) })).toEqual({
      ok: false,
      problems: [
        {
          code: "key-unreadable",
          message: '"k.pem" holds a private key; checking takes the public one.',
          at: { file: "k.pem" },
          expected: "a public key in PEM",
          hint: "Write the public key with `openssl pkey -in PRIVATE -pubout` and keep the private one off the device.",
        },
      ],
    });
  });

  it("that is encrypted is not taken for signing", () => {
    const encrypted = rsa.privateKey.export({
      ...privatePem,
      cipher: "aes-256-cbc",
      passphrase: "secret",
    });

    expect(readSigningKey({ name: "k.pem", pem: pem(encrypted) })).toMatchObject({
      ok: false,
      problems: [
        {
          code: "key-unreadable",
          message:
            'The private key "k.pem" is encrypted, and there is nobody to ask for its passphrase.',
        },
      ],
    });
  });

  it.each([
    ["nothing", ""],
    ["text", "ssh-rsa AAAA"],
    ["half a key", rsa.publicKey.export(publicPem).toString().slice(0, 100)],
    ["a certificate's frame", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
  ])("with %s is no key", (_, content) => {
    const file = { name: "k.pem", pem: Buffer.from(content) };
    const expected = {
      ok: false,
      problems: [{ code: "key-unreadable", message: '"k.pem" cannot be read as a key.' }],
    };

    expect(readVerifyKey(file)).toMatchObject(expected);
    expect(readSigningKey(file)).toMatchObject(expected);
  });

  it("that holds a public key does not sign", () => {
    expect(readSigningKey({ name: "k", pem: pem(rsa.publicKey.export(publicPem)) })).toMatchObject({
      ok: false,
      problems: [
        {
          code: "key-unreadable",
          message: '"k" holds a public key; signing takes the private one.',
          expected: "a private key in PEM",
          hint: "Give the file of the private key that belongs to it.",
        },
      ],
    });
  });

  it.each([
    ["ec secp384r1", generateKeyPairSync("ec", { namedCurve: "secp384r1" })],
    ["ed25519", generateKeyPairSync("ed25519")],
  ])("of the kind %s is refused by name", (got, pair) => {
    expect(readVerifyKey({ name: "k", pem: pem(pair.publicKey.export(publicPem)) })).toEqual({
      ok: false,
      problems: [
        {
          code: "key-unsupported",
          message: 'The key "k" is of a kind that signs no Artifacts.',
          at: { file: "k" },
          expected: "RSA, or ECDSA on the curve P-256",
          got,
          hint: "Make a key with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072`.",
        },
      ],
    });
  });
});
