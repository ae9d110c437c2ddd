import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { ok, type Result } from "../../core/result.ts";
import { makeInstallPlan, makeToldPlan, withWhyNot } from "../../install/make-plan.ts";
import {
  planDiffJson,
  planDiffLines,
  planDiffsJson,
  planDiffsLines,
  type PlanDiff,
} from "../../report/plan-diff.ts";
import { failed } from "../output/output.ts";
import type { Context } from "./context.ts";
import { type ManyStates, planningFrom } from "./plan.ts";
import { formatProblem, pictureProblem, tellAs, type ToldAs } from "./told-as.ts";

export interface PlanDiffOptions extends ManyStates, ToldAs {
  /** The Manifest or bundle of the release before. */
  readonly diff: string;
}

/**
 * What two releases would do with the same System, side by side, for each state that is given; the exit status is that
 * of the new one, 14 where it has no plan for one of them.
 */
export async function planDiff(
  context: Context,
  file: string,
  options: PlanDiffOptions,
): Promise<ExitCode> {
  const { output } = context;
  const inputs = [file, options.diff, ...options.state];
  const wrong =
    formatProblem(context, options, inputs) ??
    pictureProblem(options, "of what differs between two releases");
  if (wrong !== null) return failed(output, [wrong]);
  const states = options.state.length === 0 ? [undefined] : options.state;
  const diffs: PlanDiff[] = [];
  for (const state of states) {
    const made = await diffFrom(context, file, options, state);
    if (!made.ok) return failed(output, made.problems);
    diffs.push(made.value);
  }
  const [first] = diffs;
  const only = diffs.length === 1 ? first : undefined;
  const isPlanned = diffs.every((diff) => diff.new.answer.kind === "plan");
  return await tellAs(
    context,
    options,
    {
      text: (style) =>
        only === undefined ? planDiffsLines(diffs, style) : planDiffLines(only, style),
      json: () => (only === undefined ? planDiffsJson(diffs) : planDiffJson(only)),
      picture: () => Promise.reject(new Error("a picture of two plans")),
    },
    isPlanned ? exitCode.done : exitCode.noPlan,
  );
}

/** For one state; undefined: for where this System is. */
async function diffFrom(
  context: Context,
  file: string,
  options: PlanDiffOptions,
  state: string | undefined,
): Promise<Result<PlanDiff>> {
  const planning = planningFrom(options, state);
  // Of the old one nobody wants to know whether it may still be installed.
  const old = await makeToldPlan(context, options.diff, planning);
  if (!old.ok) return old;
  const made = await makeInstallPlan(context, file, planning);
  if (!made.ok) return made;
  return ok({
    state: state ?? null,
    old: { planned: await withWhyNot(context, old.value), answer: old.value.answer },
    new: { planned: await withWhyNot(context, made.value), answer: made.value.answer },
  });
}
