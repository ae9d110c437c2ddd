import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { explain as explained } from "../../planner/explain.ts";
import type { ExplanationReport } from "../../report/explanation.ts";
import { explanationJson } from "../../report/explanation-json.ts";
import { explanationLines } from "../../report/explanation-text.ts";
import { problemsText } from "../../report/problems.ts";
import type { Context } from "../context.ts";
import type { ExplainOptions } from "../definitions/proof.ts";
import { makePlan } from "../../install/make-plan.ts";
import { answer as told, failed } from "../output.ts";

/** Why there is no plan, or why the plan has its order. Changes nothing. */
export async function explain(
  context: Context,
  file: string,
  options: ExplainOptions,
): Promise<ExitCode> {
  const { output } = context;
  const made = await makePlan(context, file, options);
  if (!made.ok) return failed(output, made.problems);
  const { planned, system, answer } = made.value;
  const report: ExplanationReport = {
    planned,
    system,
    answer,
    explanation: await context.compute(() => explained(system, answer)),
  };
  told(
    output,
    (style) => [
      ...explanationLines(report, style),
      ...problemsText(planned.notes, style, "warning"),
    ],
    () => explanationJson(report),
  );
  return answer.kind === "plan" ? exitCode.done : exitCode.noPlan;
}
