import { ok, type Result } from "../core/result.ts";
import { JournalRecord, recordFormat } from "../deployment/records.ts";
import type { Datastore } from "../journal/datastore.ts";
import { archiveJournal, listHistory, readHistory } from "../journal/history.ts";
import type { RecordFormat } from "../journal/records.ts";
import { continueJournal, createJournal, readJournal } from "../journal/store.ts";
import type { JournalWriter } from "../journal/writer.ts";
import type { Files } from "../platform/types.ts";

/** The records of this release; those of the previous one will stand beside them. */
export const currentFormat: RecordFormat<JournalRecord> = {
  version: recordFormat,
  schema: JournalRecord,
};

/** Where deployments are kept: one in progress, and those that have ended. Everything throws FileError. */
export interface Journals {
  /** The records of the deployment in progress; null where there is none. */
  load(): Result<readonly JournalRecord[] | null>;
  /** A new journal; nothing may be in progress. */
  create(): JournalWriter<JournalRecord>;
  /** The journal in progress, to go on with. */
  reopen(): JournalWriter<JournalRecord>;
  /** Moves the journal in progress to the history, durably. */
  archive(deployment: string): void;
}

/** The journals in a datastore. The lock is held by whoever calls anything but `load`. */
export function journalsIn(files: Files, store: Datastore): Journals {
  const read = () => readJournal(files, store.journal, [currentFormat]);
  let open: JournalWriter<JournalRecord> | null = null;
  return {
    load: () => {
      const journal = read();
      return journal.ok ? ok(journal.value?.records ?? null) : journal;
    },
    create: () => (open = createJournal(files, store, currentFormat)),
    reopen: () => {
      const journal = read();
      if (!journal.ok || journal.value === null)
        throw new Error("there is no journal to go on with");
      return (open = continueJournal(files, store, journal.value, currentFormat));
    },
    archive: (deployment) => {
      open?.close();
      open = null;
      // Who may be told that a release is too old must remember the last one, however many have failed since.
      archiveJournal(files, store, deployment, () => lastRelease(files, store)?.deployment ?? null);
    },
  };
}

/** The last deployment that was committed and whose release had a place in a sequence; null where none is known. */
export function lastRelease(
  files: Files,
  store: Datastore,
): { readonly deployment: string; readonly sequence: number } | null {
  for (const { id } of listHistory(files, store)) {
    const journal = readHistory(files, store, id, [currentFormat]);
    if (!journal.ok) continue;
    const [first] = journal.value.records;
    const last = journal.value.records.at(-1);
    const isCommitted = last?.type === "ended" && last.outcome === "success";
    if (isCommitted && first?.type === "begin" && first.sequence !== null) {
      return { deployment: id, sequence: first.sequence };
    }
  }
  return null;
}
