import {
  readSigningKey,
  readVerifyKey,
  type SigningKey,
  type VerifyKey,
} from "../artifact/keys.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { readText } from "./input-files.ts";
import type { Machine } from "./machine.ts";

/** Reads public keys; the problems of all files at once. */
export function readVerifyKeys(
  { platform, environment }: Machine,
  names: readonly string[],
): Result<readonly VerifyKey[]> {
  const keys: VerifyKey[] = [];
  const problems: Problem[] = [];
  for (const name of names) {
    const file = readText(platform.files, environment.workingDirectory, name);
    const key = file.ok ? readVerifyKey({ name, pem: file.value.bytes }) : file;
    if (key.ok) keys.push(key.value);
    else problems.push(...key.problems);
  }
  return problems.length > 0 ? fail(...problems) : ok(keys);
}

export function readPrivateKey(
  { platform, environment }: Machine,
  name: string,
): Result<SigningKey> {
  const file = readText(platform.files, environment.workingDirectory, name);
  return file.ok ? readSigningKey({ name, pem: file.value.bytes }) : file;
}
