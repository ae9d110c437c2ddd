import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Deployment } from "../../deployment/deployment.ts";
import { inProgress } from "../../executor/deploy.ts";
import { journalsIn } from "../../executor/journals.ts";
import { datastoreOf } from "../../install/machine.ts";
import { readOwed } from "../../journal/owed.ts";
import { unlessRefused } from "../../platform/types.ts";
import { problemsText } from "../../report/problems.ts";
import { statusJson } from "../../report/status-json.ts";
import { type InProgress, statusLines } from "../../report/status.ts";
import { answer, failed, writeLines } from "../output/output.ts";
import type { Context } from "./context.ts";

/** What is in progress, told from the journal alone; asks no Component and changes nothing. */
// oxlint-disable-next-line require-await
export async function status(context: Context): Promise<ExitCode> {
  const { output, platform } = context;
  const deployment = inProgress(journalsIn(platform.files, datastoreOf(context)));
  if (!deployment.ok) return failed(output, deployment.problems);
  const { value } = deployment;
  const progress: InProgress | null =
    value === null
      ? null
      : {
          deployment: value,
          heldBy: workerOn(context, value),
          bootId: platform.host.bootId(),
        };
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
