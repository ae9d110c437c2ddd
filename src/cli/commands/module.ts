import { join, resolve } from "node:path";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { StopPoint } from "../../core/protocol.ts";
import { markRefused } from "../../install/caller-marks.ts";
import { failed, writeLines } from "../output/output.ts";
import type { Context } from "./context.ts";
import { install } from "./install.ts";
import { resume } from "./resume.ts";
import { rollback } from "./rollback.ts";

/**
 * The update module's side towards the Mender Client: one of its states, called in its own directory tree.
 * The four calls and what they must return: docs/mender-client.md.
 */
export function module(called: Context, state: string, given: string): Promise<ExitCode> {
  const { environment } = called;
  const directory = resolve(environment.workingDirectory, given);
  // Whoever calls the module is known by its tree, wherever the call is made.
  const context = { ...called, environment: { ...environment, workingDirectory: directory } };
  return inTree(context, state, directory);
}

async function inTree(context: Context, state: string, directory: string): Promise<ExitCode> {
  switch (state) {
    case "Download":
    case "DownloadWithFileSizes":
      noteNotBegun(context, directory);
      return exitCode.done;
    case "SupportsRollback":
      // The script answers by itself; one that an earlier release has installed asks here.
      writeLines(context.output.results, ["Yes"]);
      return exitCode.done;
    case "NeedsArtifactReboot":
      writeLines(context.output.results, [
        isNoted(context, directory, needsReboot) ? "Automatic" : "No",
      ]);
      return exitCode.done;
    case "ArtifactInstall":
      return await installPayload(context, directory);
    case "ArtifactCommit":
      return await resume(context, {
        stopBefore: ["ArtifactRollback", "Cleanup"],
        exitOnReboot: false,
      });
    case "ArtifactRollback":
      if (isNoted(context, directory, notBegun)) return exitCode.done;
      return rebootLater(
        context,
        directory,
        await rollback(context, { stopBefore: ["Cleanup"], exitOnReboot: true }),
      );
    case "Cleanup":
      if (isNoted(context, directory, notBegun)) return exitCode.done;
      return cleanedUp(await resume(context, { stopBefore: [], exitOnReboot: false }));
    default:
      // The client's other states, and those it may learn one day: nothing to say, and well.
      return exitCode.done;
  }
}

const installStops: readonly StopPoint[] = ["ArtifactCommit", "ArtifactRollback", "Cleanup"];

async function installPayload(context: Context, directory: string): Promise<ExitCode> {
  const { files } = context.platform;
  noteBegun(context, directory);
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
    allowDowngrade: false,
    allowUnsignedManifest: false,
    accept: [],
    unattended: false,
    prefetch: false,
  });
  return rebootLater(context, directory, exit);
}

/** Notes in the tree's tmp, for our own later calls; `yes` or no file. */
const needsReboot = "needs-reboot";
const notBegun = "not-begun";

/**
 * Where the client's download fails or the power goes in it, a rollback or a Cleanup comes next: neither may
 * take a deployment that waits for somebody else for its own. The client's tree may be removed under us, so
 * it is the absence of this note that lets a call through.
 */
function noteNotBegun(context: Context, directory: string): void {
  note(context, directory, notBegun);
}

/** From here on, the mark of a refused install stands in for the note until the deployment begins. */
function noteBegun(context: Context, directory: string): void {
  markRefused(context, "It was broken off before it began.");
  unnote(context, directory, notBegun);
}

/** The client asks later whether to reboot; each of our calls answers anew, so that no old answer is left. */
function rebootLater(context: Context, directory: string, exit: ExitCode): ExitCode {
  const isOwed = exit === exitCode.rebootRequired;
  if (isOwed) note(context, directory, needsReboot);
  else unnote(context, directory, needsReboot);
  return isOwed ? exitCode.done : exit;
}

function note({ platform: { files } }: Context, directory: string, name: string): void {
  const temporary = join(directory, "tmp");
  files.makeDirectory(temporary);
  files.writeDurably(join(temporary, name), Buffer.from("yes\n"));
}

function unnote(context: Context, directory: string, name: string): void {
  const { files } = context.platform;
  if (!isNoted(context, directory, name)) return;
  files.remove(join(directory, "tmp", name));
  files.syncDirectory(join(directory, "tmp"));
}

function isNoted({ platform: { files } }: Context, directory: string, name: string): boolean {
  return files.status(join(directory, "tmp", name)) !== null;
}

/** There is nothing left to clean up where a rollback that came too late has ended the deployment. */
function cleanedUp(exit: ExitCode): ExitCode {
  return exit === exitCode.nothingInProgress ? exitCode.done : exit;
}
