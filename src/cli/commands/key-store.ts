import { resolve } from "node:path";
import { assertNever } from "../../core/assert-never.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { ProcessEnd } from "../../platform/types.ts";
import type { Context } from "./context.ts";

/** A key that never leaves its store: mender-artifact knows how to reach it. */
export interface StoredKey {
  readonly option: "--key-pkcs11" | "--gcp-kms-key";
  /** It may hold a PIN, so it is never shown. */
  readonly name: string;
}

/** A store on the network, or one that asks somebody to touch it, is given this time. Milliseconds. */
const timeoutMs = 5 * 60_000;
const graceMs = 5_000;

/** Characters of what mender-artifact says. */
const longestComplaint = 2_000;

/** Has mender-artifact sign an Artifact; both files are named by their paths. */
export async function signWithStore(
  { platform, environment }: Context,
  key: StoredKey,
  unsigned: string,
  signed: string,
): Promise<Result<null>> {
  let said = "";
  const child = await platform.processes.start({
    file: "mender-artifact",
    args: ["sign", key.option, key.name, "-o", resolve(signed), resolve(unsigned)],
    cwd: "/",
    env: environment.inherited,
    timeoutMs,
    graceMs,
    onOutput: (_, bytes) => {
      said = `${said}${Buffer.from(bytes).toString()}`.slice(-longestComplaint);
    },
  });
  const end = await child.ended;
  if (end.kind === "exited" && end.code === 0) return ok(null);
  return fail(signingFailed(end, said.replaceAll(key.name, "(the key)")));
}

function signingFailed(end: ProcessEnd, said: string): Problem {
  const how = endText(end);
  const lines = said.trim().split("\n").slice(-3).join(" ").trim();
  return {
    code: "signing-failed",
    message: "mender-artifact, which reaches the key store, has not signed the Artifact.",
    expected: "exit status 0",
    got: lines === "" ? how : `${how}: ${lines}`,
    hint: end.kind === "not-started" ? notInstalled : hintFor(lines),
  };
}

/** Of what mender-artifact complains, and what helps. */
const complaints: readonly (readonly [RegExp, string])[] = [
  [
    /URI prefix not found/,
    'The URI of a key in a token begins with "pkcs11:". A key in a file is given with --key.',
  ],
  [
    /engine pkcs11/,
    "Install the engine by which OpenSSL reaches tokens (Debian: libengine-pkcs11-openssl), or give a key file with --key.",
  ],
  [
    /default credentials/,
    "Log in to Google's KMS first (GOOGLE_APPLICATION_CREDENTIALS names the file), or give a key file with --key.",
  ],
  [
    /ParsePKCS8PrivateKey/,
    "This mender-artifact takes RSA keys only as `openssl rsa -traditional` writes them. --key takes the key as it is.",
  ],
];

function hintFor(said: string): string {
  const known = complaints.find(([complaint]) => complaint.test(said));
  return known?.[1] ?? "See that mender-artifact reaches the store, or give a key file with --key.";
}

const notInstalled = "Install mender-artifact, or give a key file with --key.";

function endText(end: ProcessEnd): string {
  switch (end.kind) {
    case "exited":
      return `exit status ${String(end.code)}`;
    case "signalled":
      return `ended by ${end.signal}`;
    case "timed-out":
      return "it did not end";
    case "not-started":
      return end.message;
    default:
      return assertNever(end);
  }
}
