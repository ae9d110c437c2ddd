import { createHash } from "node:crypto";
import { ArtifactError, asResult } from "../artifact/artifact-error.ts";
import { inflateChunk } from "../artifact/compression.ts";
import { readAll } from "../artifact/buffer-lending.ts";
import { Sha256 } from "../core/ids.ts";
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
    check(source.name, pin, got);
    return null;
  });
}

/** The same bytes; who reads them all is told at their end, by an ArtifactError, where they have not this checksum. */
export function held(source: ByteSource, sha256: Sha256): ByteSource {
  return {
    name: source.name,
    size: source.size,
    read(offset, length, lentBytes) {
      const bytes = source.read(offset, length, lentBytes);
      const isWhole = offset === 0 && length === source.size;
      return isWhole ? summedBy(bytes, (got) => check(source.name, { sha256 }, got)) : bytes;
    },
  };
}

async function* summedBy(
  bytes: AsyncIterable<Uint8Array>,
  check: (sum: Sha256) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const piece of bytes) {
    hash.update(piece);
    yield piece;
  }
  check(Sha256.parse(hash.digest("hex")));
}

function check(file: string, pin: Partial<Pin> & Pick<Pin, "sha256">, got: Sha256): void {
  if (got !== pin.sha256) throw new ArtifactError(otherArtifact(file, pin, got));
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
      problems.push(...(await entryPinProblems(entriesFor(artifacts, wanted), pin, source)));
  }
  return problems.length > 0 ? fail(...problems) : ok(null);
}

/** None: the file with this sum is the one that is pinned. */
export function pinProblems(file: string, pin: Pin | null, got: Sha256): readonly Problem[] {
  return pin === null || got === pin.sha256 ? [] : [otherArtifact(file, pin, got)];
}

/** Those of the first; none where one has the checksum, or there is none. */
async function entryPinProblems(
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

function otherArtifact(
  file: string,
  { sha256, at }: Partial<Pin> & Pick<Pin, "sha256">,
  got: Sha256,
): Problem {
  return {
    code: "artifact-pin",
    message: `"${file}" is another Artifact than the one that the Manifest pins.`,
    ...(at === undefined ? {} : { at }),
    expected: `the checksum ${sha256}`,
    got,
    hint: "Get the Artifact that was meant; or take the `sha256` out of the Manifest, and make and sign the bundle again.",
  };
}
