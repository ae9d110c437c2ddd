/**
 * The same chunks, until the signal is aborted: then its reason is thrown at once, even where the source has hung up and
 * never gives another one.
 */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  // Many share the signal, and Node warns where it gets more than ten listeners itself.
  const own = AbortSignal.any([signal]);
  let refuse: (reason: unknown) => void = () => {};
  const abort = () => refuse(own.reason);
  own.addEventListener("abort", abort, { once: true });
  try {
    for (;;) {
      own.throwIfAborted();
      const next = await new Promise<IteratorResult<T>>((settle, fail) => {
        refuse = fail;
        iterator.next().then(settle, fail);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    own.removeEventListener("abort", abort);
    // A read that never ends would hold up its own closing as well.
    if (!own.aborted) await iterator.return?.();
  }
}
