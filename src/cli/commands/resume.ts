import type { ExitCode } from "../../core/exit-code.ts";
import type { Context } from "./context.ts";
import { continueAndShow, type ContinueOptions, type WaitOption } from "./continue.ts";

export interface ResumeOptions extends ContinueOptions, WaitOption {
  /** Nobody watches: a deployment that somebody drives step by step is left alone. */
  readonly unattended?: boolean | undefined;
  /** And only where it waits for a gate that is due to be asked again. */
  readonly waiting?: boolean | undefined;
}

/** Goes on with the deployment in progress. */
export function resume(
  context: Context,
  { from, unattended, waiting, wait, ...options }: ResumeOptions,
): Promise<ExitCode> {
  return continueAndShow(context, {
    request: { verb: "resume", ...options },
    takes: waiting === true ? "waiting-for-gate" : unattended === true ? "undriven" : "any",
    from,
    waitMs: wait,
  });
}
