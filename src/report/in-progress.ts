import type { ComponentId } from "../core/ids.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { LiveDownload } from "../journal/live-downloads.ts";

/** What is in progress: the deployment as its journal tells it, and whether a process is at work on it. */
export interface InProgress {
  readonly deployment: Deployment;
  /** When each Component began its state, or ended its last one: RFC 3339. */
  readonly since: ReadonlyMap<ComponentId, string>;
  /** The process that is at work on it. */
  readonly heldBy: number | null;
  /** What it has downloaded so far, of those that it is about to. */
  readonly downloads: readonly LiveDownload[];
  /** Of the boot in which this is asked. */
  readonly bootId: string;
  /** When this is asked, by the clock of the day; null: it is not told for how long. */
  readonly now: Date | null;
}
