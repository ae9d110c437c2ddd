import { dirname } from "node:path";
import { ok, type Result } from "../core/result.ts";
import { FileError, type Files } from "../platform/types.ts";
import type { Datastore } from "./datastore.ts";
import { decodeJournal, encodeRecords, type Journal, type RecordFormat } from "./records.ts";
import { type JournalWriter, writeJournal } from "./writer.ts";

/** No deployment gets near it; bytes. */
const maxJournalBytes = 64 * 1024 * 1024;

/** Reads a journal and changes nothing. Null where there is none, or none of its records reached the disk. */
export function readJournal<R>(
  files: Files,
  path: string,
  formats: readonly RecordFormat<R>[],
): Result<Journal<R> | null> {
  const bytes = readIfThere(files, path);
  if (bytes === null) return ok(null);
  const journal = decodeJournal(path, bytes, formats);
  return journal.ok && journal.value.records.length === 0 ? ok(null) : journal;
}

function readIfThere(files: Files, path: string): Uint8Array | null {
  try {
    return files.read(path, maxJournalBytes);
  } catch (error) {
    if (error instanceof FileError && ["ENOENT", "ENOTDIR"].includes(error.code)) return null;
    throw error;
  }
}

/**
 * Starts the journal of a new deployment. There must be none with records in it: whoever calls has looked, under the
 * lock. Throws FileError.
 */
export function createJournal<R>(
  files: Files,
  store: Datastore,
  format: RecordFormat<R>,
): JournalWriter<R> {
  const found = readJournal(files, store.journal, [format]);
  if (!found.ok || found.value !== null)
    throw new Error("the journal in progress must not be lost");
  makeDatastore(files, store);
  return writeJournal(files.openAppend(store.journal, 0), format);
}

/**
 * Goes on with a journal that `readJournal` gave: what a power cut left behind its records is cut off. Throws
 * FileError.
 */
export function continueJournal<R>(
  files: Files,
  store: Datastore,
  { length }: Journal<R>,
  format: RecordFormat<R>,
): JournalWriter<R> {
  const file = files.openAppend(store.journal, length);
  // What a killed process appended may lie in memory only; from here on it is relied on.
  file.sync();
  return writeJournal(file, format);
}

/** Throws FileError; the journal is then as it was, or new. */
export function replaceJournal<R>(
  files: Files,
  store: Datastore,
  records: readonly R[],
  format: RecordFormat<R>,
): void {
  // All of it reaches the disk at once: what is damaged later is damaged, and not torn.
  const lines = records.map((record) => encodeRecords([record], true, format));
  files.writeDurably(store.journal, Buffer.concat(lines));
}

/** The directories of the datastore, and their entries on the disk even if an earlier call was killed before that. */
export function makeDatastore(files: Files, store: Datastore): void {
  for (const directory of [store.root, store.deployment, store.history]) {
    files.makeDirectory(directory);
  }
  files.syncDirectory(dirname(store.root));
  files.syncDirectory(store.root);
}
