import type { ExitCode } from "../../core/exit-code.ts";
import type { Context } from "./context.ts";
import { continueAndShow, type ContinueOptions } from "./continue.ts";

/** Rolls the deployment in progress back, or goes on with its rollback. */
export function rollback(
  context: Context,
  { from, ...options }: ContinueOptions,
): Promise<ExitCode> {
  return continueAndShow(context, {
    request: { verb: "rollback", ...options },
    takes: "any",
    from,
  });
}
