import { join } from "node:path";
import type { Event } from "../core/events.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { workDirOf } from "../interface/work-dir.ts";
import type { Datastore } from "../journal/datastore.ts";
import { takeOwed } from "../journal/owed.ts";
import type { Files } from "../platform/types.ts";
import { setLeftWorkDirAside } from "./left-work-dirs.ts";

/**
 * An owed Cleanup needs its work dir, and one that has not come to its end in the deployment that has ended leaves it
 * to people; nobody needs the others. `ended` is null where the deployment has never begun.
 */
export function sweepWorkDirs(
  files: Files,
  store: Datastore,
  ended: Deployment | null,
  emit: (event: Event) => void,
): void {
  // A lost one is replaced when its Cleanup is called.
  if (files.status(store.payloads) === null) return;
  if (ended !== null) {
    for (const member of ended.members) {
      setLeftWorkDirAside({ files, places: store, emit }, ended, member);
    }
  }
  const { owed } = takeOwed(files, store);
  if (owed.length === 0) {
    files.remove(store.payloads);
    return;
  }
  const needed = new Set(owed.map(({ component }) => workDirOf(store.payloads, component)));
  for (const name of files.list(store.payloads)) {
    const path = join(store.payloads, name);
    if (!needed.has(path)) files.remove(path);
  }
}
