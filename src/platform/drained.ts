import type { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";

/**
 * How long output is still read after the end of a process, in milliseconds. What it wrote itself lies in the pipe and
 * comes at once; a grandchild that holds the pipe open would keep us waiting for ever.
 */
const drainMs = 100;

/** Until all have been read to their end, at most for a moment; `received`: bytes that came so far. */
export async function drained(streams: readonly Readable[], received: () => number) {
  await closed(streams);
  // The end of a child can be known before its last output is, and where this process is busy the moment is over before
  // anybody has looked. So the event loop looks once more, and again as long as something comes.
  for (let looks = 0; looks < mostLooks; looks += 1) {
    if (streams.every((stream) => stream.closed)) return;
    const before = received();
    await setImmediate();
    if (received() === before) return;
  }
}

/** One look takes up to 2 MiB, more than a pipe holds. */
const mostLooks = 4;

function closed(streams: readonly Readable[]): Promise<void> {
  return new Promise((settle) => {
    const open = streams.filter((stream) => !stream.closed);
    let left = open.length;
    if (left === 0) {
      settle();
      return;
    }
    const cut = setTimeout(settle, drainMs);
    const end = () => {
      left -= 1;
      if (left > 0) return;
      clearTimeout(cut);
      settle();
    };
    for (const stream of open) stream.once("close", end);
  });
}
