import { createHash } from "node:crypto";
import { sign, type SigningKey, verifySignature, type VerifyKey } from "../artifact/keys.ts";
import type { Problem } from "../core/problem.ts";
import type { ProblemCode } from "../core/problem-codes.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { formFault } from "./form-fault.ts";
import { Certificate, certificateFormat, certificateVersion } from "./shape.ts";

/**
 * A certificate as a file: one JSON document, each part on a line of its own. Its last parts are the SHA-256 of all
 * bytes before it, and the signature of all bytes before that.
 */

const seal = /,\n"sha256":"([0-9a-f]{64})"(?:,\n"signature":"([A-Za-z0-9+/=]+)")?\}\n$/;

/** No larger one is read; bytes. */
export const maxCertificateBytes = 256 * 1024 * 1024;

export function sealedText(certificate: Certificate, key: SigningKey | null): string {
  const body = bodyText(certificate);
  const summed = `${body},\n"sha256":"${sumOf(body)}"`;
  if (key === null) return `${summed}}\n`;
  return `${summed},\n"signature":"${sign(new TextEncoder().encode(summed), key)}"}\n`;
}

/** Reads one, and checks its sum; `keys`: one of them must have signed it, if there are any. */
export function readSealed(
  name: string,
  bytes: Uint8Array,
  keys: readonly VerifyKey[],
): Result<Certificate> {
  const refuse = (
    code: ProblemCode,
    message: string,
    expected: string,
    got?: string,
  ): Result<Certificate> => fail(refusal(name, code, message, expected, got));
  const text = textOf(bytes);
  const tail = seal.exec(text.slice(-4000));
  const [whole = "", sum, signature] = tail ?? [];
  const body = text.slice(0, text.length - whole.length);
  const parsed = parse(tail === null ? text : `${body}}`);
  if (!isRecord(parsed) || parsed["format"] !== certificateFormat) {
    const message = `"${name}" is no certificate of a plan, or it is cut off.`;
    return refuse("certificate-unreadable", message, "what plan --certificate has written");
  }
  if (parsed["version"] !== certificateVersion) {
    const message = `"${name}" is of another version of the format than this program reads.`;
    return refuse("certificate-version", message, `"version":${certificateVersion}`);
  }
  if (tail === null) {
    const message = `"${name}" is cut off: its sum is missing.`;
    return refuse("certificate-unreadable", message, '"sha256" as its last part');
  }
  if (sum !== sumOf(body)) {
    const message = `"${name}" was changed after it had been written.`;
    const expected = `the SHA-256 ${sumOf(body)}, which its bytes have`;
    return refuse("certificate-sum", message, expected, `${sum ?? ""}, as it is written in it`);
  }
  if (keys.length > 0) {
    const signed = new TextEncoder().encode(`${body},\n"sha256":"${sum}"`);
    if (signature === undefined || verifySignature(signed, signature, keys) === null) {
      const message = `"${name}" is ${signature === undefined ? "not signed" : "signed with none of the given keys"}.`;
      const named = keys.map((key) => `"${key.name}"`).join(", ");
      return refuse("certificate-signature", message, `a signature by one of ${named}`);
    }
  }
  const shaped = Certificate.safeParse(parsed);
  if (!shaped.success) {
    const [first] = shaped.error.issues;
    if (first === undefined) throw new Error("a form was refused without an issue");
    const { place, expected, got } = formFault(parsed, first);
    const message = `"${name}" has not the form of a certificate: at ${place} ${expected} must stand, but ${got} does.`;
    const form = `${expected}, as docs/certificate.md tells`;
    return refuse("certificate-unreadable", message, form, got);
  }
  // A name that stands twice, or a number in another spelling, could be read in two ways.
  if (bodyText(parsed) !== body) {
    const message = `"${name}" is not written as this program writes it.`;
    return refuse("certificate-unreadable", message, "each part once, on a line of its own");
  }
  return ok(shaped.data);
}

function bodyText(certificate: object): string {
  const parts = Object.entries(certificate).map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return `{${parts.join(",\n")}`;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return "";
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function sumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function refusal(
  name: string,
  code: ProblemCode,
  message: string,
  expected: string,
  got?: string,
): Problem {
  const hint = "Write it anew with plan --certificate, or fetch it again from where it was kept.";
  return { code, message, at: { file: name }, expected, ...(got !== undefined && { got }), hint };
}
