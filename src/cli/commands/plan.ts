import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { makeInstallPlan, withWaysOut, type PlanningOptions } from "../../install/make-plan.ts";
import { answerLines } from "../../report/answer-text.ts";
import { answerJson } from "../../report/plan-json.ts";
import { printable } from "../../report/printable.ts";
import { traceLines } from "../../report/search-trace.ts";
import { failed, say } from "../output/output.ts";
import type { Context } from "./context.ts";
import { formatProblem, tellAs, type ToldAs } from "./told-as.ts";

export type PlanOptions = PlanningOptions &
  ToldAs & {
    /** Of a fleet only. */
    readonly summary?: true;
  };

const noFleet: Problem = {
  code: "invalid-argument",
  message: '"--summary" is for a fleet, and none was given.',
  expected: "--fleet FILE beside it",
  hint: "Name the states of the devices with --fleet, or leave --summary out.",
};

/** What install would do, and why. Changes nothing but the file of `--out`. */
export async function plan(
  context: Context,
  file: string,
  options: PlanOptions,
): Promise<ExitCode> {
  const { output } = context;
  if (options.summary !== undefined) return failed(output, [noFleet]);
  const wrong = formatProblem(context, options, [file, options.state]);
  if (wrong !== null) return failed(output, [wrong]);
  const made = await makeInstallPlan(context, file, options);
  if (!made.ok) return failed(output, made.problems);
  const { answer } = made.value;
  say(output, traceLines(made.value.trace).map(printable), "debug");
  const planned = await withWaysOut(context, made.value);
  return await tellAs(
    context,
    options,
    {
      text: (style, canvas) => answerLines(planned, answer, style, canvas),
      json: () => answerJson(planned, answer),
      picture: async () => {
        const { planPicture } = await import("../../pictures/plan-picture.ts");
        const { cheapRisks } = await import("./cheap-risks.ts");
        const risks = options.format === "html" ? await cheapRisks(context, made.value) : [];
        return planPicture({ planned, answer, why: planned.whyNot }, risks);
      },
    },
    answer.kind === "plan" ? exitCode.done : exitCode.noPlan,
  );
}
