import { asResult } from "../artifact/artifact-error.ts";
import { inflateChunk } from "../artifact/compression.ts";
import { readAll } from "../artifact/buffer-lending.ts";
import type { Problem } from "../core/problem.ts";
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
    const wholly = { chunkBytes: inflateChunk.alone, buffers: "lent" } as const;
    const summed = await asResult(source.name, () => drain(readAll(partOf(source, entry), wholly)));
    if (!summed.ok) problems.push(...summed.problems);
  }
  return problems;
}

export async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}
