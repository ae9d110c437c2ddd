import { type Command, InvalidArgumentError, Option } from "commander";
import { durationMs } from "../../core/duration.ts";
import { stopPoints } from "../../core/protocol.ts";
import type { ContinueOptions } from "../commands/continue.ts";
import type { HistoryOptions } from "../commands/history.ts";
import type { InstallCommandOptions } from "../commands/install.ts";
import type { ResumeOptions } from "../commands/resume.ts";
import type { StatusOptions } from "../commands/status.ts";
import type { Lazily } from "./lazily.ts";
import { allowUnsignedOption, outOption } from "./shared-options.ts";

export function defineUpdates(program: Command, lazily: Lazily): void {
  running(program.command("install"))
    .description("plan, then run to the end, commit included")
    .argument("<file>", "a bundle or a Manifest")
    .option("--dry-run", "show the plan and change nothing", false)
    .option("--allow-downgrade", "install a release with a lower sequence than the last one", false)
    .option(...allowUnsignedOption)
    .option("--prefetch", "fetch all Artifacts before the first install", false)
    .addOption(waitOption())
    .addOption(
      repeatable(
        new Option("--accept <risk>", "install although the release has expired").choices([
          "expired",
        ]),
      ),
    )
    .addOption(
      new Option(
        "--unattended",
        "nobody watches: only with keys, go on with what was interrupted, try nothing again that has failed",
      )
        .default(false)
        .conflicts(["allowDowngrade", "allowUnsignedManifest", "accept"]),
    )
    .action(
      lazily(async (context, file: string, options: InstallCommandOptions) => {
        const { install } = await import("../commands/install.ts");
        return install(context, file, options);
      }),
    );
  running(program.command("resume"))
    .description("go on with the deployment in progress, or roll it back; status tells which")
    .option(...fromOption)
    .addOption(waitOption())
    .addOption(
      new Option(
        "--unattended",
        "nobody watches: only what nobody drives by --stop-before or --exit-on-reboot",
      )
        .default(false)
        .conflicts(["stopBefore", "exitOnReboot"]),
    )
    .addOption(
      new Option(
        "--waiting",
        "as --unattended, and only what waits for a gate that is due to be asked again",
      )
        .default(false)
        .conflicts(["stopBefore", "exitOnReboot"]),
    )
    .action(
      lazily(async (context, options: ResumeOptions) => {
        const { resume } = await import("../commands/resume.ts");
        return resume(context, options);
      }),
    );
  running(program.command("rollback"))
    .description("roll the deployment in progress back")
    .option(...fromOption)
    .action(
      lazily(async (context, options: ContinueOptions) => {
        const { rollback } = await import("../commands/rollback.ts");
        return rollback(context, options);
      }),
    );
  program
    .command("commit")
    .description("commit the deployment that waits before ArtifactCommit")
    .action(
      lazily(async (context) => {
        const { commit } = await import("../commands/commit.ts");
        return commit(context);
      }),
    );
  program
    .command("status")
    .description("what is in progress and what it waits for")
    .option("--watch", "show it anew until the deployment has ended", false)
    .action(
      lazily(async (context, options: StatusOptions) => {
        const { status } = await import("../commands/status.ts");
        return status(context, options);
      }),
    );
  program
    .command("history")
    .description("past deployments, or one of them in full")
    .argument("[id]", "a deployment")
    .addOption(
      new Option("--format <format>", "how it is written")
        .choices(["text", "json", "markdown", "html"])
        .default("text"),
    )
    .option(...outOption)
    .action(
      lazily(async (context, id: string | undefined, options: HistoryOptions) => {
        const { history } = await import("../commands/history.ts");
        return history(context, id ?? null, options);
      }),
    );
}

const fromOption = [
  "--from <path>",
  "where the bundle, or the medium with the Artifacts, is now",
] as const;

function waitOption(): Option {
  return new Option(
    "--wait <duration>",
    "wait for gates that say not now, for so long: 90s, 15m, 4h or 2d",
  ).argParser((text) => {
    const ms = durationMs(text);
    if (ms === null)
      throw new InvalidArgumentError("It must be a duration such as 90s, 15m, 4h or 2d.");
    return ms;
  });
}

function running(command: Command): Command {
  const stop = new Option(
    "--stop-before <state>",
    "stop before this state; may be given several times",
  ).choices(stopPoints);
  return command
    .addOption(repeatable(stop))
    .option("--exit-on-reboot", "exit with 4 where the host must reboot", false);
}

/** An option with choices that may be given several times: each value is checked, then added. */
function repeatable(option: Option): Option {
  const check = option.parseArg;
  return option.default([], "none").argParser((value: string, previous: readonly string[]) => {
    check?.(value, []);
    return [...previous, value];
  });
}
