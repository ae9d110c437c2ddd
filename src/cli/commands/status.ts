import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { datastoreOf } from "../../install/machine.ts";
import { type OwedCleanup, readOwed } from "../../journal/owed.ts";
import { statusJson } from "../../report/status-json.ts";
import { statusLines } from "../../report/status.ts";
import { answerInColumns } from "../output/laid-out.ts";
import { failed, onTerminal, sayProblems } from "../output/output.ts";
import type { Context } from "./context.ts";
import { looksAt } from "./look-at.ts";

export interface StatusOptions {
  readonly watch: boolean;
}

/** What is in progress, told from the journal; asks no Component and changes nothing. */
export async function status(context: Context, { watch }: StatusOptions): Promise<ExitCode> {
  if (watch) {
    const { watchStatus } = await import("./watch-status.ts");
    return await watchStatus(context);
  }
  const { output } = context;
  const found = looksAt(context)();
  if (!found.ok) return failed(output, found.problems);
  const debts = debtsOf(context);
  await answerInColumns(
    output,
    (style) => onTerminal(statusLines(found.value, debts, style), output.results, style),
    () => statusJson(found.value, debts),
  );
  return exitCode.done;
}

/** The Cleanups that are still to be made. */
function debtsOf(context: Context): readonly OwedCleanup[] {
  const { output, platform } = context;
  const owed = readOwed(platform.files, datastoreOf(context));
  if (owed.ok) return owed.value;
  sayProblems(output, owed.problems, "warning");
  return [];
}
