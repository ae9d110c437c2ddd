import type { ExitCode } from "../../core/exit-code.ts";
import type { Context } from "../context.ts";
import type { ContinueOptions } from "../definitions/updates.ts";
import { continueAndShow } from "./continue.ts";

/** Goes on with the deployment in progress. */
export function resume(context: Context, { from, ...options }: ContinueOptions): Promise<ExitCode> {
  return continueAndShow(context, {
    request: { verb: "resume", ...options },
    waitingBefore: null,
    from,
  });
}
