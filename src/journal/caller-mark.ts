import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import * as z from "zod";
import { FileError, type Files, unlessRefused } from "../platform/types.ts";
import type { Datastore } from "./datastore.ts";
import { makeDatastore } from "./store.ts";

/**
 * What the calls that are still to come from a caller must find: that there is nothing to do for them. The Mender
 * Client rolls back and cleans up whatever the calls before have returned, and must not touch a deployment that is not
 * its own.
 */
export type CallerMark =
  /** Its install was refused; why is for people. */
  | { readonly kind: "refused"; readonly reason: string }
  /** A call of it that was to stop before Cleanup has ended this deployment, because Cleanup had begun before. */
  | { readonly kind: "ended"; readonly deployment: string };

/**
 * Leaves the mark of the caller that is known by its working directory, durably, in place of an earlier one of it.
 * Throws FileError.
 */
export function leaveMark(
  files: Files,
  store: Datastore,
  workingDirectory: string,
  mark: CallerMark,
): void {
  makeDatastore(files, store);
  files.makeDirectory(store.marks);
  files.syncDirectory(store.root);
  forgetLost(files, store);
  const kept: Kept = { workingDirectory, ...mark };
  const bytes = new TextEncoder().encode(`${JSON.stringify(kept)}\n`);
  files.writeDurably(pathOf(store, workingDirectory), bytes);
}

/**
 * Whether a mark can be left now. Where not, because the file system is read-only or full, an install that was refused
 * could leave none, and that none is there tells nothing.
 */
export function canLeaveMark(files: Files, store: Datastore): boolean {
  let directory = store.marks;
  while (files.status(directory) === null) directory = dirname(directory);
  const probe = join(directory, ".probe");
  try {
    files.writeDurably(probe, new Uint8Array(maxMarkBytes));
    files.remove(probe);
    return true;
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

/** The mark of the caller at this working directory. Throws FileError. */
export function markOf(
  files: Files,
  store: Datastore,
  workingDirectory: string,
): CallerMark | null {
  const path = pathOf(store, workingDirectory);
  if (files.status(path) === null) return null;
  const kept = keptAt(files, path);
  // A damaged mark was somebody's: to do nothing harms nobody, and its last call removes it.
  if (kept === null) return { kind: "refused", reason: "Its mark cannot be read." };
  return kept.workingDirectory === workingDirectory ? kept : null;
}

/** Removes the mark of that caller, durably. Throws FileError. */
export function clearMark(files: Files, store: Datastore, workingDirectory: string): void {
  const path = pathOf(store, workingDirectory);
  if (files.status(path) === null) return;
  files.remove(path);
  files.syncDirectory(store.marks);
}

/** Above it, those whose working directory is gone are forgotten: nobody calls from there. */
const manyMarks = 32;

function forgetLost(files: Files, store: Datastore): void {
  const names = files.list(store.marks);
  if (names.length <= manyMarks) return;
  for (const name of names) {
    const path = join(store.marks, name);
    const kept = keptAt(files, path);
    if (kept === null || isThere(files, kept.workingDirectory)) continue;
    unlessRefused(() => files.remove(path), undefined);
  }
}

function isThere(files: Files, directory: string): boolean {
  return unlessRefused(() => files.status(directory) !== null, false);
}

const Kept = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("refused"), reason: z.string() }),
    z.object({ kind: z.literal("ended"), deployment: z.string() }),
  ])
  .and(z.object({ workingDirectory: z.string() }));
type Kept = z.infer<typeof Kept>;

/** Longer than any path and message; bytes. */
const maxMarkBytes = 64 * 1024;

function keptAt(files: Files, path: string): Kept | null {
  try {
    const text = new TextDecoder().decode(files.read(path, maxMarkBytes));
    const kept = Kept.safeParse(JSON.parse(text));
    return kept.success ? kept.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function pathOf(store: Datastore, workingDirectory: string): string {
  return join(store.marks, crc32(workingDirectory).toString(16).padStart(8, "0"));
}
