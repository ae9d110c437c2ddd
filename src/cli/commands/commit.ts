import type { ExitCode } from "../../core/exit-code.ts";
import type { Context } from "./context.ts";
import { continueAndShow } from "./continue.ts";

/** Commits the deployment that waits for it, and nothing else. */
export function commit(context: Context): Promise<ExitCode> {
  return continueAndShow(context, {
    request: { verb: "resume", stopBefore: [], exitOnReboot: false },
    takes: "waiting-for-commit",
  });
}
