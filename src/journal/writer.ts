import type { AppendFile } from "../platform/types.ts";
import { encodeRecords, type RecordFormat } from "./records.ts";

/** The journal of the deployment in progress, open for writing. All of it throws FileError, and then for good. */
export interface JournalWriter<R> {
  /** Survives the end of this process; a power cut only once it is synced. */
  append(records: readonly R[]): void;
  /** Nothing appended before it can be lost afterwards. */
  sync(): void;
  close(): void;
}

/**
 * Writes records behind those of an open journal, all of which have been synced. After a failed write the file may end
 * in half a record; after a failed sync nobody knows what is on the disk, and a second sync would not tell. So the
 * first failure is the last thing that happens: every later call fails with it, until another run has read the journal
 * again.
 */
export function writeJournal<R>(file: AppendFile, format: RecordFormat<R>): JournalWriter<R> {
  let allSynced = true;
  let failure: { readonly error: unknown } | null = null;

  function attempt(act: () => void): void {
    if (failure !== null) throw failure.error;
    try {
      act();
    } catch (error) {
      failure = { error };
      throw error;
    }
  }

  return {
    append(records) {
      if (records.length === 0) return;
      const bytes = encodeRecords(records, allSynced, format);
      attempt(() => file.append(bytes));
      allSynced = false;
    },
    sync() {
      attempt(() => {
        if (!allSynced) file.sync();
      });
      allSynced = true;
    },
    close: () => file.close(),
  };
}
