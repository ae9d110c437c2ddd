import { onAbort } from "./on-abort.ts";

/**
 * The same chunks, until the signal is aborted: then its reason is thrown at once, even where the source has hung up
 * and never gives another one.
 */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let refuse: (reason: unknown) => void = () => {};
  const forgetSignal = onAbort(signal, () => refuse(signal.reason));
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<T>>((settle, fail) => {
        refuse = fail;
        iterator.next().then(settle, fail);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    forgetSignal();
    // A read that never ends would hold up its own closing as well.
    if (!signal.aborted) await iterator.return?.();
  }
}
