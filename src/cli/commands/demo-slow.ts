import { join } from "node:path";
import type { ExitCode } from "../../core/exit-code.ts";
import { currentDeployment } from "../../install/current-deployment.ts";
import { readEnvironment } from "../../install/environment.ts";
import type { DemoSystem } from "../demo/system.ts";
import { say, sayCommand } from "../output/output.ts";
import type { Context } from "./context.ts";
import { install } from "./install.ts";

/** As the command line says where nothing else is said. */
const nothingSaid = {
  stopBefore: [],
  exitOnReboot: false,
  allowDowngrade: false,
  allowUnsignedManifest: false,
  accept: [],
  unattended: false,
  prefetch: false,
  dryRun: false,
} as const;

/**
 * One update that takes long enough to be watched, by this very process: so it is shown, and ends when told to, as any
 * other. What it leaves in progress stays, and so does its System.
 */
export async function slowDemo(
  context: Context,
  system: DemoSystem,
  { seconds, keep }: { readonly seconds: number; readonly keep: boolean },
): Promise<ExitCode> {
  const { directory, variables, commandLine } = system;
  const { inherited, workingDirectory, program } = context.environment;
  const there: Context = {
    ...context,
    environment: readEnvironment({ ...inherited, ...variables }, workingDirectory, program),
  };
  system.slowDown(seconds);
  const { output } = context;
  say(output, [`All of this System lies below ${directory}.`, "To watch from a second terminal:"]);
  sayCommand(output, commandLine("status --watch"));
  say(output, [
    "Ctrl-C breaks it off in good order: what is done is kept,",
    "and resume undoes a state that was under way.",
    "",
  ]);
  const exit = await install(there, join(directory, "manifest-v2.yaml"), nothingSaid);
  const isLeft = isInProgress(there);
  if (isLeft) {
    say(output, ["", "For the System of this demo these commands are:"]);
    for (const verb of ["resume", "rollback"]) sayCommand(output, commandLine(verb));
  }
  if (isLeft || keep) {
    say(output, [`The System stays in ${directory}; remove it when you are done.`]);
  } else {
    context.platform.files.remove(directory);
  }
  return exit;
}

/** A journal that cannot be read is kept, too. */
function isInProgress(context: Context): boolean {
  const found = currentDeployment(context);
  return !found.ok || found.value !== null;
}
