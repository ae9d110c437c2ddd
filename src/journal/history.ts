import { join } from "node:path";
import { defaultHistoryLimit } from "../core/history-limit.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { FileError, type Files, unlessRefused } from "../platform/types.ts";
import type { Datastore } from "./datastore.ts";
import type { Journal, RecordFormat } from "./records.ts";
import { readJournal } from "./store.ts";

/** A deployment that has ended. */
export interface PastDeployment {
  readonly id: string;
  /** Counts the deployments of this machine, from 1; nothing about it depends on a clock. */
  readonly number: number;
  /** Its journal. */
  readonly path: string;
}

/** Tells of those that are old enough to go, the last one first, which ones have to stay. */
export type Needed = (old: readonly PastDeployment[]) => readonly PastDeployment[];

/**
 * Moves the journal of the deployment that has ended into the history, durably; then nothing is in progress any more.
 * The journal must be synced and closed. A crash leaves it in one place or in both, and then this is called once more.
 * The last `limit` are kept. Of those that are old enough to go, `needed` stay; it is asked only if there are any.
 * Throws FileError where it could not be moved.
 */
export function archiveJournal(
  files: Files,
  store: Datastore,
  id: string,
  needed: Needed = () => [],
  limit = defaultHistoryLimit,
): void {
  if (!isSafe(id)) throw new Error(`"${id}" cannot be the name of a file`);
  const past = listHistory(files, store);
  if (past.some((deployment) => deployment.id === id)) {
    // To rename a file over another name of itself does nothing.
    files.remove(store.journal);
    files.syncDirectory(store.deployment);
    return;
  }
  const number = (past[0]?.number ?? 0) + 1;
  const name = `${String(number).padStart(numberLength, "0")}-${id}`;
  files.renameDurably(store.journal, join(store.history, name));
  const old = past.slice(limit - 1);
  if (old.length > 0) forget(files, old, needed);
}

/**
 * The deployment has ended whatever becomes of older ones: what cannot be removed is left for the next one to remove.
 */
function forget(files: Files, old: readonly PastDeployment[], needed: Needed): void {
  const staying = new Set(needed(old).map(({ id }) => id));
  for (const { id, path } of old) {
    if (!staying.has(id)) unlessRefused(() => files.remove(path), undefined);
  }
}

/** The deployments that have ended, the last one first. */
export function listHistory(files: Files, store: Datastore): readonly PastDeployment[] {
  if (files.status(store.history) === null) return [];
  return files
    .list(store.history)
    .map((name) => pastOf(store, name))
    .filter((past) => past !== null)
    .toSorted((a, b) => b.number - a.number);
}

/** Reads the journal of one that has ended, by its id or the beginning of it. */
export function readHistory<R>(
  files: Files,
  store: Datastore,
  id: string,
  formats: readonly RecordFormat<R>[],
): Result<Journal<R>> {
  const past = listHistory(files, store);
  const whole = past.filter((deployment) => deployment.id === id);
  const found = whole.length > 0 ? whole : past.filter((other) => other.id.startsWith(id));
  const [only] = found;
  if (only === undefined || id === "" || found.length > 1) {
    return fail(unknownId(id, found.length, past));
  }
  return readPast(files, only, formats);
}

/**
 * Reads the journal of one that has ended. That its medium failed is told as a problem: the other ones can still be
 * read.
 */
export function readPast<R>(
  files: Files,
  { path }: PastDeployment,
  formats: readonly RecordFormat<R>[],
): Result<Journal<R>> {
  try {
    const journal = readJournal(files, path, formats);
    if (!journal.ok) return journal;
    return ok(journal.value ?? { records: [], format: null, length: 0, isTorn: true });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail(unreadable(error));
  }
}

const numberLength = 6;

function pastOf(store: Datastore, name: string): PastDeployment | null {
  const [, number, id] = /^([0-9]{6,})-(.+)$/.exec(name) ?? [];
  if (number === undefined || id === undefined || !isSafe(id)) return null;
  return { id, number: Number(number), path: join(store.history, name) };
}

function isSafe(id: string): boolean {
  return /^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$/.test(id);
}

function unknownId(id: string, matches: number, past: readonly PastDeployment[]): Problem {
  return {
    code: "history-unknown",
    message:
      id === ""
        ? "The id of the past deployment is missing: it is empty."
        : matches > 1
          ? `${matches} past deployments have an id that begins with "${id}".`
          : `There is no past deployment "${id}".`,
    expected:
      past.length === 0
        ? "no deployment has ended yet"
        : `one of ${past.map((deployment) => deployment.id).join(", ")}`,
    got: `"${id}"`,
    hint: "The command history lists them all.",
  };
}

function unreadable({ path, message, code }: FileError): Problem {
  return {
    code: "machine-failed",
    message: `The journal "${path}" cannot be read: ${message}.`,
    at: { file: path },
    got: code,
    hint: "Check the disk and the permissions of the file. Nothing that is in progress needs it.",
  };
}
