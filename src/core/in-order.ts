/**
 * What `act` gives for each of the items, in their order, though up to `atOnce` of them are at work at the same time.
 * Once it has thrown, no further one is begun.
 */
export async function inOrder<T, R>(
  items: readonly T[],
  atOnce: number,
  act: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  // A generator, for whoever leaves its loop by an exception ends it for all; the iterator of an array would go on.
  const waiting = (function* () {
    yield* items.entries();
  })();
  async function work(): Promise<void> {
    for (const [index, item] of waiting) results[index] = await act(item);
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return results;
}
