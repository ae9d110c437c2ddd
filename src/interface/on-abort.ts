/** What is to be done for each signal that is waited for. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Has `act` called once the signal is aborted, until the function that is returned is called. All calls of a group
 * share one signal, and Node takes more than ten listeners on it for a leak; so each signal gets one, for all of them.
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const acts = waiting.get(signal) ?? listen(signal);
  acts.add(act);
  return () => void acts.delete(act);
}

function listen(signal: AbortSignal): Set<() => void> {
  const acts = new Set<() => void>();
  waiting.set(signal, acts);
  signal.addEventListener(
    "abort",
    () => {
      for (const act of acts) act();
    },
    { once: true },
  );
  return acts;
}
