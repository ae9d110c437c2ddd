import type { Problem } from "../core/problem.ts";
import { ok, type Result } from "../core/result.ts";
import { unlessRefused } from "../platform/types.ts";
import { currentDeployment } from "./current-deployment.ts";
import { withElsewhere } from "./elsewhere.ts";
import { withSystemInput } from "./input.ts";
import type { Machine } from "./machine.ts";
import { readGuardedSettings } from "./permissions.ts";
import { planThisSystem } from "./plan-system.ts";
import type { Planning } from "./planning.ts";

/** A plan from where this System is, and what is to be said of where that is. */
export interface PlanningHere {
  readonly planning: Planning;
  readonly notes: readonly Problem[];
}

/** Plans a Manifest or a bundle from where this System is. Changes nothing. */
export async function planHere(
  machine: Machine,
  file: string,
  allowUnsignedManifest: boolean,
): Promise<Result<PlanningHere>> {
  const settings = readGuardedSettings(machine);
  if (!settings.ok) return settings;
  const demand = { ...settings.value, allowUnsignedManifest };
  const made = await withSystemInput(machine, demand, file, (input) =>
    withElsewhere(machine, settings.value, (elsewhere) =>
      planThisSystem(machine, settings.value, input, elsewhere, null),
    ),
  );
  return made.ok ? ok({ planning: made.value, notes: inProgressNote(machine) }) : made;
}

/**
 * What Components report in the middle of a deployment is not where the System rests. Whoever may not read the
 * datastore, or finds its journal damaged, is told so by the commands that need it.
 */
function inProgressNote(machine: Machine): readonly Problem[] {
  const current = unlessRefused(() => currentDeployment(machine), ok(null));
  const deployment = current.ok ? current.value : null;
  if (deployment === null || deployment.ended !== null) return [];
  return [
    {
      code: "deployment-in-progress",
      message: `Deployment "${deployment.begin.deployment}" of "${deployment.begin.manifest}" is in progress; the plan starts from what the Components report in the middle of it.`,
      hint: "Look at status; end it with resume or rollback, then plan again.",
    },
  ];
}
