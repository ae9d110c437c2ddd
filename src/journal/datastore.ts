import { join } from "node:path";

/** Where everything lies that this program keeps; see docs/datastore.md. All paths are absolute. */
export interface Datastore {
  readonly root: string;
  /** Held by the one process that may change anything. */
  readonly lock: string;
  /** The directory of the deployment in progress. */
  readonly deployment: string;
  /** Its journal. */
  readonly journal: string;
  /** The journals of deployments that have ended, one file each. */
  readonly history: string;
  /** Bundles that the deployment in progress needs, and that would not stay where they were. */
  readonly bundles: string;
  /** Artifacts that a way out may install and that the cache cannot hold. */
  readonly files: string;
  /** The work dirs of the Interfaces, one a Component. */
  readonly payloads: string;
  /** Of those that failed twice over: kept for people to look at, one a Component. */
  readonly setAside: string;
  /** The Cleanups that ended deployments still owe. */
  readonly owed: string;
  /**
   * What callers are still to be told that will roll back or clean up although there is nothing to do, one file each.
   */
  readonly marks: string;
}

export function datastoreAt(root: string): Datastore {
  return {
    root,
    lock: join(root, "lock"),
    deployment: join(root, "deployment"),
    journal: join(root, "deployment", "journal"),
    history: join(root, "history"),
    bundles: join(root, "bundles"),
    files: join(root, "files"),
    payloads: join(root, "payloads"),
    setAside: join(root, "set-aside"),
    owed: join(root, "owed"),
    marks: join(root, "marks"),
  };
}
