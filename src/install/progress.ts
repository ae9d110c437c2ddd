import type { Event } from "../core/events.ts";
import type { LogLevel } from "../core/log-level.ts";
import type { Named } from "../report/progress-lines.ts";

/** Where the events of a run go. */
export interface Progress {
  readonly emit: (event: Event) => void;
  readonly close: () => void;
}

/** `components` are all of the System, in its order; `configured` is the level of the configuration. */
export type OpenProgress = (
  components: readonly Named[],
  configured: LogLevel,
) => Promise<Progress>;

/** Shows what happens in `use`. */
export async function withProgress<T>(
  progress: Progress,
  use: (emit: Progress["emit"]) => Promise<T>,
): Promise<T> {
  try {
    return await use(progress.emit);
  } finally {
    progress.close();
  }
}
