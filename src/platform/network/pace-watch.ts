import { HttpError, type Pace } from "../network-types.ts";

/** Ends an answer that is silent, too slow, or takes too long. */
export interface PaceWatch {
  /** Aborted once the time was up. */
  readonly signal: AbortSignal;
  /** Time counts only meanwhile. */
  during<T>(wait: Promise<T>): Promise<T>;
  /** The headers are there: from now on bytes have to come. */
  hasBegun(): void;
  came(bytes: number): void;
}

export function paceWatch({ idleMs, leastBytes, slowMs, totalMs }: Pace): PaceWatch {
  const controller = new AbortController();
  /** Of waiting. */
  let waitedMs = 0;
  let hasBegun = false;
  const stretch = { sinceMs: 0, bytes: 0 };

  /** Milliseconds until something has to be looked at, and what it is. */
  function next(silentSinceMs: number): { readonly ms: number; readonly why: string } {
    const silent = { at: silentSinceMs + idleMs, why: `nothing came for ${seconds(idleMs)}` };
    const slow = {
      at: stretch.sinceMs + slowMs,
      why: `${stretch.bytes} bytes came in ${seconds(slowMs)}`,
    };
    const total = {
      at: totalMs ?? Number.POSITIVE_INFINITY,
      why: `it took more than ${seconds(totalMs ?? 0)}`,
    };
    const due = [total, ...(hasBegun ? [slow] : []), silent].reduce((first, one) =>
      one.at < first.at ? one : first,
    );
    return { ms: Math.max(0, due.at - waitedMs), why: due.why };
  }

  /** A stretch in which enough has come is followed by the next one. */
  function goesOn(): boolean {
    if (!hasBegun || waitedMs < stretch.sinceMs + slowMs || stretch.bytes < leastBytes)
      return false;
    stretch.sinceMs = waitedMs;
    stretch.bytes = 0;
    return true;
  }

  return {
    signal: controller.signal,
    async during(wait) {
      const silentSinceMs = waitedMs;
      const from = performance.now();
      const count = () => {
        waitedMs = silentSinceMs + performance.now() - from;
      };
      let timer: NodeJS.Timeout | undefined;
      const arm = (): void => {
        const { ms, why } = next(silentSinceMs);
        timer = setTimeout(() => {
          count();
          if (goesOn()) arm();
          else if (next(silentSinceMs).ms > 0) arm();
          else controller.abort(new HttpError("stalled", why));
        }, Math.ceil(ms));
      };
      arm();
      try {
        return await wait;
      } finally {
        count();
        clearTimeout(timer);
      }
    },
    hasBegun() {
      hasBegun = true;
      stretch.sinceMs = waitedMs;
    },
    came(bytes) {
      stretch.bytes += bytes;
      goesOn();
    },
  };
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
