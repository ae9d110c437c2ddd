import type { ExitCode } from "../core/exit-code.ts";
import type { Deployed } from "../executor/deploy.ts";
import { failedInStream, type Output } from "./output.ts";

/** The exit status of a run; one that was told to end says how it goes on. */
export function exitOfDeployed(output: Output, { end, exit }: Deployed): ExitCode {
  if (end.kind !== "terminated") return exit;
  return failedInStream(output, [
    {
      code: "interrupted",
      message: `Deployment "${end.deployment.begin.deployment}" was interrupted: this program was told to end.`,
      hint: "Call resume to go on with it, or rollback to undo it.",
    },
  ]);
}
