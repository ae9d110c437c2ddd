import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { makeToldPlan, type PlanningOptions } from "../../install/make-plan.ts";
import { explain as explained } from "../../planner/explain.ts";
import { explanationJson } from "../../report/explanation-json.ts";
import { explanationLines } from "../../report/explanation-text.ts";
import type { ExplanationReport } from "../../report/explanation.ts";
import { problemsText } from "../../report/problems.ts";
import { answer as told, failed } from "../output/output.ts";
import type { Context } from "./context.ts";

/** Why there is no plan, or why the plan has its order. Changes nothing. */
export async function explain(
  context: Context,
  file: string,
  options: PlanningOptions,
): Promise<ExitCode> {
  const { output } = context;
  const made = await makeToldPlan(context, file, options);
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
