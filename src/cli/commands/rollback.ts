import type { ExitCode } from "../../core/exit-code.ts";
import type { Context } from "../context.ts";
import type { TakeUpOptions } from "../definitions/updates.ts";
import { takeUpDeployment } from "../take-up.ts";

/** Rolls the deployment in progress back, or goes on with its rollback. */
export function rollback(context: Context, { from, ...options }: TakeUpOptions): Promise<ExitCode> {
  return takeUpDeployment(context, {
    request: { verb: "rollback", ...options },
    waitingBefore: null,
    from,
  });
}
