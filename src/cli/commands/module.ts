import { join } from "node:path";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { StopPoint } from "../../core/protocol.ts";
import { FileError } from "../../platform/types.ts";
import type { Context } from "../context.ts";
import { failed, writeLines } from "../output.ts";
import { install } from "./install.ts";
import { resume } from "./resume.ts";
import { rollback } from "./rollback.ts";

/**
 * The update module's side towards the Mender Client: one of its states, called in its own directory tree.
 * The four calls and what they must return: docs/mender-client.md.
 */
export async function module(
  context: Context,
  state: string,
  directory: string,
): Promise<ExitCode> {
  switch (state) {
    case "SupportsRollback":
      writeLines(context.output.results, ["Yes"]);
      return exitCode.done;
    case "NeedsArtifactReboot":
      writeLines(context.output.results, [isRebootOwed(context, directory) ? "Automatic" : "No"]);
      return exitCode.done;
    case "ArtifactInstall":
      return await installPayload(context, directory);
    case "ArtifactCommit":
      return await resume(context, {
        stopBefore: ["ArtifactRollback", "Cleanup"],
        exitOnReboot: false,
      });
    case "ArtifactRollback":
      return rebootLater(
        context,
        directory,
        await rollback(context, { stopBefore: ["Cleanup"], exitOnReboot: true }),
      );
    case "Cleanup":
      return cleanedUp(await resume(context, { stopBefore: [], exitOnReboot: false }));
    default:
      // The client's other states, and those it may learn one day: nothing to say, and well.
      return exitCode.done;
  }
}

const installStops: readonly StopPoint[] = ["ArtifactCommit", "ArtifactRollback", "Cleanup"];

async function installPayload(context: Context, directory: string): Promise<ExitCode> {
  const { files } = context.platform;
  const payload = join(directory, "files");
  const names = files.status(payload) === null ? [] : files.list(payload);
  const [name] = names;
  if (name === undefined || names.length > 1 || !/\.(ya?ml|tar|tgz|tar\.gz)$/.test(name)) {
    return failed(context.output, [
      {
        code: "module-payload",
        message: "The payload of a mender-orchestrator-manifest Artifact is not what it should be.",
        at: { file: payload },
        expected: "one file: a Manifest (.yaml, .yml) or a bundle (.tar)",
        got: names.length === 0 ? "nothing" : names.join(", "),
        hint: "Make the Artifact with: orchestrator artifact create-manifest",
      },
    ]);
  }
  const exit = await install(context, join(payload, name), {
    stopBefore: installStops,
    exitOnReboot: true,
    dryRun: false,
  });
  return rebootLater(context, directory, exit);
}

const rebootFile = "needs-reboot";

/** The client asks later whether to reboot; each of our calls answers anew, so that no old answer is left. */
function rebootLater(context: Context, directory: string, exit: ExitCode): ExitCode {
  const { files } = context.platform;
  const isOwed = exit === exitCode.rebootRequired;
  const temporary = join(directory, "tmp");
  files.makeDirectory(temporary);
  files.writeDurably(join(temporary, rebootFile), Buffer.from(isOwed ? "yes\n" : "no\n"));
  return isOwed ? exitCode.done : exit;
}

function isRebootOwed(context: Context, directory: string): boolean {
  try {
    const told = context.platform.files.read(join(directory, "tmp", rebootFile), 16);
    return Buffer.from(told).toString() === "yes\n";
  } catch (error) {
    if (error instanceof FileError && error.code === "ENOENT") return false;
    throw error;
  }
}

/** Where the download itself failed, the client cleans up what was never begun. */
function cleanedUp(exit: ExitCode): ExitCode {
  return exit === exitCode.nothingInProgress ? exitCode.done : exit;
}
