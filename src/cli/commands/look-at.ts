import { ok, type Result } from "../../core/result.ts";
import type { Deployment } from "../../deployment/deployment.ts";
import type { JournalRecord } from "../../deployment/records.ts";
import { sinceOf } from "../../deployment/since.ts";
import { deploymentOf } from "../../executor/deployment-of.ts";
import { journalsIn } from "../../executor/journals.ts";
import { datastoreOf } from "../../install/machine.ts";
import { readLiveDownloads } from "../../journal/live-downloads.ts";
import { unlessRefused } from "../../platform/types.ts";
import type { InProgress } from "../../report/in-progress.ts";
import type { Context } from "./context.ts";

/** What is in progress at this moment; null: nothing. */
export type Look = () => Result<InProgress | null>;

/** To look again and again: a journal that has not grown is not read anew. */
export function looksAt(context: Context): Look {
  const { files } = context.platform;
  const store = datastoreOf(context);
  let known: { readonly file: string; readonly records: readonly JournalRecord[] } | null = null;
  return () => {
    const status = files.status(store.journal);
    const file = status === null ? "" : `${status.inode} ${status.size}`;
    if (known?.file !== file) {
      const loaded = journalsIn(files, store).load();
      if (!loaded.ok) return loaded;
      known = { file, records: loaded.value ?? [] };
    }
    return inProgressOf(context, known.records);
  };
}

function inProgressOf(
  context: Context,
  records: readonly JournalRecord[],
): Result<InProgress | null> {
  const { files, host, clock } = context.platform;
  const store = datastoreOf(context);
  const deployment = deploymentOf(records);
  if (!deployment.ok) return deployment;
  const { value } = deployment;
  if (value === null) return ok(null);
  return ok({
    deployment: value,
    since: sinceOf(records),
    heldBy: workerOn(context, value),
    downloads: readLiveDownloads(files, store, value.begin.deployment),
    bootId: host.bootId(),
    now: clock.now(),
  });
}

/**
 * The process that took the lock last, where it still runs and is of the same boot as the last run. To
 * try the lock itself would refuse whoever wants it at this very moment.
 */
function workerOn(context: Context, { run }: Deployment): number | null {
  const { files, host, processes } = context.platform;
  if (run.bootId !== host.bootId()) return null;
  return unlessRefused(() => {
    const written = new TextDecoder().decode(files.read(datastoreOf(context).lock, 64));
    const pid = Number(written);
    return Number.isSafeInteger(pid) && pid > 0 && processes.identify(pid) !== null ? pid : null;
  }, null);
}
