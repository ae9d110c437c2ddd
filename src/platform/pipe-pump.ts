import { closeSync, constants, openSync, readSync } from "node:fs";
import { Socket } from "node:net";
import { fileError } from "./file-error.ts";
import type { Pumped } from "./types.ts";

/**
 * Writes a whole stream into an open pipe and closes it.
 *
 * The descriptor is non-blocking, so the event loop drives it: no thread is held, whatever the reader does. A socket
 * without a readable side does that for any pipe; fs.WriteStream does not, it dies of the first EAGAIN.
 */
export async function pumpInto(
  fd: number,
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  onSourceError: (error: unknown) => Promise<void>,
): Promise<Pumped> {
  const socket = new Socket({ fd, readable: false, writable: true });
  let failure: { readonly error: unknown } | null = null;
  let wake: (() => void) | null = null;
  const rouse = () => {
    wake?.();
    wake = null;
  };
  const fail = (error: unknown) => {
    failure ??= { error };
    rouse();
  };
  const abort = () => {
    fail(signal.reason);
    socket.destroy();
  };
  const closed = new Promise<void>((settle) => socket.once("close", () => settle()));
  socket.on("error", fail);
  socket.on("drain", rouse);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });

  function demandWhole() {
    // A write that fails at once is told by the event only later: the last piece would seem written.
    const error = failure === null ? socket.errored : failure.error;
    if (error !== null) throw fileError(error, "pipe");
  }

  /** Until everything given so far is in the pipe. */
  async function written(): Promise<void> {
    demandWhole();
    while (socket.writableLength > 0) {
      await new Promise<void>((settle) => {
        wake = settle;
      });
      demandWhole();
    }
  }

  let bytes = 0;
  try {
    demandWhole();
    for await (const chunk of guarded(source, onSourceError)) {
      demandWhole();
      bytes += chunk.length;
      socket.write(chunk, rouse);
      // Of every chunk, also of one that the socket would queue: a lent one is gone once the next is asked for.
      await written();
    }
    const left = openForReading(fd);
    return { bytes, unread: () => countAndClose(left) };
  } finally {
    signal.removeEventListener("abort", abort);
    socket.destroy();
    await closed;
  }
}

/** Tells of an error of the source, and waits, before it reaches the loop that will close the pipe. */
async function* guarded(
  source: AsyncIterable<Uint8Array>,
  onSourceError: (error: unknown) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    await onSourceError(error);
    throw error;
  }
}

/**
 * A second end of the pipe, for ourselves: a pipe keeps what is in it while anybody has it open for reading, so that
 * what the reader has left behind can be counted later. Without it a reader that stops half way through a payload of
 * less than 64 KiB would go unnoticed, for all of it was written. Opened last, or the reader's going away would no
 * longer be an error to the writer.
 */
function openForReading(fd: number): number {
  return openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_NONBLOCK);
}

function countAndClose(fd: number): number {
  const buffer = new Uint8Array(64 * 1024);
  let total = 0;
  try {
    for (;;) {
      const count = readSync(fd, buffer, 0, buffer.length, null);
      if (count === 0) return total;
      total += count;
    }
  } finally {
    closeSync(fd);
  }
}
