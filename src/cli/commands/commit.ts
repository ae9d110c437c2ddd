import type { ExitCode } from "../../core/exit-code.ts";
import type { Context } from "../context.ts";
import { takeUpDeployment } from "../take-up.ts";

/** Commits the deployment that waits for it, and nothing else. */
export function commit(context: Context): Promise<ExitCode> {
  return takeUpDeployment(context, {
    request: { verb: "resume", stopBefore: [], exitOnReboot: false },
    waitingBefore: "ArtifactCommit",
  });
}
