import { TransformStream } from "node:stream/web";
import type { ByteSource, Decompressors } from "../platform/types.ts";
import { inflateChunk } from "./compression.ts";
import { demandSame } from "./layout.ts";
import type { Artifact } from "./types.ts";
import { verifyStream } from "./verify.ts";

/**
 * Streams the whole Artifact file as it lies, headers included, for an Interface that takes it so. The very bytes that pass
 * are verified on the way, and the last piece is given out only once all of it is right: a violation throws
 * ArtifactError before the end. What the medium throws (FileError) comes through.
 */
export async function* streamArtifact(
  source: ByteSource,
  artifact: Artifact,
  decompressors: Decompressors | null = null,
): AsyncGenerator<Uint8Array> {
  // No room in it: a piece counts as written once the check has asked for it.
  const copy = new TransformStream<Uint8Array, Uint8Array>({}, {}, { highWaterMark: 0 });
  const writer = copy.writable.getWriter();
  const { name } = source;
  const checked = verifyStream(name, copy.readable, [], decompressors, inflateChunk.among);
  const failed = checked.then(
    () => false,
    () => true,
  );
  try {
    let held: Uint8Array | null = null;
    for await (const piece of source.read(0, source.size)) {
      if (held !== null) yield held;
      held = piece;
      // A check that failed stops reading: its reason is thrown below.
      const stopped = await Promise.race([
        failed,
        writer.write(piece).then(
          () => false,
          () => true,
        ),
      ]);
      if (stopped) break;
    }
    await Promise.race([failed, writer.close().catch(() => true)]);
    demandSame(name, (await checked).artifact, artifact);
    if (held !== null) yield held;
  } finally {
    await writer.abort().catch(() => undefined);
  }
}
