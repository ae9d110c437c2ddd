import type { Files } from "../platform/types.ts";
import type { Datastore } from "./datastore.ts";
import { makeDatastore } from "./store.ts";

/**
 * The mark of an install that was refused. Its caller rolls back and cleans up all the same, and must find that there is
 * nothing to do, instead of touching a deployment that is not its own.
 *
 * Leaves the mark, durably, in place of an earlier one; what it says is for people. Throws FileError.
 */
export function markRefused(files: Files, store: Datastore, reason: string): void {
  makeDatastore(files, store);
  files.writeDurably(store.refused, new TextEncoder().encode(`${reason}\n`));
}

export function isRefused(files: Files, store: Datastore): boolean {
  return files.status(store.refused) !== null;
}

/** Removes the mark, durably. Throws FileError. */
export function clearRefusal(files: Files, store: Datastore): void {
  if (!isRefused(files, store)) return;
  files.remove(store.refused);
  files.syncDirectory(store.root);
}
