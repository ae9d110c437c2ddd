import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { fileError } from "./file-error.ts";
import { FileError } from "./types.ts";

/** How often a pipe without a reader is tried again: at first, and at most. Milliseconds. */
const pauseMs = { first: 1, longest: 20, growth: 1.3 } as const;

/**
 * Opens named pipes for writing as soon as somebody reads them.
 *
 * An open that blocks until then would hold one of the four threads that all file access of the process shares, and
 * five of them would freeze it. O_NONBLOCK fails with ENXIO where there is no reader, and nothing tells of a reader's
 * coming: so it is tried again, by one timer for all pipes that are waited for.
 */
export function pipeOpener(): (path: string, signal: AbortSignal) => Promise<number> {
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | undefined;

  function rearm() {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    const next = Math.min(...[...waiting].map(({ nextAt }) => nextAt));
    timer = setTimeout(tryAll, Math.max(1, next - performance.now()));
  }

  function tryAll() {
    const now = performance.now();
    for (const one of waiting) {
      if (one.nextAt > now + 0.5) continue;
      if (one.attempt()) waiting.delete(one);
      one.pauseMs = Math.min(pauseMs.longest, one.pauseMs * pauseMs.growth);
      one.nextAt = now + one.pauseMs;
    }
    rearm();
  }

  return (path, signal) =>
    new Promise((settle, refuse) => {
      if (signal.aborted) {
        refuse(aborted(signal));
        return;
      }
      const one: Waiting = { attempt, pauseMs: pauseMs.first, nextAt: 0 };
      function attempt(): boolean {
        try {
          const fd = openNow(path);
          if (fd === null) return false;
          settle(fd);
        } catch (error) {
          refuse(error);
        }
        signal.removeEventListener("abort", abort);
        return true;
      }
      function abort() {
        waiting.delete(one);
        rearm();
        refuse(aborted(signal));
      }
      if (attempt()) return;
      signal.addEventListener("abort", abort, { once: true });
      one.nextAt = performance.now() + one.pauseMs;
      waiting.add(one);
      rearm();
    });
}

interface Waiting {
  /** True once it is settled, opened or failed. */
  readonly attempt: () => boolean;
  pauseMs: number;
  nextAt: number;
}

/** Null where nobody has the pipe open for reading. */
function openNow(path: string): number | null {
  const { stackTraceLimit } = Error;
  // To find no reader is the usual case, and collecting a stack trace would be most of its cost.
  Error.stackTraceLimit = 0;
  try {
    const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    if (fstatSync(fd).isFIFO()) return fd;
    closeSync(fd);
    throw new FileError("EINVAL", path, "it is no named pipe any more");
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      if (error.code === "ENXIO" || error.code === "EINTR") return null;
    }
    throw fileError(error, path);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function aborted(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error(String(reason));
}
