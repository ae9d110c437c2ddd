import { once } from "../core/once.ts";
import type { ByteSource } from "../platform/types.ts";

/**
 * Whether the buffers of a stream may be kept. A lent one is the reader's until it asks for the next: then its memory
 * is used again, or gone. So a reader has done with a piece by then, and has nobody else at work on it.
 */
export type BufferLending = "kept" | "lent";

/** All of a source; lent pieces are as large as what is inflated at once: fewer of them are handed between threads. */
export function readAll(
  source: ByteSource,
  { buffers, chunkBytes }: { readonly buffers: BufferLending; readonly chunkBytes: number },
): AsyncIterable<Uint8Array> {
  return source.read(0, source.size, buffers === "lent" ? chunkBytes : undefined);
}

/**
 * Frees the memory of `buffer` now; whoever still looks at it finds it empty. What was read would otherwise pile up
 * until V8 looks for it, and each new piece would be memory that the kernel has to clear first.
 */
export function freeBuffer(buffer: ArrayBufferLike): void {
  // What is transferred is not ours any more, and a port that is closed has nobody to give it to.
  if (buffer instanceof ArrayBuffer) nobody().postMessage(null, [buffer]);
}

const nobody = once(() => {
  const { port1 } = new MessageChannel();
  port1.close();
  return port1;
});
