import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import {
  makeInstallPlan,
  makeToldPlan,
  type PlanningOptions,
  withWhyNot,
} from "../../install/make-plan.ts";
import { planDiffJson, planDiffLines } from "../../report/plan-diff.ts";
import { failed } from "../output/output.ts";
import type { Context } from "./context.ts";
import { formatProblem, pictureProblem, tellAs, type ToldAs } from "./told-as.ts";

export interface PlanDiffOptions extends PlanningOptions, ToldAs {
  /** The Manifest or bundle of the release before. */
  readonly diff: string;
}

/** What two releases would do with the same System, side by side; the exit status is that of the new one. */
export async function planDiff(
  context: Context,
  file: string,
  options: PlanDiffOptions,
): Promise<ExitCode> {
  const { output } = context;
  const inputs = [file, options.diff, options.state];
  const wrong =
    formatProblem(context, options, inputs) ??
    pictureProblem(options, "of what differs between two releases");
  if (wrong !== null) return failed(output, [wrong]);
  // Of the old one nobody wants to know whether it may still be installed.
  const old = await makeToldPlan(context, options.diff, options);
  if (!old.ok) return failed(output, old.problems);
  const made = await makeInstallPlan(context, file, options);
  if (!made.ok) return failed(output, made.problems);
  const diff = {
    old: { planned: await withWhyNot(context, old.value), answer: old.value.answer },
    new: { planned: await withWhyNot(context, made.value), answer: made.value.answer },
  };
  return await tellAs(
    context,
    options,
    {
      text: (style) => planDiffLines(diff, style),
      json: () => planDiffJson(diff),
      picture: () => Promise.reject(new Error("a picture of two plans")),
    },
    made.value.answer.kind === "plan" ? exitCode.done : exitCode.noPlan,
  );
}
