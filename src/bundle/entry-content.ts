import { createHash } from "node:crypto";
import { refused } from "../artifact/artifact-error.ts";
import type { Checksum } from "../artifact/checksum-list.ts";
import { Sha256 } from "../core/ids.ts";
import type { ByteSource } from "../platform/types.ts";
import type { BundleEntry } from "./types.ts";

/** An entry as a file of its own, read in place; reading it whole from its start verifies its checksum. */
export function partOf(source: ByteSource, entry: BundleEntry): ByteSource {
  const { offset: start, size, sha256 } = entry;
  return {
    name: `${source.name}:${entry.name}`,
    size,
    read(offset, length, lentBytes) {
      if (offset < 0 || length < 0 || offset + length > size) {
        throw new RangeError(`"${entry.name}" has no bytes ${offset} to ${offset + length}`);
      }
      const bytes = source.read(start + offset, length, lentBytes);
      const whole = offset === 0 && length === size;
      return whole && sha256 !== null
        ? summed(source.name, bytes, { name: entry.name, sha256 })
        : bytes;
    },
  };
}

/** Passes bytes on and throws at their end unless they have the sum. */
export async function* summed(
  file: string,
  bytes: AsyncIterable<Uint8Array>,
  expected: Checksum,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const piece of bytes) {
    hash.update(piece);
    yield piece;
  }
  const got = hash.digest("hex");
  if (got !== expected.sha256) throw wrongSum(file, expected, got);
}

export async function sumOf(bytes: AsyncIterable<Uint8Array>): Promise<Sha256> {
  const hash = createHash("sha256");
  for await (const piece of bytes) hash.update(piece);
  return Sha256.parse(hash.digest("hex"));
}

export function sumOfBytes(bytes: Uint8Array): Sha256 {
  return Sha256.parse(createHash("sha256").update(bytes).digest("hex"));
}

export function wrongSum(file: string, expected: Checksum, got: string) {
  return refused(
    "bundle-checksum",
    file,
    `The checksum of "${expected.name}" in "${file}" is wrong.`,
    {
      expected: expected.sha256,
      got,
      hint: "The bundle was changed or damaged: get it again, and do not install it.",
    },
  );
}
