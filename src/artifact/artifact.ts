import { asResult, refused } from "./artifact-error.ts";
import type { Result } from "../core/result.ts";
import type { ByteSource, Decompressors } from "../platform/types.ts";
import { readBytes } from "./byte-reader.ts";
import type { VerifyKey } from "./keys.ts";
import { openArtifact } from "./layout.ts";
import { blockBytes, paddingOf } from "./tar-header.ts";
import type { Artifact } from "./types.ts";

/**
 * Reads an Artifact up to its payload: order, signature (demanded where there are keys), version, the header's
 * checksum and the header. The payload is not read; its checksums are verified by whoever streams it.
 */
export function readArtifact(
  source: ByteSource,
  keys: readonly VerifyKey[],
  decompressors: Decompressors | null = null,
): Promise<Result<Artifact>> {
  return asResult(source.name, async () => {
    const reader = readBytes(source.name, source.read(0, source.size));
    try {
      const { artifact, data } = await openArtifact(source.name, reader, keys, decompressors);
      const wanted = reader.position() + data.size + paddingOf(data.size) + 2 * blockBytes;
      if (wanted > source.size) throw cutShort(source, wanted);
      return artifact;
    } finally {
      await reader.close();
    }
  });
}

function cutShort(source: ByteSource, wanted: number) {
  return refused(
    "archive-truncated",
    source.name,
    `"${source.name}" is shorter than its contents say.`,
    {
      expected: `at least ${wanted} bytes`,
      got: `${source.size} bytes`,
      hint: "The file was not copied whole: copy or download it again.",
    },
  );
}
