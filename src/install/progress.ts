import type { Event } from "../core/events.ts";
import type { LogLevel } from "../core/log-level.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { Named } from "../report/progress-lines.ts";

/** Where the events of a run go. */
export interface Progress {
  readonly emit: (event: Event) => void;
  readonly close: () => void;
}

/** What a run is about. */
export interface RunOf {
  /** All of the System, in its order. */
  readonly components: readonly Named[];
  /** Null: what is done belongs to no deployment. */
  readonly deployment: string | null;
}

/** Of the deployment in progress, as its journal tells it; null: there is none. */
export function runOf(current: Deployment | null): RunOf {
  const components = current?.begin.components ?? [];
  return {
    components: components.map(({ id, componentType }) => ({ id, type: componentType })),
    deployment: current?.begin.deployment ?? null,
  };
}

/** `configured` is the level of the configuration. */
export type OpenProgress = (run: RunOf, configured: LogLevel) => Promise<Progress>;

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
