import * as z from "zod";
import { ComponentId, ComponentType } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { ok, type Result } from "../core/result.ts";
import type { Files } from "../platform/types.ts";
import type { Datastore } from "./datastore.ts";
import type { RecordFormat } from "./records.ts";
import { continueJournal, createJournal, readJournal } from "./store.ts";

/**
 * The Cleanups that ended deployments still owe, as a journal of its own: what is owed outlives the deployment that
 * owes it. The file is there only while there is anything in it.
 */

/** A Cleanup that has failed and is still to be made; at most one a Component. */
export interface OwedCleanup {
  readonly component: ComponentId;
  readonly componentType: ComponentType;
  /** The deployment in which it failed. */
  readonly deployment: string;
  /** The runs that have called it since, without living to see its end. */
  readonly runIds: readonly string[];
}

/** How one came to its end: it was made, it failed again, or its Component is gone. */
export type Settlement = "cleaned" | "set-aside" | "dropped";

const Time = z.iso.datetime();

const OwedRecord = z.discriminatedUnion("type", [
  z
    .strictObject({
      type: z.literal("owed"),
      format: z.literal(1),
      at: Time,
      deployment: z.string(),
      component: ComponentId,
      componentType: ComponentType,
    })
    .readonly(),
  z
    .strictObject({
      type: z.literal("called"),
      at: Time,
      component: ComponentId,
      runId: z.string(),
    })
    .readonly(),
  z
    .strictObject({
      type: z.literal("settled"),
      at: Time,
      component: ComponentId,
      how: z.enum(["cleaned", "set-aside", "dropped"]),
    })
    .readonly(),
]);
type OwedRecord = z.infer<typeof OwedRecord>;

const owedFormat: RecordFormat<OwedRecord> = { version: 1, schema: OwedRecord };

/** What is owed, the oldest first. Changes nothing. */
export function readOwed(files: Files, store: Datastore): Result<readonly OwedCleanup[]> {
  const journal = readJournal(files, store.owed, [owedFormat]);
  if (!journal.ok) return journal;
  return ok((journal.value?.records ?? []).reduce(after, []));
}

/** As readOwed; a damaged file is moved away, so that it can stand in nobody's way, and told. Under the lock only. */
export function takeOwed(
  files: Files,
  store: Datastore,
): { readonly owed: readonly OwedCleanup[]; readonly damaged: readonly Problem[] } {
  const read = readOwed(files, store);
  if (read.ok) return { owed: read.value, damaged: [] };
  files.renameDurably(store.owed, `${store.owed}.damaged`);
  return { owed: [], damaged: read.problems };
}

/** Notes durably what a deployment owes at its end; to note it once more changes nothing. */
export function oweCleanups(
  files: Files,
  store: Datastore,
  at: string,
  debts: readonly Omit<OwedCleanup, "runIds">[],
): void {
  const { owed } = takeOwed(files, store);
  const isNoted = (debt: Omit<OwedCleanup, "runIds">): boolean =>
    owed.some(
      ({ component, deployment }) => component === debt.component && deployment === debt.deployment,
    );
  append(
    files,
    store,
    debts
      .filter((debt) => !isNoted(debt))
      .map(({ deployment, component, componentType }) => ({
        type: "owed" as const,
        format: 1 as const,
        at,
        deployment,
        component,
        componentType,
      })),
  );
}

/** Notes durably that one is about to be called: a later run must find what this one may leave at work. */
export function callOwed(
  files: Files,
  store: Datastore,
  at: string,
  component: ComponentId,
  runId: string,
): void {
  append(files, store, [{ type: "called", at, component, runId }]);
}

/** Notes durably that one is owed no more. */
export function settleOwed(
  files: Files,
  store: Datastore,
  at: string,
  component: ComponentId,
  how: Settlement,
): void {
  append(files, store, [{ type: "settled", at, component, how }]);
}

/** Where nothing is owed behind the records, the file goes. */
function append(files: Files, store: Datastore, records: readonly OwedRecord[]): void {
  if (records.length === 0) return;
  const own: Datastore = { ...store, journal: store.owed };
  const found = readJournal(files, own.journal, [owedFormat]);
  const journal =
    found.ok && found.value !== null
      ? continueJournal(files, own, found.value, owedFormat)
      : createJournal(files, own, owedFormat);
  journal.append(records);
  journal.sync();
  journal.close();
  const before = found.ok ? (found.value?.records ?? []) : [];
  if ([...before, ...records].reduce(after, []).length > 0) return;
  files.remove(store.owed);
  files.syncDirectory(store.root);
}

function after(owed: readonly OwedCleanup[], record: OwedRecord): OwedCleanup[] {
  const others = owed.filter(({ component }) => component !== record.component);
  switch (record.type) {
    case "owed": {
      const { component, componentType, deployment } = record;
      return [...others, { component, componentType, deployment, runIds: [] }];
    }
    case "called":
      return owed.map((debt) =>
        debt.component === record.component
          ? { ...debt, runIds: [...debt.runIds, record.runId] }
          : debt,
      );
    default:
      return others;
  }
}
