import type { Unpacking } from "../artifact/compression.ts";
import type { VerifyKey } from "../artifact/keys.ts";
import { demandSame } from "../artifact/layout.ts";
import { readAll } from "../artifact/buffer-lending.ts";
import type { Artifact } from "../artifact/types.ts";
import { verifyStream } from "../artifact/verify.ts";
import type { ByteSource, Decompressors } from "../platform/types.ts";
import { relay } from "./relay.ts";

/** What is to be passed on, and what it was verified to be. */
export interface Whole {
  readonly source: ByteSource;
  readonly artifact: Artifact;
  readonly keys: readonly VerifyKey[];
  readonly decompressors: Decompressors | null;
  readonly unpacking: Unpacking;
}

/**
 * The whole Artifact as it lies there. The very bytes that go by are verified, in step with whoever takes them, piece
 * by piece, each lent; the end comes only once all of it has proved right, otherwise ArtifactError does, or FileError
 * of the medium.
 */
export async function* verifiedWhole(whole: Whole): AsyncGenerator<Uint8Array> {
  const { source, artifact, keys, decompressors, unpacking } = whole;
  const toVerifier = relay<Uint8Array>();
  const verdict = verifyStream(source.name, toVerifier.chunks, keys, decompressors, unpacking).then(
    (verified) => ({ ok: true as const, verified }),
    (error: unknown) => ({ ok: false as const, error }),
  );
  try {
    for await (const chunk of readAll(source, unpacking)) {
      // Both work on it at the same time, and both have done before the next one comes: it is lent.
      const used = toVerifier.give(chunk);
      yield chunk;
      const early = await Promise.race([used, verdict]);
      if (early !== undefined && !early.ok) throw early.error;
    }
    toVerifier.end();
    const last = await verdict;
    if (!last.ok) throw last.error;
    demandSame(source.name, last.verified.artifact, artifact);
  } finally {
    // Whoever stops half way leaves no verifier behind that waits for more.
    toVerifier.end();
    await verdict;
  }
}
