import type { Event } from "../../core/events.ts";
import type { Progress } from "../../install/progress.ts";
import type { Working } from "../../install/working.ts";

/** What is over sooner is not shown. Milliseconds. */
const showAfterMs = 500;

type WorkEvent = Extract<Event, { type: "work-started" | "work-progress" | "work-ended" }>;

/** Shows pieces of work where they take a moment; `open` is called for that only then. */
export function showingWork(
  open: () => Promise<Progress>,
  clock: { readonly monotonicMs: () => number },
): Working {
  const running = new Map<symbol, { readonly begun: WorkEvent; last: WorkEvent | null }>();
  let shown: Progress | null = null;
  let timer: NodeJS.Timeout | null = null;
  const show = async (): Promise<void> => {
    const progress = await open();
    // It may be over meanwhile.
    if (running.size === 0) {
      progress.close();
      return;
    }
    shown = progress;
    for (const { begun, last } of running.values()) {
      progress.emit(begun);
      if (last !== null) progress.emit(last);
    }
  };
  const end = (): void => {
    if (running.size > 0) return;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    shown?.close();
    shown = null;
  };
  return async ({ work, name, total }, use) => {
    const key = Symbol(name);
    const startedMs = clock.monotonicMs();
    const begun = { type: "work-started", work, name, total } as const;
    running.set(key, { begun, last: null });
    shown?.emit(begun);
    if (timer === null) {
      timer = setTimeout(() => void show(), showAfterMs);
      timer.unref();
    }
    try {
      return await use((count) => {
        const done = {
          count: Math.min(count, total?.count ?? count),
          unit: total?.unit ?? "bytes",
        };
        const last = { type: "work-progress", work, name, done } as const;
        const one = running.get(key);
        if (one !== undefined) one.last = last;
        shown?.emit(last);
      });
    } finally {
      running.delete(key);
      const elapsedMs = clock.monotonicMs() - startedMs;
      shown?.emit({ type: "work-ended", work, name, elapsedMs });
      end();
    }
  };
}
