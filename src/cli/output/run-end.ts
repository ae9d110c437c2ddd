import type { ExitCode } from "../../core/exit-code.ts";
import { type Prospect, prospectOf } from "../../deployment/prospect.ts";
import type { Deployed } from "../../executor/deploy.ts";
import { canStillBeRolledBack, prospectText } from "../../report/prospect.ts";
import { failedInStream, type Output } from "./output.ts";

/** The exit status of a run; one that was told to end says how it goes on. */
export function exitOfDeployed(output: Output, { end, exit }: Deployed): ExitCode {
  if (end.kind !== "terminated") return exit;
  const { deployment } = end;
  return failedInStream(output, [
    {
      code: "interrupted",
      message: `Deployment "${deployment.begin.deployment}" was interrupted: this program was told to end.`,
      hint: hintOf(prospectOf(deployment, deployment.run.bootId)),
    },
  ]);
}

function hintOf(prospect: Prospect): string {
  const orUndo = canStillBeRolledBack(prospect) ? " Or call rollback to undo it." : "";
  return `Call resume: it will ${prospectText(prospect)}.${orUndo}`;
}
