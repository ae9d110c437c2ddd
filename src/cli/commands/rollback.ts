import type { ExitCode } from "../../core/exit-code.ts";
import type { Context } from "../context.ts";
import type { RunOptions } from "../definitions/updates.ts";
import { takeUpDeployment } from "../take-up.ts";

/** Rolls the deployment in progress back, or goes on with its rollback. */
export function rollback(context: Context, options: RunOptions): Promise<ExitCode> {
  return takeUpDeployment(context, {
    request: { verb: "rollback", ...options },
    waitingBefore: null,
  });
}
