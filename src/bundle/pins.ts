import { ArtifactError, asResult } from "../artifact/artifact-error.ts";
import { inflateChunk } from "../artifact/compression.ts";
import { readAll } from "../artifact/lent.ts";
import type { Sha256 } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { wantedArtifacts } from "../manifest/at-hand.ts";
import type { Manifest, Pin } from "../manifest/manifest.ts";
import type { ByteSource } from "../platform/types.ts";
import type { Bundle } from "./bundle.ts";
import { partOf, sumOf } from "./entry-content.ts";
import type { Part } from "./write.ts";

/** The Artifact must have the checksum that the Manifest pins. `known` where its bytes are held to one anyway: then none is read. */
export function demandPin(
  source: ByteSource,
  pin: Pin | null,
  known: Sha256 | null,
): Promise<Result<null>> {
  return asResult(source.name, async () => {
    if (pin === null) return null;
    const wholly = { chunkBytes: inflateChunk.alone, pieces: "lent" } as const;
    const got = known ?? (await sumOf(readAll(source, wholly)));
    if (got !== pin.sha256) throw new ArtifactError(otherArtifact(source.name, pin, got));
    return null;
  });
}

/** Every pin of a Manifest whose Artifact lies in its bundle; the problems of all. */
export async function checkPins(
  { componentTypes }: Pick<Manifest, "componentTypes">,
  bundle: Bundle,
  source: ByteSource,
): Promise<Result<null>> {
  const problems: Problem[] = [];
  for (const { reference } of wantedArtifacts({ componentTypes })) {
    const entry = bundle.entries.find(({ name }) => name === reference.path);
    if (entry === undefined) continue;
    const held = await demandPin(partOf(source, entry), reference.pin, entry.sha256);
    if (!held.ok) problems.push(...held.problems);
  }
  return problems.length > 0 ? fail(...problems) : ok(null);
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
