import type { Machine } from "../install/machine.ts";
import { FileError } from "../platform/types.ts";

/**
 * An install whose command line is wrong is refused like any other: a caller that meant to stop before Cleanup rolls
 * back and cleans up next, and must not meet a deployment of somebody else with that. `commands` are the names that
 * there are.
 */
export async function markRefusedUse(
  called: Pick<Machine, "platform" | "environment">,
  args: readonly string[],
  commands: readonly string[],
): Promise<void> {
  const command = args.find((arg) => commands.includes(arg));
  if (command !== "install" || !stopsBeforeCleanup(args)) return;
  const { markRefused } = await import("../install/caller-marks.ts");
  try {
    markRefused(called, "Its command line was wrong.");
  } catch (error) {
    // What is wrong with the command line is told all the same; whoever cannot write here cannot roll back either.
    if (!(error instanceof FileError)) throw error;
  }
}

function stopsBeforeCleanup(args: readonly string[]): boolean {
  return args.some(
    (arg, at) =>
      arg === "--stop-before=Cleanup" || (arg === "--stop-before" && args[at + 1] === "Cleanup"),
  );
}
