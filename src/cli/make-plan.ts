import type { Problem } from "../core/problem.ts";
import { ok, type Result } from "../core/result.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { foreseen } from "../deployment/foreseen.ts";
import { inProgress } from "../executor/deploy.ts";
import { journalsIn } from "../executor/journals.ts";
import { FileError } from "../platform/types.ts";
import type { PlannedSystem } from "../report/planned.ts";
import type { Context } from "./context.ts";
import { datastoreOf } from "./deployer.ts";
import { readEffectiveSettings, readSettings } from "./settings.ts";
import { planFromState, type Planning, planThisSystem } from "./system.ts";
import { withSystemInput } from "./system-input.ts";

/** With the contingency plans, which only those are told who ask for the plan itself. */
export async function withWaysOut(
  { compute }: Context,
  { planned, system, answer, nodeLimit }: Planning,
): Promise<PlannedSystem> {
  const waysOut =
    answer.kind === "plan" ? await compute(() => foreseen(system, answer.plan, { nodeLimit })) : [];
  return { ...planned, waysOut };
}

/** Plans a Manifest or a bundle from a state file, or without one from where this System is. Changes nothing. */
export async function makePlan(
  context: Context,
  file: string,
  state: string | null,
): Promise<Result<Planning>> {
  if (state !== null) {
    const effective = readEffectiveSettings(context);
    if (!effective.ok) return effective;
    const nodeLimit = effective.value.plannerNodeLimit.value;
    return await withSystemInput(context, [], file, (input) =>
      planFromState(context, input, state, nodeLimit),
    );
  }
  const settings = readSettings(context);
  if (!settings.ok) return settings;
  const made = await withSystemInput(context, settings.value.keys, file, (input) =>
    planThisSystem(context, settings.value, input),
  );
  if (!made.ok) return made;
  const { planned } = made.value;
  const notes = [...inProgressNote(context), ...planned.notes];
  return ok({ ...made.value, planned: { ...planned, notes } });
}

/**
 * What Components report in the middle of a deployment is not where the System rests. Whoever may not read the datastore, or
 * finds its journal damaged, is told so by the commands that need it.
 */
function inProgressNote(context: Context): readonly Problem[] {
  const deployment = journalInProgress(context);
  if (deployment === null || deployment.ended !== null) return [];
  return [
    {
      code: "deployment-in-progress",
      message: `Deployment "${deployment.begin.deployment}" of "${deployment.begin.manifest}" is in progress; the plan starts from what the Components report in the middle of it.`,
      hint: "Look at status; end it with resume or rollback, then plan again.",
    },
  ];
}

function journalInProgress(context: Context): Deployment | null {
  try {
    const found = inProgress(journalsIn(context.platform.files, datastoreOf(context)));
    return found.ok ? found.value : null;
  } catch (error) {
    if (error instanceof FileError) return null;
    throw error;
  }
}
