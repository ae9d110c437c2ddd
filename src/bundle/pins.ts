import { ArtifactError, asResult } from "../artifact/artifact-error.ts";
import { inflateChunk } from "../artifact/compression.ts";
import { readAll } from "../artifact/buffer-lending.ts";
import type { Sha256 } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type WantedArtifact, wantedArtifacts } from "../manifest/available-artifacts.ts";
import type { Manifest, Pin } from "../manifest/manifest.ts";
import type { ByteSource } from "../platform/types.ts";
import { byName } from "./by-name.ts";
import { partOf, sumOf } from "./entry-content.ts";
import type { BundleEntry } from "./types.ts";
import type { VerifiedBundle } from "./verify.ts";
import type { Part } from "./write.ts";

/**
 * The Artifact must have the checksum that the Manifest pins. `known` where its bytes are held to one anyway: then none
 * is read.
 */
export function demandPin(
  source: ByteSource,
  pin: Pin | null,
  known: Sha256 | null,
): Promise<Result<null>> {
  return asResult(source.name, async () => {
    if (pin === null) return null;
    const wholly = { chunkBytes: inflateChunk.alone, buffers: "lent" } as const;
    const got = known ?? (await sumOf(readAll(source, wholly)));
    if (got !== pin.sha256) throw new ArtifactError(otherArtifact(source.name, pin, got));
    return null;
  });
}

/**
 * Every pin of a Manifest whose Artifact lies in its bundle, found by its path or else by its name; the problems of
 * all. Of several of one name one must have the checksum.
 */
export async function checkPins(
  { componentTypes }: Pick<Manifest, "componentTypes">,
  { artifacts }: VerifiedBundle,
  source: ByteSource,
): Promise<Result<null>> {
  const problems: Problem[] = [];
  for (const wanted of wantedArtifacts({ componentTypes })) {
    const { pin } = wanted.reference;
    if (pin !== null)
      problems.push(...(await pinProblems(entriesFor(artifacts, wanted), pin, source)));
  }
  return problems.length > 0 ? fail(...problems) : ok(null);
}

/** Those of the first; none where one has the checksum, or there is none. */
async function pinProblems(
  entries: readonly BundleEntry[],
  pin: Pin,
  source: ByteSource,
): Promise<readonly Problem[]> {
  let first: readonly Problem[] = [];
  for (const [index, entry] of entries.entries()) {
    const held = await demandPin(partOf(source, entry), pin, entry.sha256);
    if (held.ok) return [];
    if (index === 0) first = held.problems;
  }
  return first;
}

function entriesFor(
  artifacts: VerifiedBundle["artifacts"],
  { type, reference: { path, name } }: WantedArtifact,
): readonly BundleEntry[] {
  const atPath = artifacts.find(({ entry }) => entry.name === path);
  if (atPath !== undefined) return [atPath.entry];
  if (name === null) return [];
  const all = artifacts.map(({ artifact, entry }) => ({
    artifact,
    entryName: entry.name,
    size: entry.size,
    entry,
  }));
  return byName(all, name, type).map(({ entry }) => entry);
}

/** The same where a bundle is made. */
export function wrongPins(
  { componentTypes }: Pick<Manifest, "componentTypes">,
  parts: readonly Part[],
): readonly Problem[] {
  return wantedArtifacts({ componentTypes }).flatMap(({ reference: { pin, path } }) => {
    const part = parts.find(({ name }) => name === path);
    if (pin === null || part === undefined || part.sha256 === pin.sha256) return [];
    return [otherArtifact(part.source.name, pin, part.sha256)];
  });
}

function otherArtifact(file: string, { sha256, at }: Pin, got: Sha256): Problem {
  return {
    code: "artifact-pin",
    message: `"${file}" is another Artifact than the one that the Manifest pins.`,
    at,
    expected: `the checksum ${sha256}`,
    got,
    hint: "Get the Artifact that was meant; or take the `sha256` out of the Manifest, and make and sign the bundle again.",
  };
}
