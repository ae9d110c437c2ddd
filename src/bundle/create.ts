import { createHash, type Hash } from "node:crypto";
import { refused } from "../artifact/artifact-error.ts";
import type { SigningKey } from "../artifact/keys.ts";
import { isSafePath } from "../artifact/safe-name.ts";
import { verifyArtifact } from "../artifact/verify.ts";
import { hiddenCharacters, withHiddenShown } from "../core/hidden-characters.ts";
import type { Problem } from "../core/problem.ts";
import { Sha256 } from "../core/ids.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { ByteSource, Decompressors } from "../platform/types.ts";
import { sumOf } from "./entry-content.ts";
import { wholeSize } from "./entry-list.ts";
import { entryName } from "./format.ts";
import { bundleLimits } from "./limits.ts";
import { type BundleStream, type Part, sourceOf, writeBundle } from "./write.ts";

export interface BundleInput {
  /** The bytes of the Manifest; they become `manifest.yaml`. */
  readonly manifest: Uint8Array;
  /** Under `entry` the Manifest finds the Artifact: its `artifact_path`. */
  readonly artifacts: readonly { readonly entry: string; readonly source: ByteSource }[];
  /** Null: unsigned. */
  readonly key: SigningKey | null;
}

/**
 * Makes a bundle. Every Artifact is read and verified first, then read again while the chunks are taken. The same input
 * gives the same bytes, whatever the order, the owners and the times of the files.
 */
export async function createBundle(
  input: BundleInput,
  decompressors: Decompressors | null = null,
): Promise<Result<BundleStream>> {
  const problems = wrongManifest(input.manifest);
  const parts = await readParts(input.artifacts, decompressors);
  if (!parts.ok) problems.push(...parts.problems);
  return parts.ok && problems.length === 0
    ? ok(await packBundle(input.manifest, parts.value, input.key))
    : fail(...problems);
}

/** Each Artifact verified, with its checksum, in the order they lie in a bundle. */
export async function readParts(
  artifacts: BundleInput["artifacts"],
  decompressors: Decompressors | null = null,
): Promise<Result<readonly Part[]>> {
  const problems = wrongEntries(artifacts);
  const parts: Part[] = [];
  for (const { entry, source } of artifacts.toSorted(byEntry)) {
    const hash = createHash("sha256");
    const verified = await verifyArtifact(hashed(source, hash), [], decompressors);
    if (!verified.ok) {
      problems.push(...verified.problems);
      continue;
    }
    const sha256 = Sha256.parse(hash.digest("hex"));
    parts.push({ name: entry, sha256, whole: wholeSize(verified.value), source });
  }
  return problems.length > 0 ? fail(...problems) : ok(parts);
}

/** The checksum is of the very bytes that are verified: the file may be another one a moment later. */
function hashed(source: ByteSource, hash: Hash): ByteSource {
  const { name, size } = source;
  return {
    name,
    size,
    async *read(...args) {
      for await (const piece of source.read(...args)) {
        hash.update(piece);
        yield piece;
      }
    },
  };
}

/** Of what has been read. Without a part it is a thin bundle: the Manifest alone. */
export async function packBundle(
  bytes: Uint8Array,
  parts: readonly Part[],
  key: SigningKey | null,
): Promise<BundleStream> {
  const manifest = sourceOf(entryName.manifest, bytes);
  const sha256 = await sumOf(manifest.read(0, manifest.size));
  const first = { name: entryName.manifest, sha256, whole: null, source: manifest };
  return writeBundle([first, ...parts], key);
}

function wrongManifest(manifest: Uint8Array): Problem[] {
  if (manifest.length <= bundleLimits.manifest) return [];
  return [
    refused("archive-too-large", entryName.manifest, "The Manifest is too large for a bundle.", {
      expected: `at most ${bundleLimits.manifest} bytes`,
      got: `${manifest.length} bytes`,
      hint: "Shorten the tables with wildcards and ranges.",
    }).problem,
  ];
}

function wrongEntries(artifacts: BundleInput["artifacts"]): Problem[] {
  const problems: Problem[] = [];
  if (artifacts.length + ownEntries.size > bundleLimits.entries) {
    problems.push(
      refused(
        "bundle-too-many-entries",
        entryName.manifest,
        "There are too many Artifacts for one bundle.",
        {
          expected: `at most ${bundleLimits.entries - ownEntries.size}`,
          got: String(artifacts.length),
          hint: "Make a bundle for each stage.",
        },
      ).problem,
    );
  }
  const seen = new Set(ownEntries);
  for (const { entry, source } of artifacts) {
    if (hiddenCharacters(entry).length > 0)
      problems.push(badEntry(source, withHiddenShown(entry), "a name of characters that show"));
    else if (!isSafePath(entry))
      problems.push(badEntry(source, entry, "a relative path without `..`"));
    else if (seen.has(entry))
      problems.push(badEntry(source, entry, "a name that nothing else in the bundle has"));
    seen.add(entry);
  }
  return problems;
}

const ownEntries: ReadonlySet<string> = new Set(Object.values(entryName));

function badEntry(source: ByteSource, entry: string, expected: string): Problem {
  return refused(
    "archive-forbidden-entry",
    source.name,
    `An Artifact cannot lie in the bundle as "${entry}".`,
    {
      expected,
      got: entry,
      hint: "Write `artifact_path: artifacts/FILE.mender` in the Manifest.",
    },
  ).problem;
}

/** By code units, so that no locale has a say. */
function byEntry(a: { readonly entry: string }, b: { readonly entry: string }): number {
  return a.entry < b.entry ? -1 : 1;
}
