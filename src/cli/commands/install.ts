import { assertNever } from "../../core/assert-never.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { markRefused } from "../../install/caller-marks.ts";
import { carryOut } from "../../install/carry-out.ts";
import type { InstallOptions } from "../../install/install-options.ts";
import { prepareInstall } from "../../install/prepare-install.ts";
import { locked } from "../../install/locked.ts";
import { makeInstallPlan, withWaysOut, withWhyNot } from "../../install/make-plan.ts";
import type { Planning } from "../../install/planning.ts";
import type { OpenProgress } from "../../install/progress.ts";
import { interruptedOf } from "../../install/unattended.ts";
import { answerLines, answerSummary } from "../../report/answer-text.ts";
import { jsonText } from "../../report/json-text.ts";
import { answerJson } from "../../report/plan-json.ts";
import { planLines } from "../../report/plan-text.ts";
import { laidOut } from "../output/laid-out.ts";
import { beginStream, failedInStream, say, writeLines } from "../output/output.ts";
import { openProgress } from "../output/progress.ts";
import { exitOfDeployed } from "../output/run-end.ts";
import type { Context } from "./context.ts";
import type { WaitOption } from "./continue.ts";
import { resume } from "./resume.ts";

export interface InstallCommandOptions extends Omit<InstallOptions, "waitMs">, WaitOption {
  readonly dryRun: boolean;
}

/** Plans, then runs the plan to its end or as far as asked. */
export async function install(
  context: Context,
  file: string,
  options: InstallCommandOptions,
): Promise<ExitCode> {
  const { output } = context;
  const { stopBefore, exitOnReboot } = options;
  const isForReal = options.unattended && !options.dryRun;
  const interrupted = isForReal ? await interruptedOf(context, file) : null;
  if (interrupted !== null)
    return await resume(context, { stopBefore, exitOnReboot, wait: options.wait, ...interrupted });
  beginStream(output);
  if (options.dryRun) return await dryRun(context, file, options);
  // A power cut before the deployment begins must leave the mark, too; its first record removes it.
  markIfAwaited(context, options, "It was broken off before it began.");
  const progress: OpenProgress = (run, configured) => openProgress(context, run, configured);
  const installed = await locked(context, async () => {
    const prepared = await prepareInstall(context, file, options, progress);
    if (!prepared.ok) return prepared;
    await showPlan(context, prepared.value.planning);
    return await carryOut(
      context,
      prepared.value,
      { ...options, waitMs: options.wait ?? 0 },
      progress,
    );
  });
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
async function dryRun(
  context: Context,
  file: string,
  { allowUnsignedManifest, allowDowngrade, accept }: InstallCommandOptions,
): Promise<ExitCode> {
  const { output } = context;
  const risks = { allowDowngrade, acceptExpired: accept.includes("expired") };
  const planned = await makeInstallPlan(context, file, { allowUnsignedManifest }, risks);
  if (!planned.ok) return failedInStream(output, planned.problems);
  const { answer } = planned.value;
  const told = await withWaysOut(context, planned.value);
  const lines = output.json
    ? [jsonText(answerJson(told, answer))]
    : await laidOut(output.resultStyle, (style) =>
        answerLines(told, answer, style, output.resultCanvas),
      );
  writeLines(output.results, lines);
  return answer.kind === "plan" ? exitCode.done : exitCode.noPlan;
}

/** In short, as the head of the progress; where there is nothing to do, it is the result. */
async function showPlan(context: Context, planning: Planning): Promise<void> {
  const { output } = context;
  const { answer } = planning;
  const planned = await withWhyNot(context, planning);
  if (output.json) {
    writeLines(output.results, [jsonText(answerJson(planned, answer))]);
    return;
  }
  const isAll = answer.kind === "plan" && answer.plan.stages.length === 0;
  if (isAll) {
    const { plan } = answer;
    writeLines(
      output.results,
      await laidOut(output.resultStyle, (style) =>
        planLines(planned, plan, style, output.resultCanvas),
      ),
    );
    return;
  }
  const lines = await laidOut(output.messageStyle, (style) =>
    answerSummary(planned, answer, style),
  );
  say(output, lines);
}

function markIfAwaited(
  context: Context,
  { stopBefore }: Pick<InstallCommandOptions, "stopBefore">,
  reason: string,
): void {
  if (stopBefore.includes("Cleanup")) markRefused(context, reason);
}
