import type { VerifyKey } from "../artifact/keys.ts";
import { verifiedAtOnce, verifyArtifact, type VerifiedArtifact } from "../artifact/verify.ts";
import { inOrder } from "../core/in-order.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { ByteSource, Decompressors } from "../platform/types.ts";
import { type Bundle, openBundle } from "./bundle.ts";
import { partOf } from "./entry-content.ts";
import { readThrough } from "./sums.ts";
import type { BundleEntry } from "./types.ts";

/** The keys that must have signed the bundle, and each Artifact in it; none demands nothing. */
export interface BundleKeys {
  readonly bundle: readonly VerifyKey[];
  readonly artifacts: readonly VerifyKey[];
}

export interface VerifiedBundle {
  readonly bundle: Bundle;
  /** In the order they lie in. */
  readonly artifacts: readonly (VerifiedArtifact & { readonly entry: BundleEntry })[];
}

/** Reads all of a bundle in place: every checksum, every Artifact. Each Artifact that is wrong is one problem. */
export async function verifyBundle(
  source: ByteSource,
  keys: BundleKeys,
  decompressors: Decompressors | null = null,
): Promise<Result<VerifiedBundle>> {
  const opened = await openBundle(source, keys.bundle);
  if (!opened.ok) return opened;
  const bundle = opened.value;

  const artifacts: (VerifiedArtifact & { readonly entry: BundleEntry })[] = [];
  const problems: Problem[] = [];
  const results = await inOrder(bundle.entries, verifiedAtOnce, async (entry) => ({
    entry,
    result: await verifyEntry(bundle, source, entry, keys.artifacts, decompressors),
  }));
  for (const { entry, result } of results) {
    if (result.ok) artifacts.push({ ...result.value, entry });
    else problems.push(...result.problems);
  }
  return problems.length > 0 ? fail(...problems) : ok({ bundle, artifacts });
}

/** Where only the bundle's signature vouches for an Artifact, its checksum comes first: nothing untrusted is parsed. */
async function verifyEntry(
  bundle: Bundle,
  source: ByteSource,
  entry: BundleEntry,
  keys: readonly VerifyKey[],
  decompressors: Decompressors | null,
): Promise<Result<VerifiedArtifact>> {
  const part = partOf(source, entry);
  if (bundle.verifiedBy !== null && keys.length === 0) {
    const summed = await readThrough(part, source.name);
    if (!summed.ok) return summed;
  }
  return verifyArtifact(part, keys, decompressors);
}
