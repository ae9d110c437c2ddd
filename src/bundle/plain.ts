import { refused } from "../artifact/artifact-error.ts";
import { readBytes } from "../artifact/byte-reader.ts";
import type { VerifyKey } from "../artifact/keys.ts";
import { demandEnd } from "../artifact/tar-audit.ts";
import type { ByteSource } from "../platform/types.ts";
import { sumOfBytes } from "./entry-content.ts";
import { entryName } from "./format.ts";
import { noManifest, small, unsigned } from "./formatted.ts";
import { bundleLimits } from "./limits.ts";
import type { IndexedEntry, TarIndex } from "./tar-index.ts";
import type { BundleContent } from "./types.ts";

/**
 * A tar made by hand: one Manifest and `.mender` files in any order. Nothing is picked silently: whatever else lies in
 * it is refused. It cannot be signed, so keys rule it out.
 */
export async function openPlain(
  source: ByteSource,
  index: TarIndex,
  keys: readonly VerifyKey[],
): Promise<BundleContent> {
  const file = source.name;
  if (keys.length > 0) throw unsigned(file);
  const rest = source.read(index.end, source.size - index.end);
  await demandEnd(file, readBytes(file, rest));

  const artifacts = index.entries.filter(({ name }) => name.endsWith(".mender"));
  const [manifest, ...others] = index.entries.filter((entry) => !artifacts.includes(entry));
  if (manifest === undefined) throw noManifest(file, index.entries[0]?.name);
  const odd = [manifest, ...others].find((entry) => !isYaml(entry)) ?? others[0];
  if (odd !== undefined && isYaml(odd) && isYaml(manifest)) throw twoManifests(file, manifest, odd);
  if (odd !== undefined) throw unexpected(file, odd);

  const bytes = await small(source, manifest, bundleLimits.manifest);
  return {
    identity: sumOfBytes(bytes),
    manifest: { entry: manifest.name, bytes },
    entries: artifacts.map(({ name, offset, size }) => ({
      name,
      offset,
      size,
      sha256: null,
      vouched: null,
    })),
    signed: false,
    verifiedBy: null,
    plain: true,
  };
}

function isYaml({ name }: IndexedEntry): boolean {
  return /\.ya?ml$/.test(name);
}

function twoManifests(file: string, first: IndexedEntry, second: IndexedEntry) {
  return refused(
    "bundle-layout",
    file,
    `"${file}" holds two YAML files, "${first.name}" and "${second.name}", and only one can be its Manifest.`,
    {
      expected: "one Manifest",
      got: `"${first.name}" and "${second.name}"`,
      hint: "Leave out the one that is not meant: a Topology stays on the device.",
    },
  );
}

function unexpected(file: string, { name }: IndexedEntry) {
  return refused(
    "bundle-layout",
    file,
    `"${file}" holds "${name}", which has no place in a bundle.`,
    {
      expected: `${entryName.manifest} and .mender files`,
      got: name,
      hint: "Pack one Manifest and the Artifacts, or use `bundle create`.",
    },
  );
}
