/** So long a reader may take nothing where the end of this process is waited for. Milliseconds. */
export const patienceMs = 30_000;

/**
 * Waits until the reader of a stream has all of it, or is gone: a full pipe takes the rest later, and an exit would
 * drop that. Gives up where the reader takes nothing for `idleMs`, or twice that; null: never. What it takes shows in
 * steps: those of a pipe are 4 KiB.
 */
export function drained(stream: Outlet, idleMs: number | null): Promise<void> {
  return new Promise((settle) => {
    stream.write("", () => settle());
    // Nothing is ever left of what goes to a file, which knows no such limit.
    if (idleMs !== null && stream.writableLength > 0) stream.setTimeout(idleMs, () => settle());
  });
}

/** What is needed of stdout and stderr. */
interface Outlet {
  readonly writableLength: number;
  write(text: string, done: () => void): boolean;
  setTimeout(ms: number, idle: () => void): unknown;
}
