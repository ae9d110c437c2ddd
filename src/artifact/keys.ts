import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as signBytes,
  verify,
} from "node:crypto";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";

type Algorithm = "rsa" | "ecdsa-p256";

/** A public key that Artifacts and bundles are checked against. */
export interface VerifyKey {
  /** How people find it: the path of its file. */
  readonly name: string;
  readonly algorithm: Algorithm;
  readonly key: KeyObject;
}

/** A private key that signs bundles. */
export interface SigningKey {
  readonly name: string;
  readonly algorithm: Algorithm;
  readonly key: KeyObject;
}

export interface KeyFile {
  readonly name: string;
  readonly pem: Uint8Array;
}

/** Reads a public key, RSA or ECDSA on P-256, in PEM. A private one is refused: it has no business on a device. */
export function readVerifyKey(file: KeyFile): Result<VerifyKey> {
  const pem = new TextDecoder().decode(file.pem);
  if (pem.includes("PRIVATE KEY-----")) {
    return fail({
      ...unreadable(file.name, "a public key in PEM"),
      message: `"${file.name}" holds a private key; checking takes the public one.`,
      hint: "Write the public key with `openssl pkey -in PRIVATE -pubout` and keep the private one off the device.",
    });
  }
  return withAlgorithm(file.name, "a public key in PEM", () => createPublicKey(pem));
}

/** Reads a private key, RSA or ECDSA on P-256, in PEM and not encrypted. */
export function readSigningKey(file: KeyFile): Result<SigningKey> {
  const pem = new TextDecoder().decode(file.pem);
  if (pem.includes("ENCRYPTED")) {
    return fail({
      ...unreadable(file.name, "a private key in PEM"),
      message: `The private key "${file.name}" is encrypted, and there is nobody to ask for its passphrase.`,
      hint: "Decrypt it into a private place with `openssl pkey -in KEY -out PLAIN` for the time of signing.",
    });
  }
  if (pem.includes("PUBLIC KEY-----") && readVerifyKey(file).ok) {
    return fail({
      ...unreadable(file.name, "a private key in PEM"),
      message: `"${file.name}" holds a public key; signing takes the private one.`,
      hint: "Give the file of the private key that belongs to it.",
    });
  }
  return withAlgorithm(file.name, "a private key in PEM", () => createPrivateKey(pem));
}

/** Signs as `mender-artifact sign` does: SHA-256 with RSA PKCS#1 v1.5, or ECDSA as r||s; base64 without a newline. */
export function sign(bytes: Uint8Array, { key, algorithm }: SigningKey): string {
  const form = algorithm === "rsa" ? key : { key, dsaEncoding: "ieee-p1363" as const };
  return signBytes("sha256", bytes, form).toString("base64");
}

/** The first key under which `signature` (base64) signs `bytes`; null where none does. */
export function verifySignature(
  bytes: Uint8Array,
  signature: string,
  keys: readonly VerifyKey[],
): VerifyKey | null {
  const raw = decodeSignature(signature);
  if (raw === null) return null;
  return keys.find((key) => signs(bytes, raw, key)) ?? null;
}

/** Strict base64: no newline, no blanks, padded, no stray bits. Null where it is something else. */
export function decodeSignature(signature: string): Uint8Array | null {
  const raw = Buffer.from(signature, "base64");
  return raw.length > 0 && raw.toString("base64") === signature ? raw : null;
}

function signs(bytes: Uint8Array, raw: Uint8Array, { key, algorithm }: VerifyKey): boolean {
  if (algorithm === "rsa") return verify("sha256", bytes, key, raw);
  // r||s has 64 bytes; DER, which some signers write, mostly more, but it may happen to have 64 as well.
  const asPair =
    raw.length === 64 && verify("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }, raw);
  return asPair || verify("sha256", bytes, { key, dsaEncoding: "der" }, raw);
}

function withAlgorithm(name: string, expected: string, read: () => KeyObject): Result<VerifyKey> {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    return fail(unreadable(name, expected));
  }
  if (key.asymmetricKeyType === "rsa") return ok({ name, algorithm: "rsa", key });
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === "ec" && curve === "prime256v1") {
    return ok({ name, algorithm: "ecdsa-p256", key });
  }
  return fail({
    code: "key-unsupported",
    message: `The key "${name}" is of a kind that signs no Artifacts.`,
    at: { file: name },
    expected: "RSA, or ECDSA on the curve P-256",
    got: [key.asymmetricKeyType, curve].filter((part) => part !== undefined).join(" "),
    hint: "Make a key with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072`.",
  });
}

function unreadable(name: string, expected: string): Problem {
  return {
    code: "key-unreadable",
    message: `"${name}" cannot be read as a key.`,
    at: { file: name },
    expected,
    hint: "Check that the file begins with -----BEGIN and is the whole key.",
  };
}
