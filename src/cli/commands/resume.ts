import type { ExitCode } from "../../core/exit-code.ts";
import type { Context } from "../context.ts";
import type { RunOptions } from "../definitions/updates.ts";
import { takeUpDeployment } from "../take-up.ts";

/** Goes on with the deployment in progress. */
export function resume(context: Context, options: RunOptions): Promise<ExitCode> {
  return takeUpDeployment(context, {
    request: { verb: "resume", ...options },
    waitingBefore: null,
  });
}
