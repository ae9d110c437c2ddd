import type { ExitCode } from "../../core/exit-code.ts";
import type { Context } from "./context.ts";
import { continueAndShow, type ContinueOptions } from "./continue.ts";

export interface ResumeOptions extends ContinueOptions {
  /** Nobody watches: a deployment that somebody drives step by step is left alone. */
  readonly unattended?: boolean | undefined;
}

/** Goes on with the deployment in progress. */
export function resume(
  context: Context,
  { from, unattended, ...options }: ResumeOptions,
): Promise<ExitCode> {
  return continueAndShow(context, {
    request: { verb: "resume", ...options },
    takes: unattended === true ? "undriven" : "any",
    from,
  });
}
