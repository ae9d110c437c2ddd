import type { SigningKey } from "../artifact/keys.ts";
import { createBundle } from "../bundle/create.ts";
import { isSafePath } from "../artifact/safe-name.ts";
import type { Result } from "../core/result.ts";
import type { TextFile } from "../manifest/source.ts";
import type { Access, OpenArtifact } from "../sources/access.ts";
import type { LocatedArtifact } from "../sources/located.ts";
import { openArtifact } from "../sources/open.ts";
import type { ArtifactCandidates } from "./artifacts.ts";

/**
 * Writes the bytes of a bundle to where they are wanted, whole or not at all; gives how many there are. `inputs`: the
 * Artifacts that lie in files.
 */
export type WriteBundle = (
  chunks: AsyncIterable<Uint8Array>,
  inputs: readonly string[],
) => Promise<Result<number>>;

/**
 * Packs a Manifest and its Artifacts, wherever they lie on this machine, into one bundle; without a key it is not
 * signed.
 */
export async function writeFetched(
  access: Access,
  manifest: TextFile,
  each: ArtifactCandidates["each"],
  write: WriteBundle,
  key: SigningKey | null,
): Promise<Result<number>> {
  const located = each.flatMap(({ candidates }) => candidates);
  const entries = new Map(
    each.flatMap(({ candidates }) =>
      candidates.map((one) => [entryFor(one, candidates.length === 1), one] as const),
    ),
  );
  const opened: { readonly entry: string; readonly open: OpenArtifact }[] = [];
  try {
    for (const [entry, { location, artifact }] of entries) {
      const { identity } = artifact;
      const open = await openArtifact(access, { location, identity }, "all");
      if (!open.ok) return open;
      opened.push({ entry, open: open.value });
    }
    const artifacts = opened.map(({ entry, open }) => ({ entry, source: open.source }));
    const { decompressors } = access;
    const bundle = await createBundle({ manifest: manifest.bytes, artifacts, key }, decompressors);
    if (!bundle.ok) return bundle;
    const inputs = located.flatMap(({ location }) => ("path" in location ? [location.path] : []));
    return await write(bundle.value.chunks, inputs);
  } finally {
    for (const { open } of opened) open.close();
  }
}

/**
 * As the Manifest names its path, where it is the only one; else it is found by the name of the Artifact, and that of
 * the entry tells it from others.
 */
function entryFor({ wanted: { reference }, artifact }: LocatedArtifact, isOnly: boolean): string {
  const { path } = reference;
  if (isOnly && path !== null && isSafePath(path)) return path;
  const name = artifact.name.replaceAll(/[^\w.-]/g, "_");
  return `artifacts/${name}-${artifact.identity.slice(0, 12)}.mender`;
}
