import { refused } from "../artifact/artifact-error.ts";
import type { SigningKey } from "../artifact/keys.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { ByteSource, Decompressors } from "../platform/types.ts";
import { partOf, sumOfBytes } from "./entry-content.ts";
import { wholeSize } from "./entry-list.ts";
import { verifyBundle } from "./verify.ts";
import { type BundleStream, type Part, sourceOf, writeBundle } from "./write.ts";

/**
 * The same bundle with a signature, in place of the one it may have. Everything in it is verified first: nobody signs
 * what is broken. Write the chunks to a new file, then put it in the old one's place.
 */
export async function signBundle(
  source: ByteSource,
  key: SigningKey,
  decompressors: Decompressors | null = null,
): Promise<Result<BundleStream>> {
  const verified = await verifyBundle(source, { bundle: [], artifacts: [] }, decompressors);
  if (!verified.ok) return verified;
  const { bundle, artifacts } = verified.value;
  const { manifest } = bundle;

  const parts: Part[] = [];
  for (const { entry, ...artifact } of artifacts) {
    const { name, sha256 } = entry;
    if (sha256 === null) return fail(unsignable(source.name));
    parts.push({ name, sha256, whole: wholeSize(artifact), source: partOf(source, entry) });
  }
  if (bundle.plain) return fail(unsignable(source.name));
  const sha256 = sumOfBytes(manifest.bytes);
  const first = {
    name: manifest.entry,
    sha256,
    whole: null,
    source: sourceOf(manifest.entry, manifest.bytes),
  };
  return ok(writeBundle([first, ...parts], key));
}

function unsignable(file: string) {
  return refused(
    "bundle-layout",
    file,
    `"${file}" was packed by hand and has no place for a signature.`,
    {
      expected: "a bundle made by `bundle create`",
      got: "a plain tar",
      hint: "Make it again with `bundle create --key`.",
    },
  ).problem;
}
