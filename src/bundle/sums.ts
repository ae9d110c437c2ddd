import { asResult } from "../artifact/artifact-error.ts";
import { readAll } from "../artifact/buffer-lending.ts";
import { inflateChunk } from "../artifact/compression.ts";
import type { Problem } from "../core/problem.ts";
import type { Result } from "../core/result.ts";
import type { ByteSource } from "../platform/types.ts";
import type { Bundle } from "./bundle.ts";
import { partOf } from "./entry-content.ts";

/** The problem of every Artifact in the bundle whose bytes are not those that its checksums list. */
export async function wrongSums(
  { entries }: Pick<Bundle, "entries">,
  source: ByteSource,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const entry of entries) {
    const summed = await readThrough(partOf(source, entry), source.name);
    if (!summed.ok) problems.push(...summed.problems);
  }
  return problems;
}

/** Reads an entry to its end, which holds it to its checksum. `file` is what problems name. */
export function readThrough(entry: ByteSource, file: string): Promise<Result<null>> {
  return asResult(file, async () => {
    for await (const _ of readAll(entry, { chunkBytes: inflateChunk.alone, buffers: "lent" }));
    return null;
  });
}
