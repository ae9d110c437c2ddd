import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import {
  type Continuation,
  continueDeployment,
  type WhyIdle,
} from "../../install/continue-deployment.ts";
import { beginStream, failedInStream, say } from "../output/output.ts";
import { openProgress } from "../output/progress.ts";
import { exitOfDeployed } from "../output/run-end.ts";
import type { Context } from "./context.ts";

/** Options of the commands that go on with a deployment. */
export interface ContinueOptions extends Pick<
  Continuation["request"],
  "stopBefore" | "exitOnReboot"
> {
  readonly from?: string | undefined;
}

/** Milliseconds; of the commands that may wait for gates. */
export interface WaitOption {
  readonly wait?: number | undefined;
}

/** What resume, commit and rollback have in common: goes on with the deployment in progress and shows it. */
export async function continueAndShow(
  context: Context,
  continuation: Continuation,
): Promise<ExitCode> {
  const { output } = context;
  beginStream(output);
  const continued = await continueDeployment(context, continuation, (run, configured) =>
    openProgress(context, run, configured),
  );
  if (!continued.ok) return failedInStream(output, continued.problems);
  const { value } = continued;
  if (value.kind === "deployed") return exitOfDeployed(output, value.deployed);
  say(output, [nothingToDo[value.why]]);
  return exitCode.done;
}

const nothingToDo: Readonly<Record<WhyIdle, string>> = {
  refused: "The install before was refused: there is nothing to do for it.",
  unmarkable:
    "There is nothing to do: no deployment is in progress, and the datastore takes no mark of a refused install.",
  ended: "The deployment has ended already: there is nothing left to do for it.",
  driven:
    "The deployment in progress was begun or resumed with --stop-before or --exit-on-reboot: whoever called that goes on with it.",
  "not-at-gate": "The deployment in progress does not wait for a gate.",
  "gate-not-due": "The gate that the deployment waits for does not want to be asked again yet.",
  "nothing-in-progress": "No deployment is in progress: there is nothing to resume.",
};
