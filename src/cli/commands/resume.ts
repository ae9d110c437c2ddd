import type { ExitCode } from "../../core/exit-code.ts";
import type { Context } from "./context.ts";
import { continueAndShow, type ContinueOptions } from "./continue.ts";

/** Goes on with the deployment in progress. */
export function resume(context: Context, { from, ...options }: ContinueOptions): Promise<ExitCode> {
  return continueAndShow(context, {
    request: { verb: "resume", ...options },
    waitingBefore: null,
    from,
  });
}
