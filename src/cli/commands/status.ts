import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Deployment } from "../../deployment/deployment.ts";
import { sinceOf } from "../../deployment/since.ts";
import { deploymentOf } from "../../executor/deployment-of.ts";
import { journalsIn } from "../../executor/journals.ts";
import { datastoreOf } from "../../install/machine.ts";
import { readLiveDownloads } from "../../journal/live-downloads.ts";
import { readOwed } from "../../journal/owed.ts";
import { unlessRefused } from "../../platform/types.ts";
import { problemsText } from "../../report/problems.ts";
import { statusJson } from "../../report/status-json.ts";
import type { InProgress } from "../../report/in-progress.ts";
import { statusLines } from "../../report/status.ts";
import { answer, failed, writeLines } from "../output/output.ts";
import type { Context } from "./context.ts";

/** What is in progress, told from the journal; asks no Component and changes nothing. */
// oxlint-disable-next-line require-await
export async function status(context: Context): Promise<ExitCode> {
  const { output, platform } = context;
  const found = lookAt(context);
  if (!found.ok) return failed(output, found.problems);
  const progress = found.value;
  const owed = readOwed(platform.files, datastoreOf(context));
  const debts = owed.ok ? owed.value : [];
  if (!owed.ok)
    writeLines(output.messages, problemsText(owed.problems, output.messageStyle, "warning"));
  answer(
    output,
    (style) => statusLines(progress, debts, style),
    () => statusJson(progress, debts),
  );
  return exitCode.done;
}

/** Null: nothing is in progress. */
function lookAt(context: Context): Result<InProgress | null> {
  const { files, host, clock } = context.platform;
  const store = datastoreOf(context);
  const loaded = journalsIn(files, store).load();
  if (!loaded.ok) return loaded;
  const records = loaded.value ?? [];
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
