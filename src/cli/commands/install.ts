import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { assertNever } from "../../core/assert-never.ts";
import { markRefused } from "../../journal/refusal.ts";
import { answerLines } from "../../report/answer-text.ts";
import { answerJson } from "../../report/plan-json.ts";
import type { Context } from "../context.ts";
import type { InstallOptions } from "../definitions/updates.ts";
import { datastoreOf } from "../deployer.ts";
import { installFile } from "../installer.ts";
import { locked } from "../locked.ts";
import { beginStream, failedInStream, writeLines } from "../output.ts";
import { exitOfDeployed } from "../run-end.ts";
import { readSettings } from "../settings.ts";
import { type Planning, planThisSystem } from "../system.ts";
import { withSystemInput } from "../system-input.ts";

/** Plans, then runs the plan to its end or as far as asked. */
export async function install(
  context: Context,
  file: string,
  options: InstallOptions,
): Promise<ExitCode> {
  const { output } = context;
  beginStream(output);
  if (options.dryRun) return await dryRun(context, file);
  const installed = await locked(context, () =>
    installFile(context, file, options, (planning) => showPlan(context, planning)),
  );
  if (!installed.ok) {
    markIfAwaited(context, options, installed.problems[0]?.message ?? "");
    return failedInStream(output, installed.problems);
  }
  const { value } = installed;
  switch (value.kind) {
    case "no-plan":
      markIfAwaited(context, options, "There was no plan.");
      return exitCode.noPlan;
    case "nothing-to-do":
      return exitCode.done;
    case "deployed":
      return exitOfDeployed(output, value.deployed);
    default:
      return assertNever(value);
  }
}

/** What `plan` shows, as the first lines of a stream. */
async function dryRun(context: Context, file: string): Promise<ExitCode> {
  const { output } = context;
  const settings = readSettings(context);
  if (!settings.ok) return failedInStream(output, settings.problems);
  const planned = await withSystemInput(context, settings.value.keys, file, (input) =>
    planThisSystem(context, settings.value, input),
  );
  if (!planned.ok) return failedInStream(output, planned.problems);
  const { answer } = planned.value;
  writeLines(output.results, planLines(context, planned.value, "results"));
  return answer.kind === "plan" ? exitCode.done : exitCode.noPlan;
}

/** The plan is a result of `--dry-run` and where there is nothing to do; else it is part of the progress. */
function showPlan(context: Context, planning: Planning): void {
  const { output } = context;
  const { answer } = planning;
  const isAll = answer.kind === "plan" && answer.plan.stages.length === 0;
  const isResult = output.json || isAll;
  writeLines(
    isResult ? output.results : output.messages,
    planLines(context, planning, isResult ? "results" : "messages"),
  );
}

function planLines(
  { output }: Context,
  { planned, answer }: Planning,
  where: "results" | "messages",
): readonly string[] {
  if (output.json) return [JSON.stringify(answerJson(planned, answer))];
  const style = where === "results" ? output.resultStyle : output.messageStyle;
  return answerLines(planned, answer, style);
}

/**
 * The Mender Client rolls back and cleans up after a refused call, too: the mark tells those calls that
 * there is nothing to do. Only a caller that asked to stop before Cleanup will make them.
 */
function markIfAwaited(
  context: Context,
  { stopBefore }: Pick<InstallOptions, "stopBefore">,
  reason: string,
): void {
  if (!stopBefore.includes("Cleanup")) return;
  markRefused(context.platform.files, datastoreOf(context), reason);
}
