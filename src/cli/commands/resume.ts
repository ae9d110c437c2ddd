import type { ExitCode } from "../../core/exit-code.ts";
import type { Context } from "../context.ts";
import type { TakeUpOptions } from "../definitions/updates.ts";
import { takeUpDeployment } from "../take-up.ts";

/** Goes on with the deployment in progress. */
export function resume(context: Context, { from, ...options }: TakeUpOptions): Promise<ExitCode> {
  return takeUpDeployment(context, {
    request: { verb: "resume", ...options },
    waitingBefore: null,
    from,
  });
}
