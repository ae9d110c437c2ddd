import type { ProblemCode } from "../core/problem-codes.ts";
import { refused } from "./artifact-error.ts";
import { decodeSignature, verifySignature, type VerifyKey } from "./keys.ts";

/** What is signed, for the messages: Artifacts and bundles are signed the same way. */
export interface Signed {
  readonly kind: "Artifact" | "bundle";
  readonly code: ProblemCode;
  /** What signs it again. */
  readonly command: string;
}

/**
 * The key whose signature over `bytes` this is; null where no keys are given. ArtifactError where it is of none of
 * them.
 */
export function demandSignature(
  file: string,
  { kind, code, command }: Signed,
  bytes: Uint8Array,
  signature: Uint8Array,
  keys: readonly VerifyKey[],
): VerifyKey | null {
  const text = new TextDecoder("latin1").decode(signature);
  if (decodeSignature(text) === null) {
    throw refused(code, file, `The signature of "${file}" is not base64.`, {
      hint: `Sign the ${kind} again with \`${command}\`.`,
    });
  }
  if (keys.length === 0) return null;
  const key = verifySignature(bytes, text, keys);
  if (key !== null) return key;
  throw refused(code, file, `The signature of "${file}" is of none of the configured keys.`, {
    expected: `a signature by one of ${keys.map(({ name }) => `"${name}"`).join(", ")}`,
    hint: `Do not install it: sign the ${kind} with the right key, or configure the key that signed it.`,
  });
}
