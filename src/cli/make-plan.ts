import type { Result } from "../core/result.ts";
import { foreseen } from "../deployment/foreseen.ts";
import type { PlannedSystem } from "../report/planned.ts";
import type { Context } from "./context.ts";
import { readSettings } from "./settings.ts";
import { planFromState, type Planning, planThisSystem } from "./system.ts";
import { withSystemInput } from "./system-input.ts";

/** With the contingency plans, which only those are told who ask for the plan itself. */
export function withWaysOut({ planned, system, answer }: Planning): PlannedSystem {
  return { ...planned, waysOut: answer.kind === "plan" ? foreseen(system, answer.plan) : [] };
}

/** Plans a Manifest or a bundle from a state file, or without one from where this System is. Changes nothing. */
export async function makePlan(
  context: Context,
  file: string,
  state: string | null,
): Promise<Result<Planning>> {
  if (state !== null) {
    return await withSystemInput(context, [], file, (input) =>
      planFromState(context, input, state),
    );
  }
  const settings = readSettings(context);
  if (!settings.ok) return settings;
  return await withSystemInput(context, settings.value.keys, file, (input) =>
    planThisSystem(context, settings.value, input),
  );
}
