import type { Result } from "../core/result.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { inProgress } from "../executor/deploy.ts";
import { journalsIn } from "../executor/journals.ts";
import { datastoreOf, type Machine } from "./machine.ts";

/** What is in progress on this machine, as its journal tells now; null: nothing. */
export function currentDeployment(
  machine: Pick<Machine, "platform" | "environment">,
): Result<Deployment | null> {
  return inProgress(journalsIn(machine.platform.files, datastoreOf(machine)));
}
