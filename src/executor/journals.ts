import { defaultHistoryLimit } from "../core/history-limit.ts";
import { ok, type Result } from "../core/result.ts";
import { JournalRecord, recordFormat } from "../deployment/records.ts";
import type { Datastore } from "../journal/datastore.ts";
import {
  archiveJournal,
  listHistory,
  type Needed,
  type PastDeployment,
  readPast,
} from "../journal/history.ts";
import type { RecordFormat } from "../journal/records.ts";
import { continueJournal, createJournal, readJournal, replaceJournal } from "../journal/store.ts";
import type { JournalWriter } from "../journal/writer.ts";
import { FileError, type Files } from "../platform/types.ts";

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
  /**
   * Durably puts these records, which come to the same, in the place of those of the journal in progress, all of them
   * or none: it stays as it is where there is no room for both, for they must not cost the deployment.
   */
  replace(records: readonly JournalRecord[]): void;
  /** Moves the journal in progress to the history, durably. */
  archive(deployment: string): void;
}

/** The journals in a datastore. The lock is held by whoever calls anything but `load`. */
export function journalsIn(
  files: Files,
  store: Datastore,
  historyLimit = defaultHistoryLimit,
): Journals {
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
    replace: (records) => {
      open?.close();
      open = null;
      try {
        replaceJournal(files, store, records, currentFormat);
      } catch (error) {
        if (!(error instanceof FileError && error.code === "ENOSPC")) throw error;
      }
    },
    archive: (deployment) => {
      open?.close();
      open = null;
      const needed: Needed = (old) => neededOf(old, releaseMemory(files, store));
      archiveJournal(files, store, deployment, needed, historyLimit);
    },
  };
}

/** What the history tells of the releases that were committed. */
export interface ReleaseMemory {
  /** The last one known that had a place in a sequence, and its deployment. */
  readonly last: { readonly deployment: string; readonly sequence: number } | null;
  /** Later deployments whose journals cannot be read, the last one first: any may have committed another release. */
  readonly unreadable: readonly PastDeployment[];
}

/** Throws FileError where the history cannot be listed. */
export function releaseMemory(files: Files, store: Datastore): ReleaseMemory {
  const unreadable: PastDeployment[] = [];
  for (const past of listHistory(files, store)) {
    const sequence = committedSequence(files, past);
    if (sequence === "unreadable") unreadable.push(past);
    else if (sequence !== null) return { last: { deployment: past.id, sequence }, unreadable };
  }
  return { last: null, unreadable };
}

/** Null where no release was committed, or one without a place in a sequence. */
function committedSequence(files: Files, past: PastDeployment): number | null | "unreadable" {
  const journal = readPast(files, past, [currentFormat]);
  if (!journal.ok) return "unreadable";
  const { records } = journal.value;
  const [first] = records;
  const ended = records.findLast((record) => record.type === "ended");
  if (first?.type !== "begin") return "unreadable";
  // Killed before its first run was recorded: nothing was done.
  if (records.length === 1) return null;
  // Whatever else is archived has ended: the end of this journal is lost.
  if (ended === undefined) return "unreadable";
  return ended.outcome === "success" ? first.sequence : null;
}

/** So many old journals that cannot be read are kept; the history must not grow for ever on a medium that fails. */
const unreadableKept = 10;

/**
 * Who may be told that a release is too old must remember the last one, however many have failed since; and what cannot
 * be read now may be readable again one day.
 */
function neededOf(
  old: readonly PastDeployment[],
  { last, unreadable }: ReleaseMemory,
): readonly PastDeployment[] {
  const numbers = new Set(unreadable.map(({ number }) => number));
  return [
    ...old.filter(({ id }) => id === last?.deployment),
    ...old.filter(({ number }) => numbers.has(number)).slice(0, unreadableKept),
  ];
}
