import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { makeToldPlan, type PlanningOptions } from "../../install/make-plan.ts";
import { explain as explained } from "../../planner/explain.ts";
import { explanationJson } from "../../report/explanation-json.ts";
import { explanationLines } from "../../report/explanation-text.ts";
import type { ExplanationReport } from "../../report/explanation.ts";
import { problemsText } from "../../report/problems.ts";
import { plainStyle } from "../../report/style.ts";
import { laidOut } from "../output/laid-out.ts";
import { failed } from "../output/output.ts";
import type { Context } from "./context.ts";
import { formatProblem, tellAs, type ToldAs } from "./told-as.ts";

export type ExplainOptions = PlanningOptions & ToldAs;

/** Why there is no plan, or why the plan has its order. Changes nothing but the file of `--out`. */
export async function explain(
  context: Context,
  file: string,
  options: ExplainOptions,
): Promise<ExitCode> {
  const { output } = context;
  const wrong = formatProblem(context, options, [file, options.state]);
  if (wrong !== null) return failed(output, [wrong]);
  const made = await makeToldPlan(context, file, options);
  if (!made.ok) return failed(output, made.problems);
  const { planned, manifest, system, answer, openInstalls } = made.value;
  const explanation = await context.compute(
    { work: "explaining", name: manifest.name, most: null },
    (heard) => explained(system, answer, { openInstalls, heard }),
  );
  const report: ExplanationReport = { planned, answer, explanation };
  const why = explanation.kind === "no-plan" ? explanation : null;
  return await tellAs(
    context,
    options,
    {
      text: (style) => [
        ...explanationLines(report, style),
        ...problemsText(planned.notes, style, "warning"),
      ],
      json: () => explanationJson(report),
      picture: async () => {
        const { planPicture } = await import("../../pictures/plan-picture.ts");
        const lines = await laidOut(plainStyle, (style) => explanationLines(report, style));
        const title = answer.kind === "plan" ? "Why this order" : "Why there is no plan";
        return planPicture({ planned, answer, why }, [{ title, lines }]);
      },
    },
    answer.kind === "plan" ? exitCode.done : exitCode.noPlan,
  );
}
