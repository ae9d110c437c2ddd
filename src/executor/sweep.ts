import { join } from "node:path";
import { workDirOf } from "../interface/work-dir.ts";
import type { Datastore } from "../journal/datastore.ts";
import { takeOwed } from "../journal/owed.ts";
import type { Files } from "../platform/types.ts";

/** An owed Cleanup needs its work dir; nobody needs the others. */
export function sweepWorkDirs(files: Files, store: Datastore): void {
  // A lost one is replaced when its Cleanup is called.
  if (files.status(store.payloads) === null) return;
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
